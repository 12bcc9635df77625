//! 改期: when and where an evening is to be instead, and what that moves.

use chrono::{DateTime, Duration, Utc};
use garde::Validate;
use sea_orm::ActiveValue::Set;
use sea_orm::{IntoActiveModel, TryIntoModel};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::boards::terms::{self, Board};
use crate::body::{one_line, one_line_or_none};
use crate::error::{Error, Fault, FieldError, Refused};
use crate::events::event;
use crate::events::phase::Phase;
use crate::events::schedule::Schedule;
use crate::folding;

/// In which an evening can be put off: people rely on it, and the doors are not open yet.
pub const PHASES: [Phase; 4] = [Phase::Registration, Phase::Online, Phase::Screening, Phase::Confirmation];

/// When and where instead, and why.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Postponement {
    #[garde(skip)]
    pub starts_at: DateTime<Utc>,
    /// Left out, the evening lasts as long as it was to.
    #[garde(skip)]
    pub ends_at: Option<DateTime<Utc>>,
    /// Left out, the place stays.
    #[garde(custom(one_line_or_none(1, 120)))]
    pub venue: Option<String>,
    /// Stands in the letters.
    #[garde(custom(one_line(1, 200)))]
    pub reason: String,
}

/// What is another than it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Difference {
    /// `starts_at`, `venue`, `phases.on_site`, `boards.concert`, …
    pub field: String,
    pub old: Value,
    pub new: Value,
}

impl Postponement {
    /// The event as it would be: what has begun stays, and what is to come moves with the evening.
    ///
    /// # Errors
    /// 422 `invalid` where that cannot be, or moves nothing.
    pub fn moves(&self, event: &event::Model, now: DateTime<Utc>) -> Result<event::Model, Error> {
        let (old, by) = (Schedule::of(event), self.starts_at - event.starts_at);
        let schedule = self.schedule(&old, now);
        let venue = self.venue.as_deref().map_or_else(|| event.venue.clone(), folding::line);
        let boards = later(event.part("boards")?.unwrap_or_default(), by);
        let path = |_| "starts_at".to_owned();
        let mut faults = schedule.untimely(Some(&old), now, path);
        faults.extend(schedule.faults(now, path));
        faults.extend(terms::outside(&boards, schedule.starts_at, schedule.ends_at));
        if schedule == old && venue == event.venue {
            faults.push(FieldError::new("starts_at", "nothing_moves", "neither time nor place is another one"));
        }
        if !faults.is_empty() {
            return Err(Refused::invalid(faults).into());
        }
        let mut row = event.clone().into_active_model();
        schedule.write(&mut row);
        row.venue = Set(venue);
        row.moved = Set(event.moved + 1);
        if !boards.is_empty() {
            row.settings = Set(event.with_part("boards", &boards)?);
        }
        Ok(row.try_into_model().map_err(Fault::of)?)
    }

    fn schedule(&self, old: &Schedule, now: DateTime<Utc>) -> Schedule {
        let by = self.starts_at - old.starts_at;
        let mut moved = old.clone();
        moved.starts_at = self.starts_at;
        moved.ends_at = self.ends_at.unwrap_or(old.ends_at + by);
        for (phase, begins) in old.iter() {
            let by = if phase == Phase::Closed { moved.ends_at - old.ends_at } else { by };
            if let Some(begins) = begins.filter(|begins| *begins > now) {
                moved.set(phase, Some(begins + by));
            }
        }
        moved
    }
}

/// The boards, each that much later.
pub(super) fn later(mut boards: Vec<Board>, by: Duration) -> Vec<Board> {
    for board in &mut boards {
        board.starts_at += by;
        board.ends_at += by;
    }
    boards
}

/// What is another, in the order of the event.
///
/// # Errors
/// Where its boards do not read.
pub fn between(old: &event::Model, new: &event::Model) -> Result<Vec<Difference>, Fault> {
    let (before, after) = (movables(old)?, movables(new)?);
    let both = before.into_iter().zip(after).filter(|((_, old), (_, new))| old != new);
    Ok(both.map(|((field, old), (_, new))| Difference { field, old, new }).collect())
}

/// What moves, by name: as many of the same names before as after.
fn movables(event: &event::Model) -> Result<Vec<(String, Value)>, Fault> {
    let mut named = vec![
        ("starts_at".to_owned(), json!(event.starts_at)),
        ("ends_at".to_owned(), json!(event.ends_at)),
        ("venue".to_owned(), json!(event.venue)),
    ];
    let phases = Phase::SCHEDULED.into_iter();
    named.extend(phases.map(|phase| (format!("phases.{}", phase.word()), json!(event.boundary(phase)))));
    named.extend(terms::of(event)?.into_iter().map(|board| (format!("boards.{}", board.name), json!(board.starts_at))));
    Ok(named)
}
