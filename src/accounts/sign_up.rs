//! A sign-up: what somebody typed, kept until the mail address is proven. There is no account
//! before that, so an address one does not own cannot be taken, and nothing is known about people
//! who never asked.

use chrono::TimeDelta;
use sea_orm::entity::prelude::*;

use super::consent::Agreed;
use super::profile::Gender;
use crate::language::Language;

/// How long the link in the letter works, in hours.
pub const HOURS: i64 = 48;

/// Letters one address gets within an hour, however often the form is sent.
pub const LETTERS_AN_HOUR: u64 = 5;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_up")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Folded.
    pub email: String,
    pub password_hash: String,
    pub nickname: String,
    pub gender: Gender,
    pub unit_id: Option<Uuid>,
    pub language: Language,
    pub agreed: Agreed,
    pub token_digest: Vec<u8>,
    pub at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The sign-ups of one address that can still be confirmed.
    pub fn open(email: &str, now: DateTimeUtc) -> Select<Self> {
        Self::find().filter(Column::Email.eq(email)).filter(Column::ExpiresAt.gt(now))
    }

    /// Those of one address within the last hour.
    pub fn lately(email: &str, now: DateTimeUtc) -> Select<Self> {
        Self::find().filter(Column::Email.eq(email)).filter(Column::At.gt(now - TimeDelta::hours(1)))
    }
}
