//! What an organizer asks for, as it comes in.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::event::Sides;
use super::host;
use super::phase::Phase;
use super::plan::{Approval, DatesPlan, MOST_SEATS, PicksPlan, Plan, PointTerms, Segment};
use super::schedule::Schedule;
use super::screening_plan::ScreeningPlan;
use super::template::Kind;
use crate::body::{one_line, one_line_or_none, slug_rule, text, text_or_none};
use crate::error::FieldError;

/// When a phase begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Boundary {
    pub phase: Phase,
    /// Null: not by the clock, only by hand.
    pub starts_at: Option<DateTime<Utc>>,
}

/// A new event. What is left out follows the template.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEvent {
    /// Slug of the union that hosts it.
    #[garde(custom(one_line(1, 60)))]
    pub organization: String,
    #[garde(skip)]
    pub template: Kind,
    /// Stands in addresses: lower-case letters, digits and single hyphens, 3 to 60 of them.
    #[garde(custom(slug_rule))]
    pub slug: String,
    #[garde(custom(one_line(1, 80)))]
    pub title: String,
    #[garde(custom(one_line_or_none(1, 120)))]
    pub title_en: Option<String>,
    #[serde(default)]
    #[garde(custom(text(0, 4000)))]
    pub summary: String,
    #[garde(custom(one_line(1, 120)))]
    pub venue: String,
    /// An IANA name; `Asia/Shanghai` where it is left out.
    #[serde(default = "shanghai")]
    #[garde(custom(timezone_rule))]
    pub timezone: String,
    #[garde(skip)]
    pub starts_at: DateTime<Utc>,
    #[garde(skip)]
    pub ends_at: DateTime<Utc>,
    #[garde(custom(seats_rule))]
    pub seats: Option<i32>,
    #[garde(skip)]
    pub sides: Option<Sides>,
    /// Where it is given, it is the whole schedule: a phase it does not name begins by hand.
    #[garde(skip)]
    pub phases: Option<Vec<Boundary>>,
    #[serde(default)]
    #[garde(length(max = 30), dive)]
    pub hosts: Vec<host::Line>,
    /// Slug of a series of the same union.
    #[garde(custom(one_line_or_none(1, 60)))]
    pub series: Option<String>,
    #[garde(skip)]
    pub approval: Option<Approval>,
    /// What each action earns; `{}` for an event without points.
    #[garde(skip)]
    pub points: Option<BTreeMap<String, PointTerms>>,
    #[garde(skip)]
    pub screening: Option<ScreeningPlan>,
    #[garde(skip)]
    pub dates: Option<DatesPlan>,
    #[garde(skip)]
    pub picks: Option<PicksPlan>,
    #[garde(skip)]
    pub programme: Option<Vec<Segment>>,
}

impl NewEvent {
    /// What it says about the plan.
    #[must_use]
    pub fn plan(&self) -> Plan {
        Plan {
            approval: self.approval,
            points: self.points.clone(),
            screening: self.screening.clone(),
            dates: self.dates.clone(),
            picks: self.picks.clone(),
            programme: self.programme.clone(),
        }
    }
}

/// What is to be changed; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Changes {
    /// Only before it is published: afterwards people have the address.
    #[garde(custom(slug_rule_or_none))]
    pub slug: Option<String>,
    #[garde(custom(one_line_or_none(1, 80)))]
    pub title: Option<String>,
    #[garde(custom(one_line_or_none(1, 120)))]
    pub title_en: Option<String>,
    #[garde(custom(text_or_none(0, 4000)))]
    pub summary: Option<String>,
    #[garde(custom(one_line_or_none(1, 120)))]
    pub venue: Option<String>,
    #[garde(custom(timezone_rule_or_none))]
    pub timezone: Option<String>,
    #[garde(skip)]
    pub starts_at: Option<DateTime<Utc>>,
    #[garde(skip)]
    pub ends_at: Option<DateTime<Utc>>,
    #[garde(custom(seats_rule))]
    pub seats: Option<i32>,
    #[garde(skip)]
    pub sides: Option<Sides>,
    /// The phases named here; one that has begun moves by `POST /events/{event}/phase` only.
    #[garde(skip)]
    pub phases: Option<Vec<Boundary>>,
    #[garde(length(max = 30), dive)]
    pub hosts: Option<Vec<host::Line>>,
    #[garde(custom(one_line_or_none(1, 60)))]
    pub series: Option<String>,
    #[garde(skip)]
    pub approval: Option<Approval>,
    /// What each action earns; `{}` for an event without points.
    #[garde(skip)]
    pub points: Option<BTreeMap<String, PointTerms>>,
    #[garde(skip)]
    pub screening: Option<ScreeningPlan>,
    #[garde(skip)]
    pub dates: Option<DatesPlan>,
    #[garde(skip)]
    pub picks: Option<PicksPlan>,
    #[garde(skip)]
    pub programme: Option<Vec<Segment>>,
}

impl Changes {
    /// The fields it names.
    #[must_use]
    pub fn named(&self) -> Vec<&'static str> {
        let fields = [
            ("slug", self.slug.is_some()),
            ("title", self.title.is_some()),
            ("title_en", self.title_en.is_some()),
            ("summary", self.summary.is_some()),
            ("venue", self.venue.is_some()),
            ("timezone", self.timezone.is_some()),
            ("starts_at", self.starts_at.is_some()),
            ("ends_at", self.ends_at.is_some()),
            ("seats", self.seats.is_some()),
            ("sides", self.sides.is_some()),
            ("phases", self.phases.is_some()),
            ("hosts", self.hosts.is_some()),
            ("series", self.series.is_some()),
            ("approval", self.approval.is_some()),
            ("points", self.points.is_some()),
            ("screening", self.screening.is_some()),
            ("dates", self.dates.is_some()),
            ("picks", self.picks.is_some()),
            ("programme", self.programme.is_some()),
        ];
        fields.into_iter().filter(|(_, named)| *named).map(|(field, _)| field).collect()
    }

    /// What it says about the plan.
    #[must_use]
    pub fn plan(&self) -> Plan {
        Plan {
            approval: self.approval,
            points: self.points.clone(),
            screening: self.screening.clone(),
            dates: self.dates.clone(),
            picks: self.picks.clone(),
            programme: self.programme.clone(),
        }
    }
}

fn shanghai() -> String {
    "Asia/Shanghai".to_owned()
}

fn slug_rule_or_none(wish: &Option<String>, context: &()) -> garde::Result {
    wish.as_deref().map_or(Ok(()), |wish| slug_rule(wish, context))
}

fn timezone_rule(name: &str, (): &()) -> garde::Result {
    let known = name.parse::<Tz>().is_ok();
    if known { Ok(()) } else { Err(garde::Error::new("unknown_timezone|an IANA name such as Asia/Shanghai")) }
}

fn timezone_rule_or_none(name: &Option<String>, context: &()) -> garde::Result {
    name.as_deref().map_or(Ok(()), |name| timezone_rule(name, context))
}

fn seats_rule(seats: &Option<i32>, (): &()) -> garde::Result {
    let fits = seats.is_none_or(|seats| (1..=MOST_SEATS).contains(&seats));
    if fits { Ok(()) } else { Err(garde::Error::new("out_of_range|1 to 20000")) }
}

/// Enters the named phases into a schedule.
#[must_use]
pub fn enter(schedule: &mut Schedule, boundaries: &[Boundary]) -> Vec<FieldError> {
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
