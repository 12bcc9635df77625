//! The organizer says something to the circle.

use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::entrance;
use super::note::{self, State};
use crate::app::App;
use crate::audit::Deed;
use crate::error::Error;
use crate::events::access::Organizer;
use crate::events::event;

/// # Errors
/// What [`entrance::open`] says.
pub async fn announce(app: &App, by: &Organizer, body: String) -> Result<Uuid, Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold_shared(&txn, by.event.id).await?;
    let now = app.now();
    entrance::open(&txn, &event, now).await?;
    let id = app.new_id();
    let row = note::ActiveModel {
        id: Set(id),
        event_id: Set(event.id),
        registration_id: Set(None),
        about: Set(None),
        body: Set(body.trim().to_owned()),
        day: Set(event.day(now)),
        state: Set(State::Shown),
        reason: Set(None),
        at: Set(now),
    };
    row.insert(&txn).await?;
    by.records(Deed::CircleAnnounced).about("circle_note", id).record(&txn, app).await?;
    txn.commit().await?;
    Ok(id)
}
