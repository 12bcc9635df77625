//! What the pages of volunteers call things.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use super::answer::OneTap;
use super::follow_up::State;
use super::milestone::Milestone;
use crate::page::{Page, when};

/// How long there is, or how late it is.
pub fn said_of_due(page: &Page, due: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let (key, span) = if due <= now { ("case-late", now - due) } else { ("case-left", due - now) };
    page.say(key, &[("span", when::left(page.language, span).into())])
}

impl State {
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::GettingToKnow => "state-getting-to-know",
            Self::Dating => "state-dating",
            Self::Engaged => "state-engaged",
            Self::Married => "state-married",
            Self::Parted => "state-parted",
            Self::Unreachable => "state-unreachable",
        }
    }

    pub(super) fn value(self) -> String {
        self.to_value()
    }

    pub(super) fn pill(self) -> &'static str {
        match self {
            Self::Engaged | Self::Married | Self::Dating => "pill good",
            Self::Parted => "pill over",
            Self::GettingToKnow | Self::Unreachable => "pill",
        }
    }
}

impl Milestone {
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::ThreeDays => "milestone-three-days",
            Self::ThreeWeeks => "milestone-three-weeks",
            Self::ThreeMonths => "milestone-three-months",
            Self::OneYear => "milestone-one-year",
        }
    }
}

impl OneTap {
    /// What a page calls it, to whoever answers.
    pub(super) fn key(self) -> String {
        format!("one-tap-{}", self.word().replace('_', "-"))
    }
}
