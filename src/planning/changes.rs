//! What is to be changed about an event, as it comes in.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::boundary::Boundary;
use super::plan::Plan;
use crate::body::{one_line_or_none, text_or_none};
use crate::events::event::Sides;
use crate::events::host;
use crate::events::rules::{seats_rule, slug_rule_or_none, timezone_rule_or_none};
use crate::points::rules::PointTerms;
use crate::programme::terms::Segment;
use crate::{circle, dates, picks, registrations, screening, stage};

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
    pub approval: Option<registrations::terms::Terms>,
    /// What each action earns; `{}` for an event without points.
    #[garde(skip)]
    pub points: Option<BTreeMap<String, PointTerms>>,
    #[garde(skip)]
    pub screening: Option<screening::terms::Terms>,
    #[garde(skip)]
    pub dates: Option<dates::terms::Terms>,
    #[garde(skip)]
    pub picks: Option<picks::terms::Terms>,
    #[garde(skip)]
    pub stage: Option<stage::terms::Terms>,
    #[garde(skip)]
    pub programme: Option<Vec<Segment>>,
    #[garde(skip)]
    pub circle: Option<circle::terms::Terms>,
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
            ("stage", self.stage.is_some()),
            ("programme", self.programme.is_some()),
            ("circle", self.circle.is_some()),
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
            dates: self.dates,
            picks: self.picks,
            stage: self.stage,
            programme: self.programme.clone(),
            circle: self.circle,
        }
    }
}
