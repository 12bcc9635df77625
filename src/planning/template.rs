//! Templates: what a new event is until its organizer says otherwise.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, DurationRound, NaiveDate, NaiveTime, TimeZone, Utc};
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
    /// proportions and share the time that is left, by the day as far as there is one for each.
    #[must_use]
    pub fn schedule(&self, starts_at: DateTime<Utc>, ends_at: DateTime<Utc>, zone: Tz, now: DateTime<Utc>) -> Schedule {
        let mut schedule = Schedule::new(starts_at, ends_at);
        for (phase, offset) in &self.phases {
            schedule.set(*phase, Some(offset.from(starts_at, ends_at, zone)));
        }
        let Some((first, last)) = tight(&schedule, now) else { return schedule };
        let (wanted, left) = ((last - first).num_seconds().max(1), (last - now).num_seconds());
        let squeezed = |phase: &Phase| {
            let share = (schedule.boundary(*phase)? - first).num_seconds() * left / wanted;
            Some(Squeezed { phase: *phase, begins: now + Duration::seconds(share), at: self.hour_of(*phase) })
        };
        let before = [Phase::Registration, Phase::Online, Phase::Screening, Phase::Confirmation];
        let squeezed: Vec<Squeezed> = before.iter().filter_map(squeezed).collect();
        let grains = [Grain::Day, Grain::Minutes(60), Grain::Minutes(15), Grain::Minutes(5), Grain::Minutes(1)];
        let rounded = grains.into_iter().find_map(|grain| rounded(&squeezed, grain, last, zone));
        let rounded = rounded.unwrap_or_else(|| squeezed.iter().map(|one| (one.phase, one.begins)).collect());
        for (phase, begins) in rounded {
            schedule.set(phase, Some(begins));
        }
        schedule
    }

    /// Whether the evening is too near for the template's pace.
    #[must_use]
    pub fn is_tight(&self, starts_at: DateTime<Utc>, ends_at: DateTime<Utc>, zone: Tz, now: DateTime<Utc>) -> bool {
        let mut wanted = Schedule::new(starts_at, ends_at);
        for (phase, offset) in &self.phases {
            wanted.set(*phase, Some(offset.from(starts_at, ends_at, zone)));
        }
        tight(&wanted, now).is_some()
    }

    /// At which hour a phase begins that begins by the day.
    fn hour_of(&self, phase: Phase) -> Option<NaiveTime> {
        match self.phases.get(&phase) {
            Some(Offset::Day { at: ClockTime(at), .. }) => Some(*at),
            _ => None,
        }
    }
}

/// A phase at its share of the time that is left.
struct Squeezed {
    phase: Phase,
    begins: DateTime<Utc>,
    at: Option<NaiveTime>,
}

/// How round a time is.
#[derive(Clone, Copy)]
enum Grain {
    /// At the hour the template has for it.
    Day,
    Minutes(i64),
}

/// When registration should have begun and the doors open, where that is too near.
fn tight(wanted: &Schedule, now: DateTime<Utc>) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let (first, last) = (wanted.boundary(Phase::Registration)?, wanted.boundary(Phase::OnSite)?);
    (first < now && last > now).then_some((first, last))
}

/// The phases at round times, in their order and before the last one; None where there is no room for that.
fn rounded(squeezed: &[Squeezed], grain: Grain, last: DateTime<Utc>, zone: Tz) -> Option<Vec<(Phase, DateTime<Utc>)>> {
    let mut rounded: Vec<(Phase, DateTime<Utc>)> = Vec::new();
    for one in squeezed {
        let before = rounded.last().map(|(_, begins)| *begins);
        // Registration begins now: there is no waiting for an hour of tomorrow.
        let begins = match (grain, one.at.filter(|_| before.is_some())) {
            (Grain::Day, Some(at)) => next_day(one.begins, at, before, zone)?,
            (Grain::Day, None) => next_round(one.begins, 60, before, zone)?,
            (Grain::Minutes(minutes), _) => next_round(one.begins, minutes, before, zone)?,
        };
        rounded.push((one.phase, begins));
    }
    rounded.last().is_some_and(|(_, begins)| *begins < last).then_some(rounded)
}

/// That hour as near to a moment as there is one after `before`.
fn next_day(moment: DateTime<Utc>, at: NaiveTime, before: Option<DateTime<Utc>>, zone: Tz) -> Option<DateTime<Utc>> {
    let day = moment.with_timezone(&zone).date_naive();
    let on = |day: NaiveDate| Some(zone.from_local_datetime(&day.and_time(at)).earliest()?.with_timezone(&Utc));
    let days = [day.pred_opt(), Some(day), day.succ_opt(), day.succ_opt().and_then(|day| day.succ_opt())];
    let later = days.into_iter().flatten().filter_map(on).filter(|begins| before.is_none_or(|before| *begins > before));
    later.min_by_key(|begins| (*begins - moment).abs())
}

/// The next moment whose minutes are a multiple, after `before`.
fn next_round(moment: DateTime<Utc>, minutes: i64, before: Option<DateTime<Utc>>, zone: Tz) -> Option<DateTime<Utc>> {
    let step = Duration::minutes(minutes);
    let begun = moment.with_timezone(&zone).duration_trunc(step).ok()?.with_timezone(&Utc);
    let begins = if begun < moment { begun + step } else { begun };
    Some(before.map_or(begins, |before| begins.max(before + step)))
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
    fn where_it_is_tight_phases_begin_by_the_day_at_the_hours_of_the_template() {
        let (mixer, zone) = (Template::of(Kind::Mixer).unwrap(), chrono_tz::Asia::Shanghai);
        let (starts, ends) = (utc("2026-08-22T06:00:00Z"), utc("2026-08-22T10:00:00Z"));
        let begin = |now: &str| {
            let schedule = mixer.schedule(starts, ends, zone, utc(now));
            [Phase::Registration, Phase::Online, Phase::Screening, Phase::Confirmation]
                .map(|phase| schedule.boundary(phase).unwrap().with_timezone(&zone).format("%m-%d %H:%M").to_string())
        };
        assert_eq!(begin("2026-08-02T06:49:00Z"), ["08-02 15:00", "08-11 09:00", "08-15 18:00", "08-16 10:00"]);
        assert!(mixer.is_tight(starts, ends, zone, utc("2026-08-02T06:49:00Z")));
        assert!(!mixer.is_tight(starts, ends, zone, utc("2026-07-02T06:49:00Z")));
        // A day is not enough for a day each.
        let day = begin("2026-08-21T04:10:00Z");
        assert!(day.iter().all(|begins| begins.ends_with(":00")), "{day:?}");
        let hour = begin("2026-08-22T03:00:00Z");
        assert!(hour.iter().all(|begins| begins.ends_with('0') || begins.ends_with('5')), "{hour:?}");
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
