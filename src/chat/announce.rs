//! The organizer or the host says something to a room.

use garde::Validate;
use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use serde::Deserialize;
use utoipa::ToSchema;

use super::entrance;
use super::line::{self, State};
use super::refusals::CHAT_OVER;
use super::room::{self, Which};
use crate::app::App;
use crate::audit::Deed;
use crate::body::text;
use crate::error::Error;
use crate::events::access::Host;
use crate::events::event;
use crate::happening::What;

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewChatAnnouncement {
    /// 1 to 1000 characters; kept as typed, shown as plain text.
    #[garde(custom(text(1, 1000)))]
    #[schema(min_length = 1, max_length = 1000)]
    pub body: String,
}

/// Says it, whether or not others may; it stands as the organizer's.
///
/// # Errors
/// What [`entrance::open`] and [`entrance::exists`] say; 409 `chat_over` where the room was closed.
pub async fn announce(app: &App, by: &Host, which: Which, body: String) -> Result<line::Model, Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold_shared(&txn, by.event.id).await?;
    let now = app.now();
    let terms = entrance::open(&txn, &event, now).await?;
    entrance::exists(&txn, &event, (terms, which)).await?;
    let room = room::hold(&txn, app, event.id, which).await?;
    if room.closed_at.is_some() {
        return Err(CHAT_OVER.into());
    }
    let (id, room_id) = (app.new_id(), room.id);
    let number = room.count(&txn).await?;
    let row = line::ActiveModel {
        id: Set(id),
        room_id: Set(room_id),
        event_id: Set(event.id),
        registration_id: Set(None),
        number: Set(number),
        changed: Set(number),
        body: Set(line::seal(app, id, body.trim())?),
        day: Set(event.day(now)),
        pictured: Set(false),
        state: Set(State::Shown),
        reason: Set(None),
        at: Set(now),
    };
    let line = row.insert(&txn).await?;
    by.records(Deed::ChatAnnounced).about("chat_line", id).record(&txn, app).await?;
    txn.commit_telling(&line).await?;
    app.happenings.announce(event.id, What::ChatMoved);
    Ok(line)
}
