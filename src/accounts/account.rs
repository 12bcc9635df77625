//! Who signs in.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryFilter};

use crate::app::App;
use crate::bonds;
use crate::error::Error;
use crate::language::Language;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Folded: lower case, the domain in its ASCII form.
    #[sea_orm(unique)]
    pub email: String,
    /// The password's hash (a PHC string), sealed: [`bonds::PASSWORD`]. None where nobody has
    /// chosen a password yet.
    pub password: Option<Vec<u8>>,
    /// What colleagues call somebody who works for an event; whoever takes part in one has a profile.
    pub name: Option<String>,
    pub language: Language,
    pub administrator: bool,
    pub created_at: DateTimeUtc,
    /// When the mail address was proved.
    pub verified_at: Option<DateTimeUtc>,
    pub erased_at: Option<DateTimeUtc>,
    /// Vouches for the address and for being an administrator: [`bonds::ACCOUNT`].
    pub bond: Option<Vec<u8>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Accounts that still belong to somebody.
    #[must_use]
    pub fn alive() -> Select<Self> {
        Self::find().filter(Column::ErasedAt.is_null())
    }

    /// The living account with this folded address.
    #[must_use]
    pub fn of_email(email: &str) -> Select<Self> {
        Self::alive().filter(Column::Email.eq(email))
    }
}

/// The living account with this id.
///
/// # Errors
/// Only faults.
pub async fn find(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<Model>, sea_orm::DbErr> {
    Entity::alive().filter(Column::Id.eq(id)).one(db).await
}

/// What is stored beside an address and the right of an administrator: without it neither counts.
#[must_use]
pub fn bond(app: &App, id: Uuid, email: &str, administrator: bool) -> Option<Vec<u8>> {
    Some(bonds::ACCOUNT.vouch(&app.secrets, &[id.as_bytes(), email.as_bytes(), &[u8::from(administrator)]]))
}

/// What is stored of a password's hash, in the row of this account.
///
/// # Errors
/// Where the operating system has no randomness to give.
pub fn sealed_hash(app: &App, id: Uuid, hash: &str) -> anyhow::Result<Vec<u8>> {
    bonds::PASSWORD.seal(&app.secrets, id, hash.as_bytes())
}

impl Model {
    /// The hash of the password; None where there is none, or none the house put here.
    #[must_use]
    pub fn hash(&self, app: &App) -> Option<String> {
        let opened = bonds::PASSWORD.open(&app.secrets, self.id, self.password.as_deref()?).ok()?;
        String::from_utf8(opened.to_vec()).ok()
    }

    /// Whether the house itself gave this account its address and its rights. Where somebody wrote them
    /// into the database, no letter that opens anything goes there, and nobody is an administrator.
    #[must_use]
    pub fn is_bound(&self, app: &App) -> bool {
        let parts: [&[u8]; 3] = [self.id.as_bytes(), self.email.as_bytes(), &[u8::from(self.administrator)]];
        bonds::ACCOUNT.holds(&app.secrets, &parts, self.bond.as_deref())
    }

    #[must_use]
    pub fn is_administrator(&self, app: &App) -> bool {
        self.administrator && self.is_bound(app)
    }

    /// Whether somebody chose a password; before that an import of earlier days prepared it for its owner.
    #[must_use]
    pub fn is_claimed(&self) -> bool {
        self.password.is_some()
    }

    /// A new password; the mail address counts as proven, for it took its mail or the old password.
    ///
    /// # Errors
    /// What the database says.
    pub async fn set_password(
        self,
        txn: &impl ConnectionTrait,
        app: &App,
        hash: &str,
        now: DateTimeUtc,
    ) -> Result<Self, Error> {
        let verified_at = self.verified_at.or(Some(now));
        let password = sealed_hash(app, self.id, hash)?;
        let mut row: ActiveModel = self.into();
        row.password = Set(Some(password));
        row.verified_at = Set(verified_at);
        Ok(row.update(txn).await?)
    }
}
