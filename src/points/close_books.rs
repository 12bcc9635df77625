//! What the clock does to the ledgers: digests each day once it is over, and freezes a ledger when
//! the screening phase begins.

use chrono::{DateTime, Duration, Utc};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{QueryFilter, QueryOrder, QuerySelect};

use super::{digest, entry, frozen};
use crate::app::App;
use crate::error::{Error, Fault};
use crate::events::event;
use crate::events::phase::Phase;
use crate::happening::What;

/// How long after midnight a day is digested: a process whose clock lags has by then written what
/// belongs to it.
const PATIENCE: Duration = Duration::minutes(10);

/// Closes what is due; safe to repeat and to run in several processes. Gives the events it touched.
///
/// # Errors
/// Only faults.
pub async fn due(app: &App) -> Result<Vec<Uuid>, Error> {
    let now = app.now();
    let db = app.database.reader();
    let frozen = Query::select().column(frozen::Column::EventId).from(frozen::Entity).to_owned();
    let open = event::Entity::find()
        .filter(event::Column::OnlineAt.lte(now))
        .filter(event::Column::Id.not_in_subquery(frozen))
        .all(db)
        .await?;
    let mut touched = Vec::new();
    for event in open.into_iter().filter(|event| event.is_published(now)) {
        touched.extend(event::leave_out_faulty(event.id, close_if_due(app, &event, now).await).flatten());
    }
    Ok(touched)
}

async fn close_if_due(app: &App, event: &event::Model, now: DateTime<Utc>) -> Result<Option<Uuid>, Error> {
    if event.phase(now) < Phase::Screening && !is_behind(app, event, now).await? {
        return Ok(None);
    }
    close(app, event.id).await?;
    Ok(Some(event.id))
}

/// Is there a line of a day that is over and has no digest?
async fn is_behind(app: &App, event: &event::Model, now: DateTime<Utc>) -> Result<bool, Fault> {
    let db = app.database.reader();
    let last = digest::of_event(db, event.id).await?.pop();
    let mut lines = entry::Entity::of_event(event.id);
    if let Some(from) = last.and_then(|last| digest::morning_after(event, last.day)) {
        lines = lines.filter(entry::Column::At.gte(from));
    }
    let first = lines
        .select_only()
        .column(entry::Column::At)
        .order_by_asc(entry::Column::At)
        .into_tuple::<DateTime<Utc>>()
        .one(db)
        .await?;
    Ok(first.is_some_and(|first| event.day(first) < event.day(now - PATIENCE)))
}

async fn close(app: &App, event_id: Uuid) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold(&txn, event_id).await?;
    let now = app.now();
    let freezes = event.phase(now) >= Phase::Screening;
    if freezes {
        frozen::seal(&txn, app, &event, None, now).await?;
    } else if frozen::of_event(&txn, event_id).await?.is_none() {
        digest::catch_up(&txn, app, &event, Some(event.day(now - PATIENCE))).await?;
    }
    txn.commit().await?;
    if freezes {
        app.happenings.announce(event_id, What::PointsChanged);
    }
    Ok(())
}
