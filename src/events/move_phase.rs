//! An organizer moves an event into another phase by hand, and says why.

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
use super::schedule::Schedule;
use crate::app::App;
use crate::audit;
use crate::body::one_line;
use crate::error::{Error, Refused};
use crate::happening::What;

/// Which phase is to begin now, and why it does not wait for the clock.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Move {
    #[garde(skip)]
    pub phase: Phase,
    #[garde(custom(one_line(1, 200)))]
    pub reason: String,
}

pub enum NotMoved {
    /// The event stands there already.
    AlreadyThere(Phase),
    /// Letters went out on the strength of what followed.
    Passed(Phase),
    /// Nobody has been shown the event yet.
    NotPublished,
}

impl From<NotMoved> for Error {
    fn from(reason: NotMoved) -> Self {
        match reason {
            NotMoved::AlreadyThere(phase) => {
                Refused::conflict("already_there", "The event is in this phase.").with("phase", json!(phase)).into()
            }
            NotMoved::Passed(phase) => {
                let detail = "The event has moved on and cannot go back there.";
                Refused::conflict("phase_passed", detail).with("phase", json!(phase)).into()
            }
            NotMoved::NotPublished => {
                Refused::conflict("not_published", "Publish the event before moving it on.").into()
            }
        }
    }
}

/// Begins a phase now. Phases before it that were still to come are skipped; phases after it that had begun are open
/// again and wait for the organizer's hand.
///
/// # Errors
/// As [`NotMoved`].
pub async fn move_phase(app: &App, by: &Organizer, wish: Move) -> Result<event::Model, Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold(&txn, by.event.id).await?;
    let now = app.now();
    let from = event.phase(now);
    if event.published_at.is_none() {
        return Err(NotMoved::NotPublished.into());
    }
    if from == wish.phase && from != Phase::Draft {
        return Err(NotMoved::AlreadyThere(from).into());
    }
    if !may_go(from, wish.phase) {
        return Err(NotMoved::Passed(from).into());
    }
    let before = Schedule::of(&event);
    let mut row = event.into_active_model();
    if wish.phase == Phase::Draft {
        row.published_at = Set(None);
    } else {
        moved(&before, wish.phase, now).write(&mut row);
    }
    let event = row.update(&txn).await?;
    let after = Schedule::of(&event);
    let entry = audit::Entry {
        actor: Some(by.account.account_id),
        organization_id: Some(event.organization_id),
        event_id: Some(event.id),
        action: "phase_moved",
        subject: Some(("event", event.id)),
        reason: Some(wish.reason.trim()),
        detail: json!({ "from": from, "to": wish.phase, "before": schedule_json(&before), "after": schedule_json(&after) }),
    };
    audit::record(&txn, app, entry).await?;
    txn.commit().await?;
    app.happenings.announce(event.id, What::PhaseMoved);
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
