//! Letters that went are forgotten after a while: the outbox is no archive of what people were told.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::letter::{Column, Entity, State};
use crate::app::App;
use crate::error::Error;

/// How many one round forgets: whoever else writes need not wait for the rest.
const AT_ONCE: u64 = 500;

/// Forgets letters that went, `retention.letters_days` after they did. Those that wait or failed
/// stay: somebody has yet to look at them. Safe to repeat, and in several processes at once.
///
/// # Errors
/// Only faults.
pub async fn due(app: &App) -> Result<(), Error> {
    let days = app.settings.retention.letters_days;
    if days == 0 {
        return Ok(());
    }
    let until = app.now() - TimeDelta::days(days.into());
    let old = Entity::find().select_only().column(Column::Id).filter(gone_by(until)).order_by_asc(Column::NotBefore);
    let old: Vec<Uuid> = old.limit(AT_ONCE).into_tuple().all(app.database.reader()).await?;
    if old.is_empty() {
        return Ok(());
    }
    let txn = app.database.begin_write().await?;
    // Asked again: an administrator may have had one tried again meanwhile.
    Entity::delete_many().filter(Column::Id.is_in(old)).filter(gone_by(until)).exec(&txn).await?;
    txn.commit().await
}

/// No letter goes before its hour, so the hour finds the few by the index that the postman uses.
fn gone_by(until: DateTime<Utc>) -> Condition {
    Condition::all().add(Column::State.eq(State::Sent)).add(Column::NotBefore.lte(until)).add(Column::SentAt.lte(until))
}
