//! What an authenticator app and the house both know (TOTP, RFC 6238: SHA-1, six digits, thirty
//! seconds, for that is what all apps understand).

use chrono::{DateTime, Utc};
use data_encoding::BASE32_NOPAD;
use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryFilter, QuerySelect};
use totp_rs::{Builder, Secret, Totp};

use crate::app::App;
use crate::error::Fault;
use crate::sealed::{SECOND_FACTOR, Sealed};

/// RFC 4226, 4, R6: at least 128 bits, and 160 are recommended.
pub const BYTES: usize = 20;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "second_factor")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    /// In Base32, as it is typed into an app.
    #[sea_orm(column_name = "secret_sealed")]
    pub secret: Sealed,
    pub begun_at: DateTimeUtc,
    /// When the owner showed that the app knows it; before that it asks nobody for anything.
    pub confirmed_at: Option<DateTimeUtc>,
    /// The last thirty seconds whose code was taken: each is good once (RFC 6238, 5.2).
    pub last_step: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The factor of an account, held against everybody else who would spend a code of it.
    #[must_use]
    pub fn find_for_update(account: Uuid) -> Select<Self> {
        Self::find_by_id(account).lock_exclusive()
    }
}

/// The factor an account is asked for.
pub async fn confirmed(db: &impl ConnectionTrait, account: Uuid) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(account).filter(Column::ConfirmedAt.is_not_null()).one(db).await
}

/// Whether an account is asked for a second proof.
pub async fn is_on(db: &impl ConnectionTrait, account: Uuid) -> Result<bool, DbErr> {
    Ok(confirmed(db, account).await?.is_some())
}

/// Which of these accounts are asked for one.
pub async fn among(db: &impl ConnectionTrait, accounts: Vec<Uuid>) -> Result<Vec<Uuid>, DbErr> {
    let on = Entity::find().filter(Column::AccountId.is_in(accounts)).filter(Column::ConfirmedAt.is_not_null());
    on.select_only().column(Column::AccountId).into_tuple().all(db).await
}

/// The clock both sides read.
///
/// # Errors
/// A fault where the secret cannot work.
pub fn clock(secret: &[u8], owner: &str) -> Result<Totp, Fault> {
    // A colon ends the issuer in what the app reads.
    let owner: String = owner.chars().filter(|letter| *letter != ':').collect();
    let clock = Builder::new().with_secret(Secret::from(secret)).with_issuer(Some("Queqiao")).with_account_name(owner);
    clock.build().map_err(|wrong| anyhow::anyhow!("a second factor: {wrong}").into())
}

impl Model {
    /// The thirty seconds a code is of, where it is right now or half a minute ago or ahead, and was
    /// not taken before.
    ///
    /// # Errors
    /// A fault where the secret does not open.
    pub fn step_of(&self, app: &App, code: &str, now: DateTime<Utc>) -> Result<Option<i64>, Fault> {
        let secret = SECOND_FACTOR.open(&app.secrets, &[self.account_id], &self.secret)?;
        let secret = BASE32_NOPAD.decode(secret.as_bytes()).map_err(Fault::of)?;
        let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
        let step = clock(&secret, "")?.check(code, seconds).and_then(|step| i64::try_from(step).ok());
        Ok(step.filter(|step| *step > self.last_step))
    }
}
