//! The host closes a round: close, commit, and only then tally, so that every ballot that was
//! answered is in the tally and none comes after it.

use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use serde_json::json;

use super::refusals::{ROUND_NOT_OPEN, ROUND_VOID};
use super::round::{self, State};
use super::{pick_key, tally};
use crate::app::App;
use crate::audit::Deed;
use crate::error::Error;
use crate::events::access::Host;
use crate::happening::What;

/// Closes a round and tallies it. Saying it again gives the same bulletin.
///
/// # Errors
/// 409 `round_not_open`, `round_void`; what [`pick_key::secret`] says where this process does not have the
/// key: the round then stays as it is, open for those that have it; 409 `ballots_unreadable`; 404.
pub async fn close(app: &App, host: &Host, number: i32) -> Result<round::Model, Error> {
    let db = app.database.reader();
    let found = round::find(db, host.event.id, number).await?;
    if matches!(found.state, State::Open | State::Closed) {
        pick_key::secret(db, &round::keys(app).await?, found.id).await??;
    }
    let closed = shut(app, host, number).await?;
    let tallied = tally::tally(app, closed.id).await?;
    if tallied.state == State::Void {
        return Err(ROUND_VOID.into());
    }
    Ok(tallied)
}

/// The first half: from its commit on no ballot begins to be taken. Those on their way the tally
/// waits for.
///
/// # Errors
/// 409 `round_not_open`, `round_void`; 404.
pub async fn shut(app: &App, host: &Host, number: i32) -> Result<round::Model, Error> {
    let txn = app.database.begin_write().await?;
    let found = round::hold(&txn, host.event.id, number).await?;
    match found.state {
        State::Open => {}
        State::Planned => return Err(ROUND_NOT_OPEN.into()),
        State::Void => return Err(ROUND_VOID.into()),
        State::Closed | State::Tallied => return Ok(found),
    }
    let mut row: round::ActiveModel = found.into();
    row.state = Set(State::Closed);
    row.closed_at = Set(Some(app.now()));
    let closed = row.update(&txn).await?;
    host.records(Deed::PickRoundClosed)
        .about("pick_round", closed.id)
        .with(json!({ "number": closed.number }))
        .record(&txn, app)
        .await?;
    txn.commit().await?;
    app.happenings.announce(host.event.id, What::PickRoundClosed);
    Ok(closed)
}
