//! A second factor ends, or its owner takes new recovery codes: with a fresh proof, for a session
//! that was left open must not do. Where the phone is lost and the codes too, somebody else ends it.

use sea_orm::{EntityTrait, QuerySelect};
use uuid::Uuid;

use super::{factor, recovery_code};
use crate::accounts::address::MailAddress;
use crate::accounts::authenticate::Proven;
use crate::accounts::refusals::{SECOND_FACTOR_DEMANDED, SECOND_FACTOR_OFF};
use crate::accounts::{account, letters, session, token_family};
use crate::app::App;
use crate::audit::Deed;
use crate::database::Write;
use crate::error::{Error, Fault};

/// Its owner gives it up.
///
/// # Errors
/// As [`Proven::hold`]; 409 `second_factor_off` or `second_factor_demanded`.
pub async fn end(app: &App, proven: Proven) -> Result<(), Error> {
    let (txn, account) = begin_with_proof(app, proven).await?;
    if super::is_demanded(app, &account) {
        return Err(SECOND_FACTOR_DEMANDED.into());
    }
    ended(&txn, app, &account, Some(account.id)).await?;
    txn.commit().await
}

/// New recovery codes in the place of all former ones.
///
/// # Errors
/// As [`Proven::hold`]; 409 `second_factor_off`.
pub async fn renew_codes(app: &App, proven: Proven) -> Result<Vec<String>, Error> {
    let (txn, account) = begin_with_proof(app, proven).await?;
    let codes = recovery_code::renew(&txn, app, account.id).await?;
    Deed::RecoveryCodesRenewed.by(account.id).about("account", account.id).record(&txn, app).await?;
    letters::codes_renewed(&txn, app, &account).await?;
    txn.commit().await?;
    Ok(codes)
}

/// Another administrator, with a proof of their own, ends that of somebody who lost everything.
///
/// # Errors
/// As [`Proven::hold`]; 409 `second_factor_off`, also where the address has no account.
pub async fn end_for(app: &App, proven: Proven, address: &MailAddress) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let (by, _) = proven.hold(app, &txn).await?;
    lost(&txn, app, address, Some(by.id)).await?;
    txn.commit().await
}

/// Whoever sits at the machine ends it: of the last administrator.
///
/// # Errors
/// 409 `second_factor_off`, also where the address has no account.
pub async fn end_at_the_machine(app: &App, address: &MailAddress) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    lost(&txn, app, address, None).await?;
    txn.commit().await
}

/// Proof and code taken, in a transaction to go on in.
async fn begin_with_proof(app: &App, proven: Proven) -> Result<(Write, account::Model), Error> {
    let txn = app.database.begin_write().await?;
    let (account, _) = proven.hold(app, &txn).await?;
    if !factor::is_on(&txn, account.id).await? {
        return Err(SECOND_FACTOR_OFF.into());
    }
    Ok((txn, account))
}

/// The phone may be in somebody's hands: everybody who is signed in there is out.
async fn lost(txn: &Write, app: &App, address: &MailAddress, by: Option<Uuid>) -> Result<(), Error> {
    let account = account::Entity::of_email(&app.secrets, address.as_str()).lock_exclusive().one(txn).await?;
    let account = account.ok_or(SECOND_FACTOR_OFF)?;
    if !factor::is_on(txn, account.id).await? {
        return Err(SECOND_FACTOR_OFF.into());
    }
    session::Entity::end_all(txn, account.id, None).await?;
    token_family::Entity::revoke_all(txn, account.id, None, app.now()).await?;
    Ok(ended(txn, app, &account, by).await?)
}

async fn ended(txn: &Write, app: &App, account: &account::Model, by: Option<Uuid>) -> Result<(), Fault> {
    forget(txn, account.id).await?;
    letters::factor_ended(txn, app, account).await?;
    let deed = by.map_or_else(|| Deed::SecondFactorOff.at_the_machine(), |by| Deed::SecondFactorOff.by(by));
    deed.about("account", account.id).record(txn, app).await
}

/// Forgets it with its codes.
pub async fn forget(txn: &impl sea_orm::ConnectionTrait, account: Uuid) -> Result<(), Fault> {
    factor::Entity::delete_by_id(account).exec(txn).await?;
    recovery_code::forget(txn, account).await
}
