//! What one of two answered, sealed, for as long as either may still answer.

use std::collections::HashMap;

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, QueryFilter};

use crate::app::App;
use crate::error::Fault;
use crate::sealed::{INTRODUCTION_ANSWER, Sealed};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "introduction_answer")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub introduction_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    /// Sealed, yes and no of one length.
    #[sea_orm(column_name = "answer_sealed")]
    pub answer: Sealed,
    pub at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Whether it is a yes.
    ///
    /// # Errors
    /// A fault where it was sealed elsewhere.
    pub fn is_yes(&self, app: &App) -> Result<bool, Fault> {
        let row = [self.introduction_id, self.account_id];
        Ok(INTRODUCTION_ANSWER.open(&app.secrets, &row, &self.answer)? == "y")
    }
}

/// Puts an answer in the place of the person's former one.
pub async fn put(
    txn: &impl ConnectionTrait,
    app: &App,
    introduction_id: Uuid,
    account_id: Uuid,
    yes: bool,
) -> Result<(), Fault> {
    let letter = if yes { "y" } else { "n" };
    let row = ActiveModel {
        introduction_id: Set(introduction_id),
        account_id: Set(account_id),
        answer: Set(INTRODUCTION_ANSWER.seal(&app.secrets, &[introduction_id, account_id], letter)?),
        at: Set(app.now()),
    };
    let place = OnConflict::columns([Column::IntroductionId, Column::AccountId])
        .update_columns([Column::Answer, Column::At])
        .to_owned();
    Entity::insert(row).on_conflict(place).exec_without_returning(txn).await?;
    Ok(())
}

/// Who of the two said yes, and who no; whoever said nothing is missing.
pub async fn of_introduction(
    db: &impl ConnectionTrait,
    app: &App,
    introduction_id: Uuid,
) -> Result<HashMap<Uuid, bool>, Fault> {
    let answers = Entity::find().filter(Column::IntroductionId.eq(introduction_id)).all(db).await?;
    answers.into_iter().map(|row| Ok((row.account_id, row.is_yes(app)?))).collect()
}
