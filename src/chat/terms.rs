//! Whether an event has a chat, and how it is held, as its organizer decided.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::body::out_of_range;
use crate::error::{Fault, FieldError};
use crate::events::event;
use crate::page::form::Form;

/// The most seconds somebody waits between two lines.
pub const SLOWEST: u32 = 600;

/// What becomes of pictures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ChatPictures)]
#[serde(rename_all = "snake_case")]
pub enum Pictures {
    /// There are none.
    None,
    /// Each is seen by others once the organizer has looked.
    #[default]
    Reviewed,
    /// They stand at once, as words do.
    AtOnce,
}

impl Pictures {
    /// As forms and keys of words spell it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Reviewed => "reviewed",
            Self::AtOnce => "at_once",
        }
    }
}

/// 互动聊天: one room for everybody from the online phase on, which the circle keeps after the evening.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ChatPlan)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// False is an event without one.
    pub open: bool,
    /// The fewest seconds between two lines of one person.
    #[serde(default = "usual_pause")]
    #[schema(minimum = 0, maximum = 600)]
    pub slow_seconds: u32,
    #[serde(default)]
    pub pictures: Pictures,
    /// Whether each group has a room of its own, once there are groups.
    #[serde(default)]
    pub groups: bool,
}

fn usual_pause() -> u32 {
    3
}

impl Terms {
    /// What the event says; None where it has no chat.
    ///
    /// # Errors
    /// Where it does not read.
    pub fn of(event: &event::Model) -> Result<Option<Self>, Fault> {
        Ok(event.part::<Self>("chat")?.and_then(Self::held))
    }

    /// What a new event of any kind begins with: none, until its organizer wants one and looks after it.
    #[must_use]
    pub fn proposed() -> Self {
        Self { open: false, slow_seconds: usual_pause(), pictures: Pictures::default(), groups: true }
    }

    /// None where there is not to be one.
    #[must_use]
    pub fn held(self) -> Option<Self> {
        self.open.then_some(self)
    }

    /// What cannot be held as written, by the path of the field.
    #[must_use]
    pub fn fault(self) -> Option<FieldError> {
        out_of_range("chat.slow_seconds", self.slow_seconds, 0, SLOWEST)
    }

    /// What is typed into the form of an event, as the request has it.
    #[must_use]
    pub fn typed(form: &Form) -> Value {
        let pictures = match form.value("chat.pictures") {
            "" => Pictures::default().word(),
            chosen => chosen,
        };
        let slow_seconds = match form.number("chat.slow_seconds") {
            Value::Null => json!(usual_pause()),
            typed => typed,
        };
        json!({
            "open": form.flag("chat.open"),
            "slow_seconds": slow_seconds,
            "pictures": pictures,
            "groups": form.flag("chat.groups"),
        })
    }
}
