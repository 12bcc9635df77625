//! A new event, as it comes in.

use chrono::{DateTime, Utc};
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::boundary::Boundary;
use super::members::{request, terms_of_all_rooms};
use crate::body::{one_line, one_line_or_none, slug_rule, text};
use crate::events::event::Sides;
use crate::events::host;
use crate::events::kind::Kind;
use crate::events::rules::{seats_rule, timezone_rule};

terms_of_all_rooms! {
    request!
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
    }
}

fn shanghai() -> String {
    "Asia/Shanghai".to_owned()
}
