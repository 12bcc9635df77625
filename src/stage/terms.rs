//! What an event has of the stage, as its organizer decided.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::body::out_of_range;
use crate::confessions;
use crate::error::{Fault, FieldError};
use crate::events::event;
use crate::events::kind::Kind;
use crate::page::form::{Form, put};

/// How often one phone may bless one couple where nobody says otherwise: a hall that claps along,
/// and no thumb that decides the number.
const USUAL_BLESSINGS: u32 = 20;

/// What happens on stage. A member that is left out is as in `{}`: numbers, nicknames, the bridge,
/// twenty blessings a phone, no 真情告白.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = StagePlan)]
#[serde(deny_unknown_fields, default)]
pub struct Terms {
    /// Whether the screen tells nicknames after the numbers.
    pub nicknames: bool,
    /// 鹊桥: whether couples walk it.
    pub bridge: bool,
    /// 祝福: how often one phone may tap for one couple on the bridge; 0 for no blessings.
    #[schema(minimum = 0, maximum = 100)]
    pub blessings: u32,
    /// 真情告白; without it nobody can ask.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confessions: Option<confessions::terms::Terms>,
}

impl Default for Terms {
    fn default() -> Self {
        Self { nicknames: true, bridge: true, blessings: USUAL_BLESSINGS, confessions: None }
    }
}

impl Terms {
    /// What the event says; the usual where it says nothing.
    ///
    /// # Errors
    /// Where it does not read.
    pub fn of(event: &event::Model) -> Result<Self, Fault> {
        Ok(event.part("stage")?.unwrap_or_default())
    }

    /// What a new event begins with; None where its kind has nothing of its own.
    #[must_use]
    pub fn proposed(kind: Kind) -> Option<Self> {
        let confessions = confessions::terms::Terms::proposed(kind)?;
        Some(Self { confessions: Some(confessions), ..Self::default() })
    }

    /// Everything that cannot be held as written, by the path of the field.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldError> {
        let mut faults = Vec::from_iter(out_of_range("stage.blessings", self.blessings, 0, 100));
        faults.extend(self.confessions.iter().flat_map(|confessions| confessions.faults()));
        faults
    }

    /// What is typed into the form of an event, as the request has it.
    #[must_use]
    pub fn typed(form: &Form) -> Value {
        let mut object = Map::new();
        for step in ["nicknames", "bridge"] {
            object.insert(step.to_owned(), form.flag(&format!("stage.{step}")));
        }
        put(&mut object, "blessings", form.number("stage.blessings"));
        put(&mut object, "confessions", confessions::terms::Terms::typed(form).unwrap_or_default());
        Value::Object(object)
    }
}
