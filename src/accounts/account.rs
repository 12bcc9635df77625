//! Who signs in.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ConnectionTrait, IntoActiveModel, QueryFilter};

use crate::app::App;
use crate::bonds;
use crate::error::Fault;
use crate::language::Language;
use crate::sealed::{ACCOUNT_EMAIL, Sealed};
use crate::secrets::Secrets;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Sealed: [`Model::address`]. None once the account is erased.
    #[sea_orm(column_name = "email_sealed")]
    pub email: Option<Sealed>,
    /// What the address is found by, and what keeps it from having two accounts.
    #[sea_orm(unique)]
    pub email_digest: Vec<u8>,
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
    pub fn of_email(secrets: &Secrets, email: &str) -> Select<Self> {
        Self::alive().filter(Column::EmailDigest.eq(ACCOUNT_EMAIL.digest(secrets, email)))
    }
}

/// The living account with this id.
///
/// # Errors
/// Only faults.
pub async fn find(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<Model>, sea_orm::DbErr> {
    Entity::alive().filter(Column::Id.eq(id)).one(db).await
}

/// An account of this folded address, which counts as proven, with this hash of a password. What of it
/// is sealed and vouched for is so in the row of `id`.
///
/// # Errors
/// Where the operating system has no randomness to give.
pub fn new(app: &App, id: Uuid, email: &str, hash: &str) -> Result<Model, Fault> {
    Ok(Model {
        id,
        email: Some(ACCOUNT_EMAIL.seal(&app.secrets, &[id], email)?),
        email_digest: ACCOUNT_EMAIL.digest(&app.secrets, email),
        password: Some(sealed_hash(app, id, hash)?),
        name: None,
        language: Language::default(),
        administrator: false,
        created_at: app.now(),
        verified_at: Some(app.now()),
        erased_at: None,
        bond: None,
    }
    .bound(app))
}

impl Model {
    /// With what vouches for its address and its rights: without it neither counts.
    #[must_use]
    pub fn bound(self, app: &App) -> Self {
        let bond = bonds::ACCOUNT.vouch(&app.secrets, &self.vouched());
        Self { bond: Some(bond), ..self }
    }

    /// Writes a new account; says false where its address has one.
    pub async fn begin(self, txn: &impl ConnectionTrait) -> Result<bool, Fault> {
        let written = Entity::insert(self.into_active_model().reset_all())
            .on_conflict(OnConflict::column(Column::EmailDigest).do_nothing().to_owned())
            .exec_without_returning(txn)
            .await?;
        Ok(written > 0)
    }
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
        bonds::ACCOUNT.holds(&app.secrets, &self.vouched(), self.bond.as_deref())
    }

    fn vouched(&self) -> [&[u8]; 3] {
        [self.id.as_bytes(), &self.email_digest, if self.administrator { &[1] } else { &[0] }]
    }

    /// The folded address: lower case, the domain in its ASCII form; empty once the account is erased.
    ///
    /// # Errors
    /// A fault where it was not sealed for this account.
    pub fn address(&self, secrets: &Secrets) -> Result<String, Fault> {
        Ok(ACCOUNT_EMAIL.open_if_any(secrets, &[self.id], self.email.as_ref())?.unwrap_or_default())
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
    pub async fn set_password(
        self,
        txn: &impl ConnectionTrait,
        app: &App,
        hash: &str,
        now: DateTimeUtc,
    ) -> Result<Self, Fault> {
        let verified_at = self.verified_at.or(Some(now));
        let password = sealed_hash(app, self.id, hash)?;
        let mut row: ActiveModel = self.into();
        row.password = Set(Some(password));
        row.verified_at = Set(verified_at);
        Ok(row.update(txn).await?)
    }
}
