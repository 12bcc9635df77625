//! 问候: that one of two was asked how it goes, and what they answered. Its link answers once and not for ever; what it
//! carries vouches for the row, under a key that is not in the database.

use chrono::TimeDelta;
use data_encoding::BASE64URL_NOPAD;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter, QueryOrder};

use super::answer::{Answer, OneTap};
use super::milestone::Milestone;
use crate::app::App;
use crate::error::Fault;
use crate::sealed::{self, Sealed};

const PURPOSE: &str = "answers how it goes";

/// How long a link answers.
pub const ANSWERS_FOR: TimeDelta = TimeDelta::days(21);
/// How long whoever does not want to answer yet is left alone.
pub const SNOOZE: TimeDelta = TimeDelta::days(14);
/// How often one is asked about the same task.
pub const MOST_TURNS: i32 = 3;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "case_question")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub couple_id: Uuid,
    /// Who is asked.
    pub registration_id: Uuid,
    pub milestone: Milestone,
    /// How often they were asked about this task, from 1.
    pub turn: i32,
    pub asked_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    pub answered_at: Option<DateTimeUtc>,
    /// Sealed [`OneTap`].
    #[sea_orm(column_name = "answer_sealed")]
    pub answer: Option<Sealed>,
    /// When they asked to be asked again.
    pub again_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// What they answered; None until they have.
    ///
    /// # Errors
    /// A fault where it was sealed by another house.
    pub fn answer(&self, app: &App) -> Result<Option<OneTap>, Fault> {
        let opened = sealed::CASE_ANSWER.open_if_any(&app.secrets, &[self.id], self.answer.as_ref())?;
        Ok(opened.and_then(|letter| OneTap::of_letter(&letter)))
    }
}

/// What the link of a question carries.
#[must_use]
pub fn token(app: &App, id: Uuid) -> String {
    let vouched = app.secrets.vouch(PURPOSE, &[id.as_bytes()]);
    BASE64URL_NOPAD.encode(&[id.as_bytes().as_slice(), vouched.as_slice()].concat())
}

/// The question whose link carries this; None where this house never made it.
#[must_use]
pub fn id_of(app: &App, token: &str) -> Option<Uuid> {
    let bytes = BASE64URL_NOPAD.decode(token.trim().as_bytes()).ok()?;
    let (id, vouched) = bytes.split_at_checked(16)?;
    let id = Uuid::from_slice(id).ok()?;
    app.secrets.vouches(PURPOSE, &[id.as_bytes()], vouched).then_some(id)
}

/// Asks somebody, once a turn; None where they were asked already.
pub async fn ask(
    txn: &impl ConnectionTrait,
    app: &App,
    couple_id: Uuid,
    registration_id: Uuid,
    milestone: Milestone,
    turn: i32,
) -> Result<Option<Uuid>, DbErr> {
    let (id, now) = (app.new_id(), app.now());
    let row = ActiveModel {
        id: Set(id),
        couple_id: Set(couple_id),
        registration_id: Set(registration_id),
        milestone: Set(milestone),
        turn: Set(turn),
        asked_at: Set(now),
        expires_at: Set(now + ANSWERS_FOR),
        answered_at: Set(None),
        answer: Set(None),
        again_at: Set(None),
    };
    let columns = [Column::CoupleId, Column::RegistrationId, Column::Milestone, Column::Turn];
    let once = OnConflict::columns(columns).do_nothing().to_owned();
    let asked_now = Entity::insert(row).on_conflict(once).exec_without_returning(txn).await? > 0;
    Ok(asked_now.then_some(id))
}

/// Everything a couple was asked, oldest first.
pub async fn of_couple(db: &impl ConnectionTrait, couple_id: Uuid) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::CoupleId.eq(couple_id)).order_by_asc(Column::Id).all(db).await
}

/// Everything the two answered, in the order in which they were asked.
pub async fn answers(db: &impl ConnectionTrait, app: &App, couple_id: Uuid) -> Result<Vec<Answer>, Fault> {
    let mut answers = Vec::new();
    for question in of_couple(db, couple_id).await? {
        let (registration_id, milestone) = (question.registration_id, question.milestone);
        if let (Some(answer), Some(at)) = (question.answer(app)?, question.answered_at) {
            answers.push(Answer { registration_id, milestone, answer, at });
        }
    }
    Ok(answers)
}
