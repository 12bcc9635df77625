//! The run sheet by the clock: what was planned, what is running, and when the rest can be expected.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::ConnectionTrait;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::cue;
use super::terms::{self, Segment, SegmentKind};
use crate::error::Fault;
use crate::events::event;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RunSheet {
    /// The last cue that stands: send it as `from` with the next one.
    pub cue: Option<Uuid>,
    /// The running segment, from 1.
    pub current: Option<i32>,
    pub segments: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RunSheetLine)]
pub struct Line {
    /// Counts from 1.
    pub segment: i32,
    pub kind: SegmentKind,
    pub title: String,
    pub title_en: Option<String>,
    /// How long it is meant to take.
    pub minutes: u32,
    pub state: Standing,
    pub planned_at: DateTime<Utc>,
    /// When it began, else when it will if everything before it takes as long as planned.
    pub starts_at: DateTime<Utc>,
    /// When it ended, or is meant to.
    pub ends_at: DateTime<Utc>,
}

/// Where a segment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SegmentStanding)]
pub enum Standing {
    Upcoming,
    Running,
    Over,
    /// Never called, and a later one was.
    Skipped,
}

pub async fn of(db: &impl ConnectionTrait, event: &event::Model, now: DateTime<Utc>) -> Result<RunSheet, Fault> {
    let cues = cue::standing(db, event.id).await?;
    Ok(drawn(&terms::of(event)?, event.starts_at, &cues, now))
}

/// When a segment was last running: from its cue to the next one.
fn ran(cues: &[cue::Model], segment: i32) -> Option<(DateTime<Utc>, Option<DateTime<Utc>>)> {
    let at = cues.iter().rposition(|cue| cue.segment == Some(segment))?;
    Some((cues.get(at)?.called_at, cues.get(at + 1).map(|next| next.called_at)))
}

fn drawn(programme: &[Segment], begins: DateTime<Utc>, cues: &[cue::Model], now: DateTime<Utc>) -> RunSheet {
    let current = cues.last().and_then(|cue| cue.segment);
    let furthest = cues.iter().filter_map(|cue| cue.segment).max().unwrap_or(0);
    let (mut planned, mut expected) = (begins, begins.max(now));
    if cues.is_empty() {
        expected = begins;
    }
    let mut segments = Vec::with_capacity(programme.len());
    for (segment, described) in (1..).zip(programme) {
        let length = TimeDelta::minutes(described.minutes.into());
        let ran = ran(cues, segment);
        let (state, starts_at, ends_at) = match ran {
            Some((from, _)) if current == Some(segment) => {
                expected = (from + length).max(now);
                (Standing::Running, from, from + length)
            }
            Some((from, until)) => (Standing::Over, from, until.unwrap_or(from + length)),
            None if segment < furthest => (Standing::Skipped, planned, planned + length),
            None => {
                let from = expected;
                expected += length;
                (Standing::Upcoming, from, expected)
            }
        };
        segments.push(Line {
            segment,
            kind: described.kind,
            title: described.title.clone(),
            title_en: described.title_en.clone(),
            minutes: described.minutes,
            state,
            planned_at: planned,
            starts_at,
            ends_at,
        });
        planned += length;
    }
    RunSheet { cue: cues.last().map(|cue| cue.id), current, segments }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    fn programme() -> Vec<Segment> {
        let segment_of = |kind, minutes| Segment { kind, title: "环节".to_owned(), title_en: None, minutes };
        vec![
            segment_of(SegmentKind::Icebreaker, 30),
            segment_of(SegmentKind::TalentShow, 20),
            segment_of(SegmentKind::Dates, 80),
        ]
    }

    fn cues(calls: &[(Option<i32>, i64)]) -> Vec<cue::Model> {
        let cue = |(number, (segment, minutes)): (i32, &(Option<i32>, i64))| cue::Model {
            id: Uuid::from_u128(u128::try_from(number).unwrap_or(0)),
            event_id: Uuid::nil(),
            number,
            segment: *segment,
            called_at: at(*minutes),
            called_by: Uuid::nil(),
            taken_back_at: None,
        };
        (1..).zip(calls).map(cue).collect()
    }

    /// State, start and end of every segment, in minutes.
    fn standings(calls: &[(Option<i32>, i64)], now: i64) -> Vec<(Standing, i64, i64)> {
        let sheet = drawn(&programme(), at(0), &cues(calls), at(now));
        let minutes = |moment: DateTime<Utc>| (moment - at(0)).num_minutes();
        sheet.segments.iter().map(|line| (line.state, minutes(line.starts_at), minutes(line.ends_at))).collect()
    }

    #[test]
    fn before_the_first_cue_everything_is_as_planned() {
        use Standing::Upcoming;
        assert_eq!(standings(&[], -60), [(Upcoming, 0, 30), (Upcoming, 30, 50), (Upcoming, 50, 130)]);
    }

    #[test]
    fn whatever_begins_late_moves_the_rest() {
        use Standing::{Running, Upcoming};
        let late = [(Running, 10, 40), (Upcoming, 40, 60), (Upcoming, 60, 140)];
        assert_eq!(standings(&[(Some(1), 10)], 15), late);
        let overrun = [(Running, 10, 40), (Upcoming, 55, 75), (Upcoming, 75, 155)];
        assert_eq!(standings(&[(Some(1), 10)], 55), overrun);
    }

    #[test]
    fn what_was_passed_over_is_skipped_and_may_still_be_called() {
        use Standing::{Over, Running, Skipped, Upcoming};
        let skipped = [(Over, 0, 25), (Skipped, 30, 50), (Running, 25, 105)];
        assert_eq!(standings(&[(Some(1), 0), (Some(3), 25)], 30), skipped);
        let back = [(Over, 0, 25), (Running, 60, 80), (Over, 25, 60)];
        assert_eq!(standings(&[(Some(1), 0), (Some(3), 25), (Some(2), 60)], 61), back);
        let interval = [(Over, 0, 25), (Upcoming, 40, 60), (Upcoming, 60, 140)];
        assert_eq!(standings(&[(Some(1), 0), (None, 25)], 40), interval);
    }
}
