//! An administrator locks an account: everybody who is inside is out with their next request, and nobody gets in again
//! until it is unlocked.

use garde::Validate;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::account_lock::{self, Reason};
use super::authenticate::{Proof, Proven};
use super::refusals::OWN_ACCOUNT;
use super::signed_in::SignedIn;
use super::{account, letters, session, token_family};
use crate::app::App;
use crate::audit::Deed;
use crate::error::{Error, Refused};

/// Why, and the administrator's own proof.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountLock {
    #[garde(skip)]
    pub reason: Reason,
    #[garde(length(chars, max = 1000))]
    pub password: String,
    #[garde(length(chars, max = 40))]
    pub code: Option<String>,
}

impl AccountLock {
    #[must_use]
    pub fn into_parts(self) -> (Reason, Proof) {
        (self.reason, Proof { password: self.password, code: self.code })
    }
}

/// Locks it, and tells its owner. Once it is locked, once more only changes the reason.
///
/// # Errors
/// As [`Proven::hold`]; 404 where there is no such account; 409 `own_account`.
pub async fn lock(app: &App, by: &SignedIn, proven: Proven, account: Uuid, reason: Reason) -> Result<(), Error> {
    if account == by.account_id {
        return Err(OWN_ACCOUNT.into());
    }
    let txn = app.database.begin_write().await?;
    // Both are held in one order: two administrators may lock each other, and one of them is first.
    let both = account::Entity::alive().filter(account::Column::Id.is_in([account, by.account_id]));
    let both = both.order_by_asc(account::Column::Id).lock_exclusive().all(&txn).await?;
    proven.hold(app, &txn).await?;
    let owner = both.iter().find(|held| held.id == account).ok_or_else(Refused::not_found)?;
    let was_locked = account_lock::stands(&txn, account).await?;
    account_lock::Entity::delete_by_id(account).exec(&txn).await?;
    let row = account_lock::Model { account_id: account, reason, since: app.now() };
    row.into_active_model().reset_all().insert(&txn).await?;
    session::Entity::end_all(&txn, account, None).await?;
    token_family::Entity::revoke_all(&txn, account, None, app.now()).await?;
    if !was_locked {
        letters::locked(&txn, app, owner).await?;
    }
    Deed::AccountLocked
        .by(by.account_id)
        .about("account", account)
        .with(json!({"reason": reason}))
        .record(&txn, app)
        .await?;
    txn.commit().await
}

/// Opens it again, and tells its owner. Whoever was inside signs in anew.
///
/// # Errors
/// 404 where there is no such account.
pub async fn unlock(app: &App, by: &SignedIn, account: Uuid) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let owner = account::Entity::alive().filter(account::Column::Id.eq(account)).lock_exclusive().one(&txn).await?;
    let owner = owner.ok_or_else(Refused::not_found)?;
    if account_lock::Entity::delete_by_id(account).exec(&txn).await?.rows_affected == 0 {
        return Ok(());
    }
    letters::unlocked(&txn, app, &owner).await?;
    Deed::AccountUnlocked.by(by.account_id).about("account", account).record(&txn, app).await?;
    txn.commit().await
}
