//! What a start has to finish that a stop left half-way.

use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait};

use super::round::{self, State};
use super::{company, tally};
use crate::app::App;
use crate::error::Error;

/// Closed rounds are tallied, rounds whose key was lost become void, and keys nobody needs any
/// more are destroyed. To be called once at the start, before the house takes requests.
///
/// # Errors
/// `picks.key_dir` that cannot be used, by name; faults.
pub async fn resume(app: &App) -> Result<(), Error> {
    let keys = round::keys(app)?;
    keys.try_out()?;
    for round in round::unfinished(app.database.reader()).await? {
        let id = round.id;
        if round.state == State::Open {
            if keys.find(id)?.is_some() {
                continue;
            }
            if company::is_apart(app, app.database.reader()).await? {
                tracing::warn!(round = %id, "an open round has its key with another process; see picks.key_dir");
                continue;
            }
            // Nobody can count its ballots; the tally will find no key and end it.
            let txn = app.database.begin_write().await?;
            let mut row: round::ActiveModel = round.into();
            row.state = Set(State::Closed);
            row.update(&txn).await?;
            txn.commit().await?;
        }
        let ended = tally::tally(app, id).await?;
        tracing::info!(round = %id, state = ?ended.state, "a pick round left half-way was finished");
    }
    for id in keys.rounds()? {
        // A key that is not of this database may belong to another house on this machine.
        let Some(round) = round::Entity::find_by_id(id).one(app.database.reader()).await? else { continue };
        if !matches!(round.state, State::Open | State::Closed) {
            keys.destroy(id)?;
        }
    }
    Ok(())
}
