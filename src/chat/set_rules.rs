//! A host says how a room is held just now: read only, and how slow.

use garde::Validate;
use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use sea_orm::IntoActiveModel;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::entrance;
use super::refusals::CHAT_OVER;
use super::room::{self, Which};
use crate::app::App;
use crate::audit::Deed;
use crate::error::Error;
use crate::events::access::Host;
use crate::events::event;
use crate::happening::What;

/// How a room is held.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChatRules {
    /// Nobody but organizers and hosts says anything.
    #[garde(skip)]
    pub read_only: bool,
    /// The fewest seconds between two lines of one person.
    #[garde(range(max = 600))]
    #[schema(minimum = 0, maximum = 600)]
    pub slow_seconds: u32,
}

/// # Errors
/// What [`entrance::open`] and [`entrance::exists`] say; 409 `chat_over` where the room was closed.
pub async fn set_rules(app: &App, by: &Host, which: Which, rules: &ChatRules) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold_shared(&txn, by.event.id).await?;
    let terms = entrance::open(&txn, &event, app.now()).await?;
    entrance::exists(&txn, &event, (terms, which)).await?;
    let room = room::hold(&txn, app, event.id, which).await?;
    if room.closed_at.is_some() {
        return Err(CHAT_OVER.into());
    }
    let id = room.id;
    let mut row = room.into_active_model();
    row.read_only = Set(rules.read_only);
    row.slow_seconds = Set(i32::try_from(rules.slow_seconds).ok());
    row.update(&txn).await?;
    by.records(Deed::ChatRulesSet)
        .about("chat_room", id)
        .with(json!({ "read_only": rules.read_only, "slow_seconds": rules.slow_seconds }))
        .record(&txn, app)
        .await?;
    txn.commit().await?;
    app.happenings.announce(event.id, What::ChatMoved);
    Ok(())
}
