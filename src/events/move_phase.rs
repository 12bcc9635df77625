//! An event is moved into another phase by hand, with a reason.

use chrono::{DateTime, Utc};
use garde::Validate;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::access::Organizer;
use super::event;
use super::phase::Phase;
use super::refusals::{ALREADY_THERE, NOT_PUBLISHED, PHASE_PASSED};
use super::schedule::Schedule;
use crate::app::App;
use crate::audit::Deed;
use crate::body::one_line;
use crate::database::Write;
use crate::error::Error;

/// Which phase is to begin now, and why it does not wait for the clock.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Move {
    #[garde(skip)]
    pub phase: Phase,
    #[garde(custom(one_line(1, 200)))]
    pub reason: String,
}

/// Begins a phase now, of an event that is held. Phases before it that were still to come are skipped; phases after it
/// that had begun are open again and wait for the organizer's hand.
///
/// # Arguments
/// `earliest`: the phase before which what happened in it cannot be taken back.
///
/// # Errors
/// 409 `not_published`; 409 `already_there` or `phase_passed` with the present phase.
pub async fn shift_phase(
    txn: &Write,
    app: &App,
    by: &Organizer,
    event: event::Model,
    wish: &Move,
    earliest: Phase,
) -> Result<event::Model, Error> {
    let now = app.now();
    let from = event.phase(now);
    if event.published_at.is_none() {
        return Err(NOT_PUBLISHED.into());
    }
    if from == wish.phase && from != Phase::Draft {
        return Err(ALREADY_THERE.with("phase", json!(from)).into());
    }
    if wish.phase < earliest || !may_go(from, wish.phase) {
        return Err(PHASE_PASSED.with("phase", json!(from)).into());
    }
    let before = Schedule::of(&event);
    let mut row = event.into_active_model();
    if wish.phase == Phase::Draft {
        row.published_at = Set(None);
    } else {
        moved(&before, wish.phase, now).write(&mut row);
    }
    let event = row.update(txn).await?;
    let after = Schedule::of(&event);
    by.records(Deed::PhaseMoved)
        .about("event", event.id)
        .because(wish.reason.trim())
        .with(
            json!({ "from": from, "to": wish.phase, "before": schedule_json(&before), "after": schedule_json(&after) }),
        )
        .record(txn, app)
        .await?;
    Ok(event)
}

/// Forward always. Back only where nobody was told yet what came of it: not before the confirmation once people were
/// asked, not into a draft once people could apply; a closing that came too early may be taken back.
#[must_use]
pub fn may_go(from: Phase, to: Phase) -> bool {
    match to {
        Phase::Draft => from == Phase::Draft,
        _ if to > from => true,
        Phase::OnSite => true,
        Phase::Confirmation => from == Phase::OnSite,
        _ => from < Phase::Confirmation,
    }
}

fn moved(schedule: &Schedule, to: Phase, now: DateTime<Utc>) -> Schedule {
    let mut moved = schedule.clone();
    for (phase, begins) in schedule.iter() {
        let begun = begins.is_some_and(|begins| begins <= now);
        if (phase < to && !begun) || (phase > to && begun) {
            moved.set(phase, None);
        }
    }
    moved.set(to, Some(now));
    moved
}

fn schedule_json(schedule: &Schedule) -> serde_json::Value {
    schedule.iter().map(|(phase, begins)| json!({ "phase": phase, "starts_at": begins })).collect()
}
