//! How an event holds its dates, as its organizer decided.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::body::out_of_range;
use crate::error::{Fault, FieldError};
use crate::events::event;
use crate::events::kind::Kind;
use crate::page::Page;
use crate::page::form::Form;

/// How the 8-minute dates are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = DatesPlan)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    pub rounds: u32,
    /// Minutes one date lasts.
    pub minutes: u32,
    /// Seconds between two dates, to change tables.
    #[serde(default)]
    pub pause_seconds: u32,
    /// Tables in the room; one for every two seats where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tables: Option<u32>,
}

impl Default for Terms {
    fn default() -> Self {
        Self { rounds: 10, minutes: 8, pause_seconds: 120, tables: None }
    }
}

impl Terms {
    /// What the event says; the usual where it says nothing.
    ///
    /// # Errors
    /// Where it does not read.
    pub fn of(event: &event::Model) -> Result<Self, Fault> {
        Ok(event.part("dates")?.unwrap_or_default())
    }

    /// What a new event begins with; None where its kind has no dates.
    #[must_use]
    pub fn proposed(kind: Kind) -> Option<Self> {
        let (rounds, pause_seconds) = match kind {
            Kind::Mixer => (8, 90),
            Kind::SpeedDating => (10, 60),
            Kind::Concert | Kind::SportsDay => return None,
        };
        Some(Self { rounds, minutes: 8, pause_seconds, tables: None })
    }

    /// Everything that cannot be held as written, by the path of the field.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldError> {
        let of_tables = self.tables.and_then(|tables| out_of_range("dates.tables", tables, 1, 10_000));
        let faults = [
            out_of_range("dates.rounds", self.rounds, 1, 30),
            out_of_range("dates.minutes", self.minutes, 1, 60),
            out_of_range("dates.pause_seconds", self.pause_seconds, 0, 900),
            of_tables,
        ];
        faults.into_iter().flatten().collect()
    }

    /// What is typed into the form of an event, as the request has it; None where nothing is.
    #[must_use]
    pub fn typed(form: &Form) -> Option<Value> {
        let is_filled = ["dates.rounds", "dates.minutes"].iter().any(|name| !form.value(name).is_empty());
        is_filled.then(|| form.members("dates", &["rounds", "minutes"], &["pause_seconds", "tables"]))
    }

    /// For whoever thinks of applying.
    #[must_use]
    pub fn sentence(&self, page: &Page) -> String {
        page.say("rule-dates-note", &[("rounds", self.rounds.into()), ("minutes", self.minutes.into())])
    }

    /// Dates that fit into the hall at the same time.
    #[must_use]
    pub fn tables_for(&self, event: &event::Model) -> u32 {
        self.tables.unwrap_or_else(|| u32::try_from(event.seats / 2).unwrap_or(0)).max(1)
    }
}
