//! What somebody can still earn by themselves today. Every page that speaks of it asks here.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter};

use super::contribution::{self, Kind, State};
use super::{quiz, quiz_answer};
use crate::error::Fault;
use crate::events::event;
use crate::events::phase::Phase;
use crate::points::rules::Rule;
use crate::points::still_pays::Today;
use crate::registrations::registration::{self, Status};

/// What people do themselves; other rules pay for what the organizers enter.
pub const OWN: [Rule; 3] = [Rule::SignIn, Rule::Quiz, Rule::Post];

/// What one rule still pays today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    pub rule: Rule,
    /// For the next time.
    pub next: i64,
    /// For all the times that still pay.
    pub left: i64,
    pub why: Why,
}

/// Why it is as much as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// There is something to earn.
    Open,
    /// What was put up today waits to be approved, and takes the rest of the day.
    Waits,
    /// No quiz is open that the person has not answered.
    NothingAsked,
    Spent,
}

/// What a person can still earn today.
#[derive(Clone, Debug, Default)]
pub struct Earnable {
    /// Nothing where nobody can earn anything now, or not this person.
    pub offers: Vec<Offer>,
    /// Quizzes open now that the person has not answered.
    pub unanswered: u64,
}

impl Earnable {
    #[must_use]
    pub fn of(&self, rule: Rule) -> Option<Offer> {
        self.offers.iter().find(|offer| offer.rule == rule).copied()
    }

    /// By everything together.
    #[must_use]
    pub fn total(&self) -> i64 {
        self.offers.iter().map(|offer| offer.left).sum()
    }
}

/// What somebody with these points can earn now.
pub async fn read(
    db: &impl ConnectionTrait,
    event: &event::Model,
    mine: &registration::Model,
    today: &Today,
    now: DateTime<Utc>,
) -> Result<Earnable, Fault> {
    let unanswered = unanswered(db, event, mine, now).await?;
    if event.phase(now) != Phase::Online || mine.status != Status::Approved {
        return Ok(Earnable { offers: Vec::new(), unanswered });
    }
    let waiting = waiting(db, event, mine, now).await?;
    let offer = |rule| {
        let waiting = if rule == Rule::Post { waiting } else { 0 };
        let mut steps = today.steps(rule, waiting)?;
        if rule == Rule::Quiz {
            steps.truncate(usize::try_from(unanswered).unwrap_or(usize::MAX));
        }
        let left = steps.iter().sum();
        let why = match rule {
            _ if left > 0 => Why::Open,
            Rule::Post if waiting > 0 && today.steps(rule, 0)?.iter().any(|points| *points > 0) => Why::Waits,
            Rule::Quiz if unanswered == 0 && today.steps(rule, 0)?.iter().any(|points| *points > 0) => {
                Why::NothingAsked
            }
            _ => Why::Spent,
        };
        Some(Offer { rule, next: steps.first().copied().unwrap_or(0), left, why })
    };
    Ok(Earnable { offers: OWN.into_iter().filter_map(offer).collect(), unanswered })
}

/// Posts of today that nobody has decided about.
async fn waiting(
    db: &impl ConnectionTrait,
    event: &event::Model,
    mine: &registration::Model,
    now: DateTime<Utc>,
) -> Result<i64, DbErr> {
    let posts = contribution::Entity::find()
        .filter(contribution::Column::RegistrationId.eq(mine.id))
        .filter(contribution::Column::Day.eq(event.day(now)))
        .filter(contribution::Column::Kind.eq(Kind::Post))
        .filter(contribution::Column::State.eq(State::Pending));
    Ok(i64::try_from(posts.count(db).await?).unwrap_or(i64::MAX))
}

async fn unanswered(
    db: &impl ConnectionTrait,
    event: &event::Model,
    mine: &registration::Model,
    now: DateTime<Utc>,
) -> Result<u64, DbErr> {
    let open =
        quiz::Entity::of_event(event.id).filter(quiz::Column::OpensAt.lte(now)).filter(quiz::Column::ClosesAt.gt(now));
    let open: Vec<_> = open.all(db).await?.into_iter().map(|quiz| quiz.id).collect();
    let asks = u64::try_from(open.len()).unwrap_or(u64::MAX);
    let answered = quiz_answer::Entity::find()
        .filter(quiz_answer::Column::RegistrationId.eq(mine.id))
        .filter(quiz_answer::Column::QuizId.is_in(open))
        .count(db)
        .await?;
    Ok(asks.saturating_sub(answered))
}
