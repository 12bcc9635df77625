//! Who is let in, as the event's organizer decided.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::error::Fault;
use crate::events::event;
use crate::page::Page;
use crate::page::form::Form;

/// Who is approved at once when they apply; everybody else waits for the unit contact or the organizer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Approval)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Whoever stands in the roster of the unit they name.
    #[serde(default)]
    pub by_roster: bool,
    /// Whoever proved a mail address of the domain of the unit they name.
    #[serde(default)]
    pub by_mail_domain: bool,
}

impl Terms {
    /// What the event says; somebody looks at everybody where it says nothing.
    ///
    /// # Errors
    /// Where it does not read.
    pub fn of(event: &event::Model) -> Result<Self, Fault> {
        Ok(event.part("approval")?.unwrap_or_default())
    }

    /// What a new event of any kind begins with.
    #[must_use]
    pub fn proposed() -> Self {
        Self { by_roster: true, by_mail_domain: true }
    }

    /// What is typed into the form of an event, as the request has it.
    #[must_use]
    pub fn typed(form: &Form) -> Value {
        json!({
            "by_roster": form.flag("approval.by_roster"), "by_mail_domain": form.flag("approval.by_mail_domain"),
        })
    }

    /// For whoever thinks of applying.
    #[must_use]
    pub fn sentence(self, page: &Page) -> String {
        page.t(match (self.by_roster, self.by_mail_domain) {
            (true, true) => "rule-entry-both",
            (true, false) => "rule-entry-roster",
            (false, true) => "rule-entry-mail",
            (false, false) => "rule-entry-review",
        })
    }
}
