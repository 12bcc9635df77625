//! When a couple is asked how it goes: three days, three weeks, three months and a year after
//! both said they would like to be.

use chrono::{DateTime, Days, Months, Utc};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
    ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Milestone {
    ThreeDays,
    ThreeWeeks,
    ThreeMonths,
    OneYear,
}

impl Milestone {
    pub const ALL: [Self; 4] = [Self::ThreeDays, Self::ThreeWeeks, Self::ThreeMonths, Self::OneYear];

    /// When it falls due, by the event's calendar: three months from the 30th of November is the
    /// last day of February.
    #[must_use]
    pub fn due(self, since: DateTime<Utc>, zone: chrono_tz::Tz) -> DateTime<Utc> {
        let local = since.with_timezone(&zone);
        let due = match self {
            Self::ThreeDays => local.checked_add_days(Days::new(3)),
            Self::ThreeWeeks => local.checked_add_days(Days::new(21)),
            Self::ThreeMonths => local.checked_add_months(Months::new(3)),
            Self::OneYear => local.checked_add_months(Months::new(12)),
        };
        // None only where clocks jump over that very hour, or at the end of time.
        due.map_or(since, |due| due.with_timezone(&Utc))
    }

    /// The first one not yet answered.
    #[must_use]
    pub fn next(answered: &[Self]) -> Option<Self> {
        Self::ALL.into_iter().find(|milestone| !answered.contains(milestone))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milestones_fall_due_by_the_events_calendar() {
        let since = "2026-11-30T12:00:00Z".parse().unwrap();
        let due = Milestone::ALL.map(|milestone| milestone.due(since, chrono_tz::Asia::Shanghai).to_rfc3339());
        let days = ["2026-12-03", "2026-12-21", "2027-02-28", "2027-11-30"];
        assert_eq!(due, days.map(|day| format!("{day}T12:00:00+00:00")));
    }

    #[test]
    fn milestones_are_answered_in_order() {
        assert_eq!(Milestone::next(&[]), Some(Milestone::ThreeDays));
        assert_eq!(Milestone::next(&[Milestone::ThreeDays]), Some(Milestone::ThreeWeeks));
        assert_eq!(Milestone::next(&Milestone::ALL), None);
    }
}
