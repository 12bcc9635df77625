//! What is to be changed about an event, as it comes in.

use chrono::{DateTime, Utc};
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::boundary::Boundary;
use super::members::{request, terms_of_all_rooms};
use crate::body::{one_line_or_none, text_or_none};
use crate::events::event::Sides;
use crate::events::host;
use crate::events::rules::{seats_rule, slug_rule_or_none, timezone_rule_or_none};

terms_of_all_rooms! {
    request!
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
    }
}

impl Changes {
    /// The fields it names.
    #[must_use]
    pub fn named(&self) -> Vec<&'static str> {
        let own = [
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
        ];
        let own = own.into_iter().filter(|(_, named)| *named).map(|(field, _)| field);
        own.chain(self.plan().named()).collect()
    }
}
