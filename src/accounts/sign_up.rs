//! A sign-up: what somebody typed, kept until the mail address is proven. There is no account
//! before that, so an address one does not own cannot be taken, and nothing is known about people
//! who never asked. Nor is there a password: it is chosen by whoever opens the letter.

use sea_orm::entity::prelude::*;

use super::consent::Agreed;
use super::profile::Gender;
use crate::app::App;
use crate::bonds;
use crate::language::Language;

/// How long the link in the letter works, in hours.
pub const HOURS: i64 = 48;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_up")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Folded.
    pub email: String,
    pub nickname: String,
    pub gender: Gender,
    pub unit_id: Option<Uuid>,
    pub language: Language,
    pub agreed: Agreed,
    pub token_digest: Vec<u8>,
    pub at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    /// Vouches for the address it proves: [`bonds::SIGN_UP`].
    pub token_bond: Option<Vec<u8>>,
}

/// What is stored beside the digest of a link: it proves this address and no other.
#[must_use]
pub fn bond(app: &App, id: Uuid, email: &str, digest: &[u8], expires_at: DateTimeUtc) -> Vec<u8> {
    bonds::SIGN_UP.vouch(&app.secrets, &[id.as_bytes(), email.as_bytes(), digest, &bonds::moment(expires_at)])
}

impl Model {
    /// Whether the house wrote this link to this address.
    #[must_use]
    pub fn is_bound(&self, app: &App) -> bool {
        let until = bonds::moment(self.expires_at);
        let parts: [&[u8]; 4] = [self.id.as_bytes(), self.email.as_bytes(), &self.token_digest, &until];
        bonds::SIGN_UP.holds(&app.secrets, &parts, self.token_bond.as_deref())
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The sign-up a link names, whether it can be confirmed still or not.
    pub fn shown(digest: Vec<u8>) -> Select<Self> {
        Self::find().filter(Column::TokenDigest.eq(digest))
    }
}
