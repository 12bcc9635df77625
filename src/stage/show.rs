//! The host puts something on the screen.

use super::cue::Cue;
use super::refusals::{GONE_HOME, LEFT_OUT, NOT_FOR_STAGE, TOO_SOON};
use super::step::Steps;
use super::terms::Terms;
use super::{confessions, draws, queue, talents};
use crate::app::App;
use crate::error::Error;
use crate::events::access::Host;
use crate::events::event;
use crate::happening::What;

/// Shows a cue. `from` is what the host saw: the `moves` of the last scene. What is shown already is no
/// further step, or undoing it would change nothing.
///
/// # Errors
/// 409 `not_for_stage`, `gone_home`, `left_out`, `too_soon`, `stage_moved`.
pub async fn show(app: &App, host: &Host, from: i32, cue: Cue) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold(&txn, host.event.id).await?;
    let steps = Steps::of(&txn, event.id).await?;
    steps.stand_at(from)?;
    if cue == steps.current_cue() && steps.standing().next().is_some() {
        return Ok(());
    }
    if let Some(couple) = cue.couple() {
        let couple = queue::find_callable(&txn, event.id, couple).await?.ok_or(NOT_FOR_STAGE)?;
        let gone = queue::gone(&txn, event.id).await?;
        if couple.people().iter().any(|person| gone.contains(person)) {
            return Err(GONE_HOME.into());
        }
    }
    if let Some(confession) = cue.confession() {
        confessions::pair(&txn, event.id, confession).await?.ok_or(NOT_FOR_STAGE)?;
    }
    if let Some(act) = cue.act() {
        talents::find(&txn, event.id, act).await?.ok_or(NOT_FOR_STAGE.saying("Nobody here shows that."))?;
    }
    if let Some(draw) = cue.draw() {
        draws::find(&txn, event.id, draw).await?.ok_or(NOT_FOR_STAGE.saying("There is no such draw."))?;
    }
    let plan = Terms::of(&event)?;
    if !cue.is_held(&plan) {
        return Err(LEFT_OUT.into());
    }
    if !cue.may_follow(steps.current_cue(), &plan) {
        return Err(TOO_SOON.into());
    }
    steps.take(&txn, app, host, cue, None).await?;
    txn.commit().await?;
    app.happenings.announce(event.id, What::StageMoved);
    Ok(())
}
