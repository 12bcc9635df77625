//! 答题: a few questions with one right option each, open for a while.

use chrono::{DateTime, Utc};
use garde::Validate;
use sea_orm::entity::prelude::*;
use sea_orm::{FromJsonQueryResult, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::body::one_line;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "quiz")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    pub title: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub questions: Questions,
    pub opens_at: DateTimeUtc,
    /// From here on nobody answers and everybody sees what was right.
    pub closes_at: DateTimeUtc,
    pub created_by: Uuid,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Questions(pub Vec<Question>);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    #[garde(custom(one_line(1, 200)))]
    #[schema(min_length = 1, max_length = 200)]
    pub text: String,
    /// Two to six.
    #[garde(length(min = 2, max = 6), inner(custom(|option: &String, context: &()| one_line(1, 100)(option, context))))]
    #[schema(min_items = 2, max_items = 6)]
    pub options: Vec<String>,
    /// The right option, counted from 0.
    #[garde(custom(|right: &usize, _: &()| is_an_option(*right, self.options.len())))]
    pub correct: usize,
}

fn is_an_option(right: usize, options: usize) -> garde::Result {
    if right < options { Ok(()) } else { Err(garde::Error::new("not_an_option|must be the place of an option")) }
}

impl Model {
    /// Whether people may answer.
    #[must_use]
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.has_opened(now) && !self.has_closed(now)
    }

    /// Before this nobody but the organizer knows of it.
    #[must_use]
    pub fn has_opened(&self, now: DateTime<Utc>) -> bool {
        self.opens_at <= now
    }

    #[must_use]
    pub fn has_closed(&self, now: DateTime<Utc>) -> bool {
        self.closes_at <= now
    }

    /// How many of these choices are right; None where they do not fit the questions.
    #[must_use]
    pub fn mark(&self, choices: &[usize]) -> Option<usize> {
        let questions = &self.questions.0;
        let fits = choices.len() == questions.len()
            && choices.iter().zip(questions).all(|(choice, question)| *choice < question.options.len());
        fits.then(|| choices.iter().zip(questions).filter(|(choice, question)| **choice == question.correct).count())
    }
}

impl Entity {
    #[must_use]
    pub fn of_event(event_id: Uuid) -> Select<Self> {
        Self::find().filter(Column::EventId.eq(event_id))
    }
}
