//! A couple is left for later: not ready, gone for a moment, or they asked the host.

use uuid::Uuid;

use super::cue::Cue;
use super::queue;
use super::refusals::NOT_FOR_STAGE;
use super::step::Steps;
use crate::app::App;
use crate::error::Error;
use crate::events::access::Host;
use crate::events::event;
use crate::happening::What;

/// Sets a couple aside; whoever is on the screen just then leaves it. They may be called later.
///
/// # Errors
/// 409 `not_for_stage`, `stage_moved`.
pub async fn set_aside(app: &App, host: &Host, from: i32, couple: Uuid) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold(&txn, host.event.id).await?;
    let steps = Steps::of(&txn, event.id).await?;
    steps.stand_at(from)?;
    queue::find_callable(&txn, event.id, couple).await?.ok_or(NOT_FOR_STAGE)?;
    let current = steps.current_cue();
    let cue = if current.couple() == Some(couple) { Cue::Blank } else { current };
    steps.take(&txn, app, host, cue, Some(couple)).await?;
    txn.commit().await?;
    app.happenings.announce(event.id, What::StageMoved);
    Ok(())
}
