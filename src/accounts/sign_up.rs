//! A sign-up: what somebody typed, kept until the mail address is proven. There is no account
//! before that, so an address one does not own cannot be taken, and nothing is known about people
//! who never asked. Nor is there a password: it is chosen by whoever opens the letter.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::SimpleExpr;

use super::consent::Agreed;
use super::profile::Gender;
use crate::app::App;
use crate::bonds;
use crate::error::Fault;
use crate::language::Language;
use crate::sealed::{SIGN_UP_EMAIL, Sealed};

/// How long the link in the letter works, in hours.
pub const HOURS: i64 = 48;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_up")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Sealed: [`Model::address`].
    #[sea_orm(column_name = "email_sealed")]
    pub email: Sealed,
    /// What the address is found by.
    pub email_digest: Vec<u8>,
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

impl Model {
    /// With what vouches for its link: it proves this address and no other.
    #[must_use]
    pub fn bound(self, app: &App) -> Self {
        let bond = self.with_parts(|parts| bonds::SIGN_UP.vouch(&app.secrets, parts));
        Self { token_bond: Some(bond), ..self }
    }

    /// Whether the house wrote this link to this address.
    #[must_use]
    pub fn is_bound(&self, app: &App) -> bool {
        self.with_parts(|parts| bonds::SIGN_UP.holds(&app.secrets, parts, self.token_bond.as_deref()))
    }

    fn with_parts<T>(&self, question: impl FnOnce(&[&[u8]]) -> T) -> T {
        let until = bonds::moment(self.expires_at);
        question(&[self.id.as_bytes(), &self.email_digest, &self.token_digest, &until])
    }

    /// The folded address.
    ///
    /// # Errors
    /// A fault where it was not sealed for this sign-up.
    pub fn address(&self, app: &App) -> Result<String, Fault> {
        SIGN_UP_EMAIL.open(&app.secrets, &[self.id], &self.email)
    }
}

/// Those of a folded address.
#[must_use]
pub fn of_email(app: &App, email: &str) -> SimpleExpr {
    Column::EmailDigest.eq(SIGN_UP_EMAIL.digest(&app.secrets, email))
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The sign-up a link names, whether it can be confirmed still or not.
    pub fn find_by_digest(digest: Vec<u8>) -> Select<Self> {
        Self::find().filter(Column::TokenDigest.eq(digest))
    }
}
