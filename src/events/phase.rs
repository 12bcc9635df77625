//! 阶段: where an event stands. A phase begins at its boundary and ends at the next one; the state
//! is never stored, so there is nothing to forget to switch over.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    Draft,
    Registration,
    Online,
    Screening,
    Confirmation,
    OnSite,
    Closed,
}

impl Phase {
    /// The phases that begin at a boundary, in order.
    pub const SCHEDULED: [Self; 6] =
        [Self::Registration, Self::Online, Self::Screening, Self::Confirmation, Self::OnSite, Self::Closed];

    /// The phase as the API and the keys of its words spell it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Registration => "registration",
            Self::Online => "online",
            Self::Screening => "screening",
            Self::Confirmation => "confirmation",
            Self::OnSite => "on_site",
            Self::Closed => "closed",
        }
    }
}
