//! When an event's phases begin, and whether that can be.

use chrono::{DateTime, Duration, Utc};
use sea_orm::ActiveValue::Set;

use super::event;
use super::phase::Phase;
use crate::error::FieldError;

/// A boundary may lie this far in the past where it is newly named: clocks differ, and "now" travels.
const GRACE: Duration = Duration::minutes(5);
/// Nobody plans a mixer further ahead; such a year is a slip of the finger.
const FURTHEST: Duration = Duration::days(3 * 366);
/// The doors belong to the evening: they open this long before it at most.
const DOORS: Duration = Duration::hours(24);
/// The longest an evening lasts.
const LONGEST: Duration = Duration::days(7);

/// The evening and the phases around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    boundaries: [Option<DateTime<Utc>>; Phase::SCHEDULED.len()],
}

impl Schedule {
    #[must_use]
    pub fn new(starts_at: DateTime<Utc>, ends_at: DateTime<Utc>) -> Self {
        Self { starts_at, ends_at, boundaries: [None; Phase::SCHEDULED.len()] }
    }

    #[must_use]
    pub fn of(event: &event::Model) -> Self {
        let boundaries = Phase::SCHEDULED.map(|phase| event.boundary(phase));
        Self { starts_at: event.starts_at, ends_at: event.ends_at, boundaries }
    }

    #[must_use]
    pub fn boundary(&self, phase: Phase) -> Option<DateTime<Utc>> {
        self.iter().find(|(other, _)| *other == phase).and_then(|(_, begins)| begins)
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Phase, Option<DateTime<Utc>>)> {
        Phase::SCHEDULED.into_iter().zip(self.boundaries)
    }

    pub fn set(&mut self, phase: Phase, begins: Option<DateTime<Utc>>) {
        for (other, boundary) in Phase::SCHEDULED.into_iter().zip(&mut self.boundaries) {
            if other == phase {
                *boundary = begins;
            }
        }
    }

    /// Enters evening and boundaries into the row of an event.
    pub fn write(&self, row: &mut event::ActiveModel) {
        row.starts_at = Set(self.starts_at);
        row.ends_at = Set(self.ends_at);
        row.registration_at = Set(self.boundary(Phase::Registration));
        row.online_at = Set(self.boundary(Phase::Online));
        row.screening_at = Set(self.boundary(Phase::Screening));
        row.confirmation_at = Set(self.boundary(Phase::Confirmation));
        row.on_site_at = Set(self.boundary(Phase::OnSite));
        row.closed_at = Set(self.boundary(Phase::Closed));
    }

    /// Where the evening moved, doors and end that are still to come and were not named anew move with it.
    pub fn follow(&mut self, old: &Self, now: DateTime<Utc>) {
        let moved = [(Phase::OnSite, self.starts_at - old.starts_at), (Phase::Closed, self.ends_at - old.ends_at)];
        for (phase, by) in moved {
            let ahead = self.boundary(phase).filter(|begins| *begins > now && old.boundary(phase) == Some(*begins));
            if let Some(begins) = ahead {
                self.set(phase, Some(begins + by));
            }
        }
    }

    /// Where the clock stands in this schedule.
    #[must_use]
    pub fn phase(&self, now: DateTime<Utc>) -> Phase {
        let begun = self.iter().rfind(|(_, begins)| begins.is_some_and(|begins| begins <= now));
        begun.map_or(Phase::Draft, |(phase, _)| phase)
    }

    /// Everything that cannot be. `path` names the field a phase was given in.
    #[must_use]
    pub fn faults(&self, now: DateTime<Utc>, path: impl Fn(Phase) -> String) -> Vec<FieldError> {
        let mut faults = Vec::new();
        if self.ends_at <= self.starts_at {
            faults.push(FieldError::new("ends_at", "before_start", "the event ends before it starts"));
        } else if self.ends_at - self.starts_at > LONGEST {
            faults.push(FieldError::new("ends_at", "too_long", "an event lasts at most 7 days"));
        }
        let mut before: Option<(Phase, DateTime<Utc>)> = None;
        for (phase, begins) in self.iter() {
            let Some(begins) = begins else { continue };
            if let Some((earlier, _)) = before.filter(|(_, other)| *other >= begins) {
                let message = format!("must begin after {}", earlier.word());
                faults.push(FieldError::new(path(phase), "out_of_order", message));
            }
            // What began by hand began when it had to.
            if phase <= Phase::OnSite && begins > self.starts_at && begins > now {
                let message = "must begin before the evening starts";
                faults.push(FieldError::new(path(phase), "after_the_start", message));
            }
            if phase == Phase::OnSite && begins > now && begins < self.starts_at - DOORS {
                let message = "the doors open a day before the evening at most";
                faults.push(FieldError::new(path(phase), "before_the_day", message));
            }
            if phase == Phase::Closed && begins < self.ends_at {
                faults.push(FieldError::new(path(phase), "before_the_end", "must begin after the evening ends"));
            }
            before = Some((phase, begins));
        }
        faults
    }

    /// What was newly named and has gone by, or lies beyond planning.
    #[must_use]
    pub fn untimely(&self, old: Option<&Self>, now: DateTime<Utc>, path: impl Fn(Phase) -> String) -> Vec<FieldError> {
        let mut faults = Vec::new();
        let evening = [
            ("starts_at", self.starts_at, old.map(|old| old.starts_at)),
            ("ends_at", self.ends_at, old.map(|old| old.ends_at)),
        ];
        for (field, at, before) in evening {
            if before != Some(at) {
                faults.extend(untimely(field.to_owned(), at, now, Duration::zero()));
            }
        }
        for (phase, begins) in self.iter() {
            if let Some(begins) = begins.filter(|begins| old.and_then(|old| old.boundary(phase)) != Some(*begins)) {
                faults.extend(untimely(path(phase), begins, now, GRACE));
            }
        }
        faults
    }
}

fn untimely(field: String, at: DateTime<Utc>, now: DateTime<Utc>, grace: Duration) -> Option<FieldError> {
    if at < now - grace {
        Some(FieldError::new(field, "in_the_past", "has gone by"))
    } else if at > now + FURTHEST {
        Some(FieldError::new(field, "too_far", "lies more than three years ahead"))
    } else {
        None
    }
}
