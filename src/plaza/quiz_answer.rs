//! A participant answers a quiz, once. What it earns does not depend on being right, and what was
//! right is told only after it has closed: otherwise the first would tell the rest.

use garde::Validate;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{FromJsonQueryResult, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::entrance;
use super::quiz;
use super::refusals::{ALREADY_ANSWERED, QUIZ_CLOSED};
use crate::app::App;
use crate::error::{Error, FieldError, Refused};
use crate::happening::What;
use crate::points::fold::Awarded;
use crate::points::ledger::{self, Merit};
use crate::points::rules::Rule;
use crate::registrations::access::Participant;

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAnswer {
    /// The chosen option of each question, counted from 0.
    #[garde(length(min = 1, max = 20))]
    #[schema(min_items = 1, max_items = 20)]
    pub choices: Vec<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "quiz_answer")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub quiz_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub registration_id: Uuid,
    #[sea_orm(column_type = "JsonBinary")]
    pub choices: Choices,
    /// How many were right.
    pub correct: i32,
    pub at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The chosen option of each question, counted from 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Choices(pub Vec<usize>);

/// Takes a participant's answers.
///
/// # Errors
/// 404 where there is no such quiz or it has not opened: the two look the same; 409 `quiz_closed`,
/// `already_answered`; 422 where it is not one option of each question; what [`entrance::admit_participant`] says;
/// 409 `ledger_frozen`.
pub async fn answer(app: &App, who: &Participant, quiz_id: Uuid, choices: Vec<usize>) -> Result<Awarded, Error> {
    let txn = app.database.begin_write().await?;
    let inside = entrance::admit_participant(&txn, app, who).await?;
    let (registration_id, day, now) = (inside.registration.id, inside.today, inside.now);
    let quiz = quiz::Entity::of_event(inside.event.id).filter(quiz::Column::Id.eq(quiz_id)).one(&txn).await?;
    let quiz = quiz.filter(|quiz| quiz.has_opened(now)).ok_or_else(Refused::not_found)?;
    if quiz.has_closed(now) {
        return Err(QUIZ_CLOSED.with("closes_at", json!(quiz.closes_at)).into());
    }
    let correct = quiz.mark(&choices).ok_or_else(|| {
        let message = "one option of each question, counted from 0";
        Refused::invalid(vec![FieldError::new("choices", "does_not_fit", message)])
    })?;
    let event_id = inside.event.id;
    let ledger = ledger::open_held(app, &txn, inside.event, now).await?;
    let row = ActiveModel {
        quiz_id: Set(quiz_id),
        registration_id: Set(registration_id),
        choices: Set(Choices(choices)),
        correct: Set(i32::try_from(correct).unwrap_or(i32::MAX)),
        at: Set(now),
    };
    let once = OnConflict::new().do_nothing().to_owned();
    if Entity::insert(row).on_conflict(once).exec_without_returning(&txn).await? == 0 {
        return Err(ALREADY_ANSWERED.into());
    }
    let subject = quiz_id.to_string();
    let merit = Merit { registration_id, rule: Rule::Quiz, day, subject: &subject, actor_id: None, reason: None };
    let awarded = ledger.award(merit).await?;
    txn.commit_telling(&awarded).await?;
    app.happenings.announce(event_id, What::PointsChanged);
    Ok(awarded)
}
