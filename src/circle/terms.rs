//! How long the circle of an event lives, as its organizer decided.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::body::out_of_range;
use crate::error::{Fault, FieldError};
use crate::events::event;
use crate::page::form::Form;

/// The most days a circle lives after its evening.
pub const MOST_DAYS: u32 = 365;

/// 活动圈: how long those who came may stay in touch under the union's roof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = CirclePlan)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Days after the evening: it ends with the last of them, by the calendar of the event. 0 is an event without one.
    #[schema(minimum = 0, maximum = 365)]
    pub days: u32,
}

impl Terms {
    /// What the event says; None where it has no circle.
    ///
    /// # Errors
    /// Where it does not read.
    pub fn of(event: &event::Model) -> Result<Option<Self>, Fault> {
        Ok(event.part("circle")?.and_then(Self::held))
    }

    /// What a new event of any kind begins with.
    #[must_use]
    pub fn proposed() -> Self {
        Self { days: 30 }
    }

    /// None where there is not to be one.
    #[must_use]
    pub fn held(self) -> Option<Self> {
        (self.days > 0).then_some(self)
    }

    /// What cannot be held as written, by the path of the field.
    #[must_use]
    pub fn fault(self) -> Option<FieldError> {
        out_of_range("circle.days", self.days, 0, MOST_DAYS)
    }

    /// What is typed into the form of an event, as the request has it. Nothing typed is an event without a circle,
    /// whatever its template has.
    #[must_use]
    pub fn typed(form: &Form) -> Value {
        let days = form.number("circle.days");
        json!({ "days": if days.is_null() { json!(0) } else { days } })
    }
}
