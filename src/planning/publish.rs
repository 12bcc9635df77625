//! An organizer shows an event to the world.

use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, IntoActiveModel};

use super::refusals::{ALREADY_PUBLISHED, NOT_READY};
use crate::app::App;
use crate::audit::Deed;
use crate::error::{Error, FieldError, Refused};
use crate::events::access::Organizer;
use crate::events::event;
use crate::events::phase::Phase;
use crate::events::schedule::Schedule;
use crate::happening::What;

/// Publishes a draft. Phases whose time has come begin at once.
///
/// # Errors
/// 409 `already_published`; 409 `not_ready` with what has to be put right first.
pub async fn publish(app: &App, by: &Organizer) -> Result<event::Model, Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold(&txn, by.event.id).await?;
    if event.published_at.is_some() {
        return Err(ALREADY_PUBLISHED.into());
    }
    let errors = unready(&event, app.now());
    if !errors.is_empty() {
        return Err(Refused { errors, ..NOT_READY.into() }.into());
    }
    let mut row = event.into_active_model();
    row.published_at = Set(Some(app.now()));
    let event = row.update(&txn).await?;
    by.records(Deed::EventPublished).about("event", event.id).record(&txn, app).await?;
    txn.commit().await?;
    app.happenings.announce(event.id, What::EventChanged);
    Ok(event)
}

/// A draft may lie for weeks, and what was ahead when it was drawn up goes by.
fn unready(event: &event::Model, now: chrono::DateTime<chrono::Utc>) -> Vec<FieldError> {
    let mut faults = Vec::new();
    if event.starts_at <= now {
        faults.push(FieldError::new("starts_at", "in_the_past", "the evening has gone by"));
    }
    if Schedule::of(event).phase(now) > Phase::Registration {
        faults.push(FieldError::new("phases", "in_the_past", "registration would be over before anybody could apply"));
    }
    faults
}
