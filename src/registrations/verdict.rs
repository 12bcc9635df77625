//! A verdict on applications, as it comes in and as it is answered.

use garde::Validate;
use sea_orm::{ColumnTrait, QueryFilter, Select};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::registration::{self, Side, Status};
use crate::body::text_or_none;

/// The most applications one decision covers.
pub const MOST: usize = 1_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RegistrationDecision)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Approve,
    Reject,
    /// Of somebody who has a seat or waits for one, as long as the doors are closed: for good, one at a time. A seat
    /// that comes free goes to the next in line.
    ShutOut,
    /// Back to where it waits for a decision. A letter that has not gone yet does not go; whoever had it is told.
    Restore,
}

impl Decision {
    /// Where the application stands afterwards.
    #[must_use]
    pub fn status(self) -> Status {
        match self {
            Self::Approve => Status::Approved,
            Self::Reject | Self::ShutOut => Status::Rejected,
            Self::Restore => Status::Applied,
        }
    }

    /// Before the screening a decision may be changed.
    #[must_use]
    pub fn may_follow(self, status: Status) -> bool {
        match self {
            Self::Approve => status == Status::Applied,
            Self::Reject => matches!(status, Status::Applied | Status::Approved),
            // Said on purpose: whoever only rejects may not know that the person has a seat by now.
            Self::ShutOut => status.has_a_seat() || status == Status::Waitlisted,
            Self::Restore => matches!(status, Status::Approved | Status::Rejected),
        }
    }

    /// Whether the person is told why they are not among the guests.
    #[must_use]
    pub fn rejects(self) -> bool {
        matches!(self, Self::Reject | Self::ShutOut)
    }
}

/// What is decided, and why. The applicant reads the reason of a rejection.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[schema(as = RegistrationVerdict)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    #[garde(skip)]
    pub decision: Decision,
    /// Required to reject.
    #[garde(custom(text_or_none(1, 500)))]
    pub reason: Option<String>,
}

/// One verdict on many: those named, or everybody who waits and fits. Nobody loses a seat by it.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Verdicts {
    #[garde(skip)]
    pub decision: Decision,
    /// Required to reject.
    #[garde(custom(text_or_none(1, 500)))]
    pub reason: Option<String>,
    /// 1 to 1,000 registrations.
    #[garde(length(min = 1, max = MOST))]
    pub ids: Option<Vec<Uuid>>,
    #[garde(skip)]
    pub waiting: Option<Waiting>,
}

/// Everybody who applied and was not decided on.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Waiting {
    pub side: Option<Side>,
    pub unit: Option<Uuid>,
    /// Only those for whom the roster or the mail domain of their unit vouches by now, as far as the event relies on
    /// it: rosters come in after people have applied.
    #[serde(default)]
    pub vouched: bool,
}

/// What came of a verdict on many.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Decided {
    pub decided: Vec<Uuid>,
    pub unchanged: Vec<Unchanged>,
    /// True where more are waiting than one verdict covers: ask again.
    pub more: bool,
}

/// An application the verdict did not touch.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Unchanged {
    pub id: Uuid,
    /// `not_found`, `not_decidable` or `employer_unsettled` with the status it has, or `applied_again`.
    pub code: &'static str,
    pub status: Option<Status>,
}

impl Waiting {
    /// Those of `all` that are meant.
    #[must_use]
    pub fn among(self, mut all: Select<registration::Entity>) -> Select<registration::Entity> {
        all = all.filter(registration::Column::Status.eq(Status::Applied));
        if let Some(side) = self.side {
            all = all.filter(registration::Column::Side.eq(side));
        }
        match self.unit {
            Some(unit) => all.filter(registration::Column::UnitId.eq(unit)),
            None => all,
        }
    }
}
