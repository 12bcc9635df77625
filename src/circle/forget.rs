//! When a circle has ended, everything in it is erased: who was in it and what was said.

use std::collections::HashSet;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{member, note, term};
use crate::app::App;
use crate::error::{Error, Fault};
use crate::events::event;

/// Erases the circles that have ended. Safe to repeat, and in several processes at once.
///
/// # Errors
/// Only faults.
pub async fn due(app: &App) -> Result<(), Error> {
    let db = app.database.reader();
    let written = note::Entity::find().select_only().column(note::Column::EventId).distinct();
    let joined = member::Entity::find().select_only().column(member::Column::EventId).distinct();
    let mut there: HashSet<Uuid> = written.into_tuple().all(db).await?.into_iter().collect();
    there.extend(joined.into_tuple::<Uuid>().all(db).await?);
    let events = event::Entity::find().filter(event::Column::Id.is_in(there)).all(db).await?;
    for event in events {
        let _ = event::leave_out_faulty(event.id, forget_if_over(app, &event).await);
    }
    Ok(())
}

async fn forget_if_over(app: &App, event: &event::Model) -> Result<(), Error> {
    if is_over(app, app.database.reader(), event).await? { forget(app, event.id).await } else { Ok(()) }
}

async fn is_over(app: &App, db: &impl sea_orm::ConnectionTrait, event: &event::Model) -> Result<bool, Fault> {
    Ok(term::of(db, event).await?.is_none_or(|term| term.is_over(app.now())))
}

async fn forget(app: &App, event_id: Uuid) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    // Whoever writes holds the event: what was accepted at the last moment is there, and goes too.
    let event = event::hold(&txn, event_id).await?;
    if is_over(app, &txn, &event).await? {
        note::Entity::delete_many().filter(note::Column::EventId.eq(event_id)).exec(&txn).await?;
        member::Entity::delete_many().filter(member::Column::EventId.eq(event_id)).exec(&txn).await?;
    }
    txn.commit().await
}
