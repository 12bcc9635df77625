//! How far the applications of an event came, side by side.

use super::registration::{Side, Status};
use super::roll::Count;

/// As far as an application can come before the doors open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Applied,
    Approved,
    /// Was offered a seat, whatever they answered.
    Selected,
    Confirmed,
}

/// How many came as far as this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reached {
    pub stage: Stage,
    pub men: i64,
    pub women: i64,
}

/// From everybody who applied, and was not rejected and did not withdraw, to those who said that they come.
#[must_use]
pub fn reached(counts: &[Count]) -> [Reached; 4] {
    use Status::{Applied, Approved, Confirmed, Declined, Expired, NotSelected, Selected, Waitlisted};
    const APPROVED: [Status; 7] = [Approved, Selected, Waitlisted, NotSelected, Confirmed, Declined, Expired];
    let alive = [&[Applied], APPROVED.as_slice()].concat();
    let stages: [(Stage, &[Status]); 4] = [
        (Stage::Applied, &alive),
        (Stage::Approved, &APPROVED),
        (Stage::Selected, &[Selected, Confirmed, Declined, Expired]),
        (Stage::Confirmed, &[Confirmed]),
    ];
    let among = |side: Side, statuses: &[Status]| -> i64 {
        let counted = counts.iter().filter(|count| count.side == side && statuses.contains(&count.status));
        counted.map(|count| count.count).sum()
    };
    stages.map(|(stage, of)| Reached { stage, men: among(Side::Men, of), women: among(Side::Women, of) })
}

impl Stage {
    /// The key of its words.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Applied => "stage-applied",
            Self::Approved => "stage-approved",
            Self::Selected => "stage-selected",
            Self::Confirmed => "stage-confirmed",
        }
    }
}
