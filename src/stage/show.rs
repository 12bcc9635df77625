//! The host puts something on the screen.

use super::cue::Cue;
use super::step::Steps;
use super::{confessions, queue};
use crate::app::App;
use crate::error::{Error, Refused};
use crate::events::access::Host;
use crate::events::event;
use crate::happening::What;

/// Why a cue was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotShown {
    /// No couple of this event, or one of the two is not, or no longer, willing.
    NotForStage,
    /// Numbers come first, then nicknames, then the bridge.
    TooSoon,
    /// This event has no such step.
    LeftOut,
}

impl From<NotShown> for Error {
    fn from(refused: NotShown) -> Self {
        let refused = match refused {
            NotShown::NotForStage => {
                Refused::conflict("not_for_stage", "These two have not both said yes to the stage.")
            }
            NotShown::LeftOut => Refused::conflict("left_out", "This event leaves that out."),
            NotShown::TooSoon => {
                Refused::conflict("too_soon", "First the numbers, then the nicknames, then the bridge.")
            }
        };
        refused.into()
    }
}

/// Shows a cue. `from` is what the host saw: the `moves` of the last scene.
///
/// # Errors
/// [`NotShown`]; 409 `stage_moved`.
pub async fn show(app: &App, host: &Host, from: i32, cue: Cue) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold(&txn, host.event.id).await?;
    let steps = Steps::of(&txn, event.id).await?;
    steps.stand_at(from)?;
    if let Some(couple) = cue.couple() {
        queue::find_callable(&txn, event.id, couple).await?.ok_or(NotShown::NotForStage)?;
    }
    if let Some(confession) = cue.confession() {
        confessions::pair(&txn, event.id, confession).await?.ok_or(NotShown::NotForStage)?;
    }
    let plan = event.stage();
    if !cue.is_held(&plan) {
        return Err(NotShown::LeftOut.into());
    }
    if !cue.may_follow(steps.current_cue(), &plan) {
        return Err(NotShown::TooSoon.into());
    }
    steps.take(&txn, app, host, cue, None).await?;
    txn.commit().await?;
    app.happenings.announce(event.id, What::StageMoved);
    Ok(())
}
