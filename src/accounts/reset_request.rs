//! A request to set a new password: the link in the letter, as its digest.

use sea_orm::entity::prelude::*;

/// How long the link works, in minutes.
pub const MINUTES: i64 = 60;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reset_request")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
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
    /// The request a link names, whether it works still or not.
    pub fn shown(digest: Vec<u8>) -> Select<Self> {
        Self::find().filter(Column::TokenDigest.eq(digest))
    }
}
