//! What a stop, a crash or a lost answer left half-way is finished: at the start, and with every
//! round of scheduled work. Nothing is inferred from a key that is not here.

use sea_orm::EntityTrait;
use uuid::Uuid;

use super::keys::Keys;
use super::round::{self, State};
use super::{pick_key, tally};
use crate::app::App;
use crate::error::Error;
use crate::events::event;

/// As [`due`], and says which rounds cannot be counted here. To be called once at the start, before
/// the house takes requests.
///
/// # Errors
/// `picks.key_store` that cannot be used, by name; faults.
pub async fn resume(app: &App) -> Result<(), Error> {
    let keys = round::keys(app).await?;
    keys.try_out().await?;
    due(app).await?;
    for round in round::unfinished(app.database.reader()).await? {
        if let Err(missing) = pick_key::secret(app.database.reader(), &keys, round.id).await? {
            let (id, code, key) = (round.id, missing.refusal.code, missing.extra.get("key"));
            tracing::warn!(round = %id, code, ?key, "a pick round cannot be counted here; its ballots stay sealed");
        }
    }
    Ok(())
}

/// Closed rounds whose key is here are tallied, and keys nobody needs any more are destroyed.
///
/// # Errors
/// Only faults.
pub async fn due(app: &App) -> Result<(), Error> {
    let db = app.database.reader();
    let keys = round::keys(app).await?;
    for closed in round::unfinished(db).await?.into_iter().filter(|round| round.state == State::Closed) {
        let _ = event::leave_out_faulty(closed.event_id, finish(app, &keys, closed.id).await);
    }
    for id in kept(&keys).await {
        // The key of a round that is just being opened belongs to one that still looks planned.
        let ended = round::Entity::find_by_id(id).one(db).await?;
        if ended.is_some_and(|round| matches!(round.state, State::Tallied | State::Void)) {
            tally::forget(&keys, id).await;
        }
    }
    Ok(())
}

/// The rounds whose keys are kept; none where nobody can tell just now: the next time is soon.
async fn kept(keys: &Keys) -> Vec<Uuid> {
    match keys.rounds().await {
        Ok(rounds) => rounds,
        Err(unusable) => {
            tracing::warn!("{unusable:#}; keys nobody needs any more are destroyed later");
            Vec::new()
        }
    }
}

async fn finish(app: &App, keys: &Keys, round_id: Uuid) -> Result<(), Error> {
    if pick_key::secret(app.database.reader(), keys, round_id).await?.is_err() {
        return Ok(());
    }
    match tally::tally(app, round_id).await {
        Ok(ended) => {
            tracing::info!(round = %ended.id, state = ?ended.state, "a pick round left half-way was finished");
            Ok(())
        }
        // What keeps it from being counted waits for a host.
        Err(Error::Refused(refused)) => {
            tracing::debug!(round = %round_id, code = refused.refusal.code, "a pick round cannot be counted");
            Ok(())
        }
        Err(fault) => Err(fault),
    }
}
