//! Whether people may speak on stage, as the event's organizer decided.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::body::out_of_range;
use crate::error::{Fault, FieldError};
use crate::events::event;
use crate::events::kind::Kind;
use crate::page::form::Form;

/// 真情告白: to speak to one person on stage, who is asked in private first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ConfessionsPlan)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// How many people one may ask in an evening; asking is spent whatever comes of it.
    #[schema(minimum = 1, maximum = 3)]
    pub each: u32,
    /// How long the one who is asked has to say yes.
    #[schema(minimum = 1, maximum = 60)]
    pub answer_minutes: u32,
}

impl Terms {
    /// What the event says; None where nobody can ask.
    ///
    /// # Errors
    /// Where it does not read.
    pub fn of(event: &event::Model) -> Result<Option<Self>, Fault> {
        event.part("stage.confessions")
    }

    /// What a new event begins with; None where its kind has none.
    #[must_use]
    pub fn proposed(kind: Kind) -> Option<Self> {
        (kind == Kind::Mixer).then_some(Self { each: 1, answer_minutes: 5 })
    }

    /// Everything that cannot be held as written, by the path of the field.
    #[must_use]
    pub fn faults(self) -> Vec<FieldError> {
        let each = out_of_range("stage.confessions.each", self.each, 1, 3);
        let answer = out_of_range("stage.confessions.answer_minutes", self.answer_minutes, 1, 60);
        each.into_iter().chain(answer).collect()
    }

    /// What is typed into the form of an event, as the request has it; None where nothing is: nobody may ask.
    #[must_use]
    pub fn typed(form: &Form) -> Option<Value> {
        let terms = ["each", "answer_minutes"];
        let is_filled = terms.iter().any(|name| !form.value(&format!("stage.confessions.{name}")).trim().is_empty());
        is_filled.then(|| form.members("stage.confessions", &terms, &[]))
    }
}
