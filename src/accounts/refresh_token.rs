//! A refresh token: good once, for thirty days. Spending it makes the next one of its sign-in.

use chrono::TimeDelta;
use sea_orm::ActiveValue::Set;
use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;

use super::one_time;
use crate::app::App;
use crate::error::Error;

/// How long an unspent token is good for.
pub const LIFETIME: TimeDelta = TimeDelta::days(30);

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refresh_token")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub sign_in_id: Uuid,
    pub token_digest: Vec<u8>,
    pub issued_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    pub spent_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    pub fn of_digest(digest: Vec<u8>) -> Select<Self> {
        Self::find().filter(Column::TokenDigest.eq(digest))
    }

    /// A fresh token of a sign-in: its text, which only its owner will ever have.
    ///
    /// # Errors
    /// What the database says.
    pub async fn issue(txn: &impl ConnectionTrait, app: &App, sign_in: Uuid) -> Result<String, Error> {
        let minted = one_time::mint(app)?;
        let now = app.now();
        let row = ActiveModel {
            id: Set(app.new_id()),
            sign_in_id: Set(sign_in),
            token_digest: Set(minted.digest),
            issued_at: Set(now),
            expires_at: Set(now + LIFETIME),
            spent_at: Set(None),
        };
        Self::insert(row).exec_without_returning(txn).await?;
        Ok(minted.text)
    }
}
