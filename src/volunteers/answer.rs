//! What one of two answers with one tap, and what the two say together.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::follow_up::State;
use super::milestone::Milestone;

/// One tap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OneTap {
    /// 还在交往
    Together,
    /// 稳定
    Steady,
    /// 领证了
    Married,
    /// 友好结束
    Parted,
    /// 不想再被问
    NoMore,
    /// 过一阵再问
    Later,
}

impl OneTap {
    pub const ALL: [Self; 6] = [Self::Together, Self::Steady, Self::Married, Self::Parted, Self::Later, Self::NoMore];

    /// As it is sealed: of one length, so that the length does not tell it.
    #[must_use]
    pub fn letter(self) -> &'static str {
        match self {
            Self::Together => "t",
            Self::Steady => "s",
            Self::Married => "m",
            Self::Parted => "p",
            Self::NoMore => "n",
            Self::Later => "l",
        }
    }

    #[must_use]
    pub fn of_letter(letter: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|answer| answer.letter() == letter)
    }

    /// As forms and keys of words spell it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Together => "together",
            Self::Steady => "steady",
            Self::Married => "married",
            Self::Parted => "parted",
            Self::NoMore => "no_more",
            Self::Later => "later",
        }
    }

    /// What the two are by this answer; None where it says nothing of that.
    #[must_use]
    pub fn state(self) -> Option<State> {
        match self {
            Self::Together | Self::Steady => Some(State::Dating),
            Self::Married => Some(State::Married),
            Self::Parted => Some(State::Parted),
            Self::NoMore | Self::Later => None,
        }
    }
}

/// What two answers say together: who is married is together, so that the lesser of two counts; that it is over takes
/// both.
#[must_use]
pub fn agreed(one: OneTap, other: OneTap) -> Option<State> {
    match (one.state()?, other.state()?) {
        (one, other) if one == other => Some(one),
        (State::Parted, _) | (_, State::Parted) => None,
        _ => Some(State::Dating),
    }
}

/// What one of two answered about a task.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    pub registration_id: Uuid,
    pub milestone: Milestone,
    pub answer: OneTap,
    pub at: DateTime<Utc>,
}

/// What the other one confirms of an answer, among all that the two answered: by what they answered about the same task;
/// that it is over, by what they answered last about any, because whoever said so is asked nothing more.
#[must_use]
pub fn confirmed(answers: &[Answer], own: &Answer) -> Option<State> {
    let is_over = own.answer == OneTap::Parted;
    let others = answers.iter().filter(|other| other.registration_id != own.registration_id);
    let others = others.filter(|other| other.answer.state().is_some() && (is_over || other.milestone == own.milestone));
    others.max_by_key(|other| other.at).and_then(|other| agreed(own.answer, other.answer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_confirmed_by_what_the_other_one_said_last() {
        let at = |milestone: Milestone| milestone.due(DateTime::UNIX_EPOCH, chrono_tz::Asia::Shanghai);
        let says = |person: u128, milestone: Milestone, answer: OneTap| Answer {
            registration_id: Uuid::from_u128(person),
            milestone,
            answer,
            at: at(milestone),
        };
        let his = says(1, Milestone::ThreeDays, OneTap::Parted);
        let together = says(2, Milestone::ThreeDays, OneTap::Together);
        let hers = says(2, Milestone::ThreeWeeks, OneTap::Parted);
        assert_eq!(confirmed(&[his, together], &his), None);
        assert_eq!(confirmed(&[his, together, hers], &his), Some(State::Parted));
        assert_eq!(confirmed(&[his, together, hers], &hers), Some(State::Parted));
        assert_eq!(confirmed(&[his, together, hers], &together), None);
        let later = says(1, Milestone::ThreeMonths, OneTap::Together);
        assert_eq!(confirmed(&[together, later], &later), None, "of another task");
    }

    #[test]
    fn what_one_says_alone_of_the_end_or_the_wedding_is_not_so_yet() {
        assert_eq!(agreed(OneTap::Married, OneTap::Married), Some(State::Married));
        assert_eq!(agreed(OneTap::Married, OneTap::Together), Some(State::Dating));
        assert_eq!(agreed(OneTap::Parted, OneTap::Steady), None);
        assert_eq!(agreed(OneTap::Parted, OneTap::Parted), Some(State::Parted));
        assert_eq!(agreed(OneTap::NoMore, OneTap::Steady), None);
    }

    #[test]
    fn an_answer_is_read_as_it_was_written() {
        assert!(OneTap::ALL.iter().all(|answer| OneTap::of_letter(answer.letter()) == Some(*answer)));
    }
}
