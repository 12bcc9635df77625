//! One of the two at a table says that the date does not take place: nobody came, or they left.

use std::sync::Arc;

use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, IntoActiveModel};

use super::date_round::State;
use super::refusals::ROUND_NOT_RUNNING;
use super::{date_plan, mine};
use crate::app::App;
use crate::error::{Error, Refused};
use crate::happening::What;
use crate::registrations::access::Participant;

/// Notes that my table of the running round does not take place, so that the two may be planned
/// again. The host can say that it did after all.
///
/// # Errors
/// 404, 409 `round_not_running`.
pub async fn miss(app: &Arc<App>, me: &Participant, round: i32) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let plan = date_plan::hold(&txn, me.event.id).await?;
    let seat = mine::seat(&txn, me, round).await?.ok_or_else(Refused::not_found)?;
    let sitting = seat.sitting.ok_or_else(Refused::not_found)?;
    if seat.round.state != State::Running {
        return Err(ROUND_NOT_RUNNING.into());
    }
    if !sitting.held {
        return Ok(());
    }
    let mut row = sitting.into_active_model();
    row.held = Set(false);
    row.update(&txn).await?;
    plan.turn_page(&txn).await?;
    txn.commit().await?;
    app.happenings.announce(me.event.id, What::DateRoundMoved);
    Ok(())
}
