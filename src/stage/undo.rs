//! The host takes a step back: the screen shows what it showed before.

use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, IntoActiveModel};

use super::refusals::NOTHING_TO_UNDO;
use super::step::Steps;
use crate::app::App;
use crate::error::Error;
use crate::events::access::Host;
use crate::events::event;
use crate::happening::What;

/// Takes the last standing step back.
///
/// # Errors
/// 409 `nothing_to_undo`, `stage_moved`.
pub async fn undo(app: &App, host: &Host, from: i32) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold(&txn, host.event.id).await?;
    let steps = Steps::of(&txn, event.id).await?;
    steps.stand_at(from)?;
    let last = steps.standing().next_back().cloned().ok_or(NOTHING_TO_UNDO)?;
    let mut row = last.into_active_model();
    row.undone_at = Set(Some(app.now()));
    row.update(&txn).await?;
    txn.commit().await?;
    app.happenings.announce(event.id, What::StageMoved);
    Ok(())
}
