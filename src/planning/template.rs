//! Templates: what a new event is until its organizer says otherwise.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, DurationRound, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

use super::plan::Plan;
use crate::error::Fault;
use crate::events::event::Sides;
use crate::events::kind::Kind;
use crate::events::phase::Phase;
use crate::events::schedule::Schedule;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    pub title: String,
    pub title_en: String,
    pub sides: Sides,
    pub seats: i32,
    phases: BTreeMap<Phase, Offset>,
    /// What the rooms propose.
    #[serde(skip)]
    pub plan: Plan,
}

/// When a phase begins, told from the evening.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, untagged)]
enum Offset {
    /// That many calendar days before, at that time of the event's clock.
    Day {
        days_before: u32,
        at: ClockTime,
    },
    BeforeStart {
        minutes_before: u32,
    },
    AfterEnd {
        minutes_after_end: u32,
    },
}

/// `09:00`
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
struct ClockTime(NaiveTime);

impl TryFrom<String> for ClockTime {
    type Error = chrono::ParseError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        NaiveTime::parse_from_str(&text, "%H:%M").map(Self)
    }
}

impl Template {
    /// The template of a kind; they are part of the program.
    ///
    /// # Errors
    /// A fault where the program carries a template that does not parse, which a test rules out.
    pub fn of(kind: Kind) -> Result<Self, Fault> {
        let text = match kind {
            Kind::Mixer => include_str!("templates/mixer.toml"),
            Kind::Concert => include_str!("templates/concert.toml"),
            Kind::SportsDay => include_str!("templates/sports_day.toml"),
            Kind::SpeedDating => include_str!("templates/speed_dating.toml"),
        };
        let template: Self = toml::from_str(text).map_err(Fault::of)?;
        Ok(Self { plan: Plan::proposed(kind)?, ..template })
    }

    /// The phases around an evening. Where it is too near for the template's pace, the phases before it keep their
    /// proportions and share the time that is left.
    #[must_use]
    pub fn schedule(&self, starts_at: DateTime<Utc>, ends_at: DateTime<Utc>, zone: Tz, now: DateTime<Utc>) -> Schedule {
        let mut schedule = Schedule::new(starts_at, ends_at);
        for (phase, offset) in &self.phases {
            schedule.set(*phase, Some(offset.from(starts_at, ends_at, zone)));
        }
        let (first, last) = (schedule.boundary(Phase::Registration), schedule.boundary(Phase::OnSite));
        let (Some(first), Some(last)) = (first, last) else { return schedule };
        if first >= now || last <= now {
            return schedule;
        }
        let (wanted, left) = ((last - first).num_seconds().max(1), (last - now).num_seconds());
        for phase in [Phase::Registration, Phase::Online, Phase::Screening, Phase::Confirmation] {
            if let Some(begins) = schedule.boundary(phase) {
                let share = (begins - first).num_seconds() * left / wanted;
                let squeezed = now + Duration::seconds(share);
                schedule.set(phase, Some(squeezed.duration_trunc(Duration::seconds(1)).unwrap_or(squeezed)));
            }
        }
        schedule
    }
}

impl Offset {
    fn from(self, starts_at: DateTime<Utc>, ends_at: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
        match self {
            Self::BeforeStart { minutes_before } => starts_at - Duration::minutes(minutes_before.into()),
            Self::AfterEnd { minutes_after_end } => ends_at + Duration::minutes(minutes_after_end.into()),
            Self::Day { days_before, at: ClockTime(at) } => {
                let day = starts_at.with_timezone(&zone).date_naive() - Duration::days(days_before.into());
                let local = zone.from_local_datetime(&day.and_time(at));
                // An hour the zone skips in spring: the moment it would have been.
                let fallback = starts_at - Duration::days(days_before.into());
                local.earliest().map_or(fallback, |moment| moment.with_timezone(&Utc))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn every_template_can_be_held_as_written() {
        for kind in Kind::all() {
            let template = Template::of(kind).unwrap();
            assert_eq!(template.plan.faults(template.seats), [], "{kind:?}");
            let (starts, ends) = (utc("2026-08-22T06:00:00Z"), utc("2026-08-22T10:00:00Z"));
            let now = utc("2026-01-01T00:00:00Z");
            let schedule = template.schedule(starts, ends, chrono_tz::Asia::Shanghai, now);
            assert_eq!(schedule.faults(now, |phase| format!("{phase:?}")), [], "{kind:?}");
            // However late it is set up, as long as the doors are not open yet.
            for hours in 3..700 {
                let now = starts - Duration::hours(hours);
                let schedule = template.schedule(starts, ends, chrono_tz::Asia::Shanghai, now);
                assert_eq!(schedule.faults(now, |phase| format!("{phase:?}")), [], "{kind:?} {hours}");
                assert_eq!(schedule.untimely(None, now, |phase| format!("{phase:?}")), [], "{kind:?} {hours}");
            }
        }
    }

    #[test]
    fn phases_begin_by_the_clock_of_the_event() {
        let mixer = Template::of(Kind::Mixer).unwrap();
        let (starts, ends) = (utc("2026-08-22T06:00:00Z"), utc("2026-08-22T10:00:00Z"));
        let schedule = mixer.schedule(starts, ends, chrono_tz::Asia::Shanghai, utc("2026-01-01T00:00:00Z"));
        assert_eq!(schedule.boundary(Phase::Registration), Some(utc("2026-08-01T01:00:00Z")));
        assert_eq!(schedule.boundary(Phase::OnSite), Some(utc("2026-08-22T04:00:00Z")));
        assert_eq!(schedule.boundary(Phase::Closed), Some(utc("2026-08-22T13:00:00Z")));
    }
}
