//! The organizer takes a line back, by another line that says why. Reversing the reversal restores it.

use sea_orm::{ColumnTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;

use super::fold::Awarded;
use super::refusals::ALREADY_REVERSED;
use super::{entry, ledger};
use crate::app::App;
use crate::audit::Deed;
use crate::error::{Error, Refused};
use crate::events::access::Organizer;
use crate::happening::What;

/// Adds the line that undoes another one and says what it changed.
///
/// # Errors
/// 404 where the event's ledger has no such line; 409 `already_reversed`, `ledger_frozen`.
pub async fn reverse(app: &App, by: &Organizer, line: Uuid, reason: &str) -> Result<Awarded, Error> {
    let txn = app.database.begin_write().await?;
    let ledger = ledger::open(app, &txn, by.event.id).await?;
    let lines = entry::Entity::of_event(by.event.id).filter(entry::Column::Id.eq(line));
    let line = lines.one(&txn).await?.ok_or_else(Refused::not_found)?;
    ledger::hold_person(&txn, by.event.id, line.registration_id).await?;
    let actor = by.account.account_id;
    let changed = ledger.reverse(&line, Some(actor), Some(reason)).await?.ok_or(ALREADY_REVERSED)?;
    by.records(Deed::PointsReversed)
        .about("points_entry", line.id)
        .because(reason)
        .with(json!({ "rule": line.rule, "day": line.day, "points": changed.points }))
        .record(&txn, app)
        .await?;
    txn.commit_telling(&changed).await?;
    app.happenings.announce(by.event.id, What::PointsChanged);
    Ok(changed)
}
