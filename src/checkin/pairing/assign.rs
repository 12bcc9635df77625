//! A desk is given to one board of an event that has several: two boards may open their doors at the same hour.

use garde::Validate;
use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::Uuid;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::app::App;
use crate::audit::Deed;
use crate::boards::refusals::NO_BOARDS;
use crate::boards::terms;
use crate::error::{Error, Refused};
use crate::events::access::Organizer;
use crate::events::{device, event};

/// Whose guests a desk admits.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeskBoard {
    /// The name of a board; null: whoever has a seat on any board of the day.
    #[garde(skip)]
    #[schema(required, example = "concert")]
    pub board: Option<String>,
}

/// From the commit on the desk admits guests of this board only; said again, it changes nothing.
///
/// # Errors
/// 404 where this event has no such device; 409 `no_boards`; 422 `invalid` where the event has no such board.
pub async fn assign(app: &App, organizer: &Organizer, id: Uuid, given: DeskBoard) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    // Shared: whoever draws boards up anew holds the event for themself.
    let event = event::hold_shared(&txn, organizer.event.id).await?;
    let boards = terms::of(&event)?;
    if boards.is_empty() {
        return Err(NO_BOARDS.into());
    }
    if given.board.as_ref().is_some_and(|board| !boards.iter().any(|one| one.name == *board)) {
        return Err(Refused::invalid(vec![terms::unknown("board")]).into());
    }
    let held = device::Entity::find_for_update(event.id, id).one(&txn).await?.ok_or_else(Refused::not_found)?;
    if held.board == given.board {
        return Ok(());
    }
    let row = device::ActiveModel { id: Set(id), board: Set(given.board.clone()), ..Default::default() };
    row.update(&txn).await?;
    organizer
        .records(Deed::DeviceAssigned)
        .about("device", id)
        .with(json!({ "name": held.name, "board": given.board }))
        .record(&txn, app)
        .await?;
    txn.commit().await
}
