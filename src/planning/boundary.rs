//! Phases as an organizer names them.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::error::FieldError;
use crate::events::phase::Phase;
use crate::events::schedule::Schedule;

/// When a phase begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Boundary {
    pub phase: Phase,
    /// Null: not by the clock, only by hand.
    pub starts_at: Option<DateTime<Utc>>,
}

/// Enters the named phases into a schedule.
#[must_use]
pub fn apply_boundaries(schedule: &mut Schedule, boundaries: &[Boundary]) -> Vec<FieldError> {
    let mut faults = Vec::new();
    for (at, boundary) in boundaries.iter().enumerate() {
        let path = format!("phases[{at}].phase");
        if boundary.phase == Phase::Draft {
            faults.push(FieldError::new(path, "not_scheduled", "a draft begins when it is written"));
        } else if boundaries.iter().take(at).any(|other| other.phase == boundary.phase) {
            faults.push(FieldError::new(path, "twice", "this phase is already named"));
        } else {
            schedule.set(boundary.phase, boundary.starts_at);
        }
    }
    faults
}

/// The field a phase was given in; `phases` where it was not given.
pub fn path_of(boundaries: Option<&[Boundary]>) -> impl Fn(Phase) -> String + '_ {
    move |phase| {
        let at = boundaries.and_then(|all| all.iter().position(|boundary| boundary.phase == phase));
        at.map_or_else(|| "phases".to_owned(), |at| format!("phases[{at}].starts_at"))
    }
}
