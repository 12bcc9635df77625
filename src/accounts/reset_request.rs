//! A request to set a new password: the link in the letter, as its digest.

use chrono::TimeDelta;
use sea_orm::entity::prelude::*;

/// How long the link works, in minutes.
pub const MINUTES: i64 = 60;

/// Letters one address gets within an hour.
pub const LETTERS_AN_HOUR: u64 = 5;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reset_request")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// None where the address has no account: the row is written all the same, so that both
    /// requests cost the same.
    pub account_id: Option<Uuid>,
    pub door: Vec<u8>,
    pub token_digest: Vec<u8>,
    pub at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The request a link names, while it works.
    pub fn shown(digest: Vec<u8>, now: DateTimeUtc) -> Select<Self> {
        Self::find().filter(Column::TokenDigest.eq(digest)).filter(Column::ExpiresAt.gt(now))
    }

    /// Requests for one address within the last hour.
    pub fn lately(door: &[u8], now: DateTimeUtc) -> Select<Self> {
        Self::find().filter(Column::Door.eq(door)).filter(Column::At.gt(now - TimeDelta::hours(1)))
    }
}
