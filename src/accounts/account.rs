//! Who signs in.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryFilter};

use crate::language::Language;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Folded: lower case, the domain in its ASCII form.
    #[sea_orm(unique)]
    pub email: String,
    /// PHC string; None where nobody has chosen a password yet.
    pub password_hash: Option<String>,
    /// What colleagues call somebody who works for an event; whoever takes part in one has a profile.
    pub name: Option<String>,
    pub language: Language,
    pub administrator: bool,
    pub created_at: DateTimeUtc,
    /// When the mail address was proved.
    pub verified_at: Option<DateTimeUtc>,
    pub erased_at: Option<DateTimeUtc>,
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

impl Model {
    /// Whether somebody chose a password; before that an import of earlier days prepared it for its owner.
    #[must_use]
    pub fn is_claimed(&self) -> bool {
        self.password_hash.is_some()
    }

    /// A new password; the mail address counts as proven, for it took its mail or the old password.
    ///
    /// # Errors
    /// What the database says.
    pub async fn set_password(
        self,
        txn: &impl ConnectionTrait,
        hash: String,
        now: DateTimeUtc,
    ) -> Result<Self, sea_orm::DbErr> {
        let verified_at = self.verified_at.or(Some(now));
        let mut row: ActiveModel = self.into();
        row.password_hash = Set(Some(hash));
        row.verified_at = Set(verified_at);
        row.update(txn).await
    }
}
