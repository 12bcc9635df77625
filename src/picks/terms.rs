//! How an event holds its pick rounds, as its organizer decided.

use queqiao_ballots::ballot::ROOM;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::body::out_of_range;
use crate::error::{Fault, FieldError};
use crate::events::event;
use crate::events::kind::Kind;
use crate::page::Page;
use crate::page::form::Form;

/// How many people one person may pick in all rounds of an evening where nobody says otherwise.
const USUAL_IN_ALL: u32 = 6;

/// How the pick round is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = PicksPlan)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// For how many badges one person may light up in a round: 1 to 10, for a sealed ballot has room for ten. 3 is
    /// usual; beyond 5 a person learns much about others for little.
    #[schema(minimum = 1, maximum = 10)]
    pub limit: u32,
    /// For how many in all rounds together: what anybody can find out by picking is bounded by it. Left out, 6, or
    /// `limit` where that is more.
    #[schema(minimum = 1, maximum = 200)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_limit: Option<u32>,
}

impl Default for Terms {
    fn default() -> Self {
        Self { limit: 3, event_limit: None }
    }
}

impl Terms {
    /// What the event says; the usual where it says nothing.
    ///
    /// # Errors
    /// Where it does not read.
    pub fn of(event: &event::Model) -> Result<Self, Fault> {
        Ok(event.part("picks")?.unwrap_or_default())
    }

    /// What a new event begins with.
    #[must_use]
    pub fn proposed(kind: Kind) -> Self {
        Self { limit: if kind == Kind::SpeedDating { 5 } else { 3 }, event_limit: None }
    }

    /// How many people one person may pick in all rounds together.
    #[must_use]
    pub fn in_all(self) -> u32 {
        self.event_limit.unwrap_or(self.limit.max(USUAL_IN_ALL))
    }

    /// With what was left unsaid.
    #[must_use]
    pub fn completed(self) -> Self {
        Self { event_limit: Some(self.in_all()), ..self }
    }

    /// Everything that cannot be held as written, by the path of the field.
    #[must_use]
    pub fn faults(self) -> Vec<FieldError> {
        let mut faults = Vec::from_iter(out_of_range("picks.limit", self.limit, 1, u32::try_from(ROOM).unwrap_or(0)));
        faults.extend(self.event_limit.and_then(|limit| out_of_range("picks.event_limit", limit, 1, 200)));
        if self.event_limit.is_some_and(|limit| (1..self.limit).contains(&limit)) {
            faults.push(FieldError::new("picks.event_limit", "below_limit", "at least picks.limit"));
        }
        faults
    }

    /// What is typed into the form of an event, as the request has it; None where nothing is.
    #[must_use]
    pub fn typed(form: &Form) -> Option<Value> {
        let is_filled = !form.value("picks.limit").is_empty();
        is_filled.then(|| form.members("picks", &["limit"], &["event_limit"]))
    }

    /// For whoever thinks of applying.
    #[must_use]
    pub fn sentence(self, page: &Page) -> String {
        page.say("rule-picks-note", &[("limit", self.limit.into())])
    }
}
