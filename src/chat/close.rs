//! A host closes a room before its time.

use garde::Validate;
use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use sea_orm::IntoActiveModel;
use serde::Deserialize;
use utoipa::ToSchema;

use super::entrance;
use super::refusals::CHAT_OVER;
use super::room::{self, Which};
use crate::app::App;
use crate::audit::Deed;
use crate::body::one_line;
use crate::error::Error;
use crate::events::access::Host;
use crate::events::event;
use crate::happening::What;

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChatClosing {
    /// Stands in the audit log.
    #[garde(custom(one_line(1, 200)))]
    #[schema(min_length = 1, max_length = 200)]
    pub reason: String,
}

/// Closes it now, for good: nobody reads or writes there any more, and what was said is erased.
///
/// # Errors
/// What [`entrance::open`] and [`entrance::exists`] say; 409 `chat_over` where it was closed before.
pub async fn close(app: &App, by: &Host, which: Which, reason: &str) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold_shared(&txn, by.event.id).await?;
    let now = app.now();
    let terms = entrance::open(&txn, &event, now).await?;
    entrance::exists(&txn, &event, (terms, which)).await?;
    // Whoever writes holds the room: they are done, or come too late.
    let room = room::hold(&txn, app, event.id, which).await?;
    if room.closed_at.is_some() {
        return Err(CHAT_OVER.into());
    }
    let id = room.id;
    let mut row = room.into_active_model();
    row.closed_at = Set(Some(now));
    row.update(&txn).await?;
    by.records(Deed::ChatClosed).about("chat_room", id).because(reason.trim()).record(&txn, app).await?;
    txn.commit().await?;
    app.happenings.announce(event.id, What::ChatMoved);
    Ok(())
}
