//! That an administrator opened a kept letter: its addressee reads of it, also when the letter
//! itself is long forgotten, and also who signed up only with that very letter.

use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ConnectionTrait, QueryOrder};

use crate::app::App;
use crate::error::Fault;
use crate::sealed;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "letter_opening")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub letter_id: Uuid,
    pub kind: String,
    pub account_id: Option<Uuid>,
    pub recipient_digest: Vec<u8>,
    pub opened_by: Uuid,
    pub at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

fn of(app: &App, account: Uuid, email: &str) -> Condition {
    let digest = sealed::LETTER_RECIPIENT.digest(&app.secrets, email);
    Condition::any().add(Column::AccountId.eq(account)).add(Column::RecipientDigest.eq(digest))
}

/// Which letters to a person were opened, the latest first.
pub async fn of_person(db: &impl ConnectionTrait, app: &App, account: Uuid, email: &str) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(of(app, account, email)).order_by_desc(Column::Id).all(db).await
}

pub(super) async fn forget(txn: &impl ConnectionTrait, app: &App, account: Uuid, email: &str) -> Result<(), Fault> {
    Entity::delete_many().filter(of(app, account, email)).exec(txn).await?;
    Ok(())
}
