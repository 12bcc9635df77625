//! The host calls a round out, and ends it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use serde_json::json;

use super::date_plan;
use super::date_round::{self, State, WrongState};
use super::refusals::{NOT_ITS_TURN, WRONG_ROUND_STATE};
use crate::app::App;
use crate::error::{Error, Refused};
use crate::events::access::Host;
use crate::events::phase::Phase;
use crate::happening::What;

/// Starts a round: from now on its tables are what they are.
///
/// # Errors
/// 404, 409 `wrong_round_state`, `not_its_turn` or `phase_closed`.
pub async fn start(app: &Arc<App>, host: &Host, number: i32) -> Result<(), Error> {
    call(app, host, number, |round, now| round.start(now)).await
}

/// Ends a running round.
///
/// # Errors
/// 404, 409 `wrong_round_state` or `phase_closed`.
pub async fn finish(app: &Arc<App>, host: &Host, number: i32) -> Result<(), Error> {
    call(app, host, number, |round, now| round.finish(now)).await
}

async fn call(
    app: &Arc<App>,
    host: &Host,
    number: i32,
    step: impl FnOnce(date_round::Model, DateTime<Utc>) -> Result<date_round::Model, WrongState>,
) -> Result<(), Error> {
    let event = &host.event;
    let txn = app.database.begin_write().await?;
    event.requires(app.now(), Phase::OnSite)?;
    let plan = date_plan::hold(&txn, event.id).await?;
    let rounds = date_round::of_event(&txn, event.id).await?;
    // The rounds are played one after the other: what is called is the first that is not over.
    let next = rounds.iter().find(|round| round.state != State::Finished).map(|round| round.number);
    let round = rounds.into_iter().find(|round| round.number == number).ok_or_else(Refused::not_found)?;
    let moved = step(round, app.now());
    let moved = moved.map_err(|WrongState(state)| WRONG_ROUND_STATE.with("state", json!(state)))?;
    if let Some(next) = next.filter(|next| *next != number) {
        return Err(NOT_ITS_TURN.with("next", json!(next)).into());
    }
    moved.into_active_model().reset_all().update(&txn).await?;
    plan.turn_page(&txn).await?;
    txn.commit().await?;
    app.happenings.announce(event.id, What::DateRoundMoved);
    Ok(())
}
