//! What kind of event it is, which says what it is like until its organizer says otherwise.

use sea_orm::{DeriveActiveEnum, EnumIter, Iterable};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[schema(as = TemplateKind)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 联谊会
    Mixer,
    /// 音乐会
    Concert,
    /// 运动会
    SportsDay,
    /// 八分钟约会
    SpeedDating,
}

impl Kind {
    /// Every kind, in the order organizers are shown them.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::iter()
    }

    /// As it is stored and sent.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Mixer => "mixer",
            Self::Concert => "concert",
            Self::SportsDay => "sports_day",
            Self::SpeedDating => "speed_dating",
        }
    }
}
