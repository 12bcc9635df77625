//! The host calls a round out, and ends it.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use serde_json::json;

use super::date_round::{self, State, WrongState};
use super::refusals::{NOT_ITS_TURN, WRONG_ROUND_STATE};
use super::terms::Terms;
use super::{date_plan, unseat};
use crate::app::App;
use crate::audit::Deed;
use crate::error::{Error, Refused};
use crate::events::access::Host;
use crate::events::phase::Phase;
use crate::happening::What;

/// Starts a round: from now on its tables are what they are. Between two rounds the hall changes tables
/// first, and the minutes begin by the clock.
///
/// # Errors
/// 404, 409 `wrong_round_state`, `not_its_turn` or `phase_closed`.
pub async fn start(app: &Arc<App>, host: &Host, number: i32) -> Result<(), Error> {
    let pause = Terms::of(&host.event)?.pause_seconds;
    let changeover = TimeDelta::seconds(if number == 1 { 0 } else { pause.into() });
    turn(app, host, number, None, |_, round, now| Ok(round.start(now, changeover)?)).await
}

/// Ends a running round. Where its minutes had not begun nobody sat in it, and whom it put together may be planned again.
///
/// # Errors
/// 404, 409 `wrong_round_state` or `phase_closed`.
pub async fn finish(app: &Arc<App>, host: &Host, number: i32) -> Result<(), Error> {
    turn(app, host, number, None, |_, round, now| Ok(round.finish(now)?)).await
}

/// What the host does to one round, in order: of those that are not over only the first is touched.
/// `step` is told all rounds, and the one it is about.
pub(super) async fn turn(
    app: &Arc<App>,
    host: &Host,
    number: i32,
    deed: Option<Deed>,
    step: impl FnOnce(&[date_round::Model], date_round::Model, DateTime<Utc>) -> Result<date_round::Model, Error>,
) -> Result<(), Error> {
    let event = &host.event;
    let txn = app.database.begin_write().await?;
    event.requires(app.now(), Phase::OnSite)?;
    let plan = date_plan::hold(&txn, event.id).await?;
    let rounds = date_round::of_event(&txn, event.id).await?;
    let round = rounds.iter().find(|round| round.number == number).cloned().ok_or_else(Refused::not_found)?;
    let before = round.clone();
    let moved = step(&rounds, round, app.now())?;
    // The rounds are played one after the other: what is called is the first that is not over.
    let next = rounds.iter().find(|round| round.state != State::Finished).map(|round| round.number);
    if let Some(next) = next.filter(|next| *next != number && before.state != State::Finished) {
        return Err(NOT_ITS_TURN.with("next", json!(next)).into());
    }
    unseat::follow(&txn, &before, &moved).await?;
    let moved = moved.into_active_model().reset_all().update(&txn).await?;
    if let Some(deed) = deed {
        let record = host.records(deed).about("date_round", moved.id);
        record.with(json!({ "number": number })).record(&txn, app).await?;
    }
    plan.turn_page(&txn).await?;
    txn.commit().await?;
    app.happenings.announce(event.id, What::DateRoundMoved);
    Ok(())
}

impl From<WrongState> for Error {
    fn from(WrongState(state): WrongState) -> Self {
        WRONG_ROUND_STATE.with("state", json!(state)).into()
    }
}
