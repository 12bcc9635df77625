//! The organizer says something to the circle.

use garde::Validate;
use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::entrance;
use super::note::{self, State};
use crate::app::App;
use crate::audit::Deed;
use crate::body::text;
use crate::error::Error;
use crate::events::access::Organizer;
use crate::events::event;

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCircleAnnouncement {
    /// 1 to 1000 characters; kept as typed, shown as plain text.
    #[garde(custom(text(1, 1000)))]
    #[schema(min_length = 1, max_length = 1000)]
    pub body: String,
}

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
