//! What an event has of the stage.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::plan::out_of_range;
use crate::error::FieldError;

/// How often one phone may bless one couple where nobody says otherwise: a hall that claps along,
/// and no thumb that decides the number.
const USUAL_BLESSINGS: u32 = 20;

/// What happens on stage. A member that is left out is as in `{}`: numbers, nicknames, the bridge,
/// twenty blessings a phone, no 真情告白.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StagePlan {
    /// Whether the screen tells nicknames after the numbers.
    pub nicknames: bool,
    /// 鹊桥: whether couples walk it.
    pub bridge: bool,
    /// 祝福: how often one phone may tap for one couple on the bridge; 0 for no blessings.
    #[schema(minimum = 0, maximum = 100)]
    pub blessings: u32,
    /// 真情告白; without it nobody can ask.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confessions: Option<ConfessionsPlan>,
}

/// 真情告白: to speak to one person on stage, who is asked in private first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfessionsPlan {
    /// How many people one may ask in an evening; asking is spent whatever comes of it.
    #[schema(minimum = 1, maximum = 3)]
    pub each: u32,
    /// How long the one who is asked has to say yes.
    #[schema(minimum = 1, maximum = 60)]
    pub answer_minutes: u32,
}

impl Default for StagePlan {
    fn default() -> Self {
        Self { nicknames: true, bridge: true, blessings: USUAL_BLESSINGS, confessions: None }
    }
}

impl StagePlan {
    /// Everything that cannot be held as written, by the path of the field.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldError> {
        let mut faults: Vec<FieldError> = out_of_range("stage.blessings", self.blessings, 0, 100).into_iter().collect();
        if let Some(confessions) = &self.confessions {
            faults.extend(out_of_range("stage.confessions.each", confessions.each, 1, 3));
            faults.extend(out_of_range("stage.confessions.answer_minutes", confessions.answer_minutes, 1, 60));
        }
        faults
    }
}
