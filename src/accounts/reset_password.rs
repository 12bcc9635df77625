//! A new password by the link in the mail.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::address::MailAddress;
use super::authenticated::{Authenticated, By};
use super::refusals::{TOKEN_EXPIRED, TOKEN_INVALID, TOKEN_USED};
use super::verify_address::dead;
use super::{
    account, account_lock, letters, password, password_strength, profile, reset_request, session, sign_in_throttle,
    spent_link, token, token_family,
};
use crate::app::App;
use crate::error::refusal::Refusal;
use crate::error::{Error, Fault};

/// Whose password a link sets, while it does: the outer result is a fault.
pub async fn waiting(app: &App, token: &str) -> Result<Result<account::Model, Refusal>, Fault> {
    let Some(digest) = token::digest(token) else { return Ok(Err(TOKEN_INVALID)) };
    let db = app.database.reader();
    let Some(request) = reset_request::Entity::find_by_digest(digest.clone()).one(db).await? else {
        return Ok(Err(dead(db, digest).await?));
    };
    if request.expires_at <= app.now() {
        return Ok(Err(TOKEN_EXPIRED));
    }
    let Some(id) = request.account_id else { return Ok(Err(TOKEN_INVALID)) };
    if account_lock::stands(db, id).await? {
        return Ok(Err(TOKEN_INVALID));
    }
    // An account or a link that was written into the database past the house opens nothing.
    Ok(account::find(db, id).await?.filter(|account| request.is_for(app, account)).ok_or(TOKEN_INVALID))
}

/// Sets the password and lets its owner in. Whoever was signed in is out, everywhere; every other
/// link is dead; the address counts as proven, for its mail was read; and what strangers tried at the
/// old password is forgotten.
///
/// # Errors
/// 422 `token_invalid`, `token_used` or `token_expired`, or `invalid` for a weak password; 429 where
/// too many are being hashed.
pub async fn reset_password(app: &App, token: &str, new: &str) -> Result<Authenticated, Error> {
    let account = waiting(app, token).await??;
    let id = account.id;
    let profile = profile::Entity::find_by_id(id).one(app.database.reader()).await?;
    let nickname = profile.map(|profile| profile.nickname).unwrap_or_default();
    password_strength::fits(app, new, &[&account.address(&app.secrets)?, &nickname]).await?;
    let hash = password::hash(app, new).await?;

    let now = app.now();
    let digest = token::digest(token).ok_or(TOKEN_INVALID)?;
    let txn = app.database.begin_write().await?;
    let account = account::Entity::find_by_id(id).lock_exclusive().one(&txn).await?;
    let account = account.filter(|account| account.erased_at.is_none()).ok_or(TOKEN_INVALID)?;
    // Asked again under the lock: of two hands with one link, one finds it gone.
    let request = reset_request::Entity::find_by_digest(digest).one(&txn).await?.ok_or(TOKEN_USED)?;
    // Whoever reads the mail of a locked account gets nowhere; once it is open, the same link is good.
    if !request.is_for(app, &account) || account_lock::stands(&txn, id).await? {
        return Err(TOKEN_INVALID.into());
    }
    let of_account = reset_request::Column::AccountId.eq(id);
    let links = reset_request::Entity::find().filter(of_account.clone()).all(&txn).await?;
    spent_link::remember(&txn, app, links.into_iter().map(|link| link.token_digest), true).await?;
    reset_request::Entity::delete_many().filter(of_account).exec(&txn).await?;
    if let Ok(address) = MailAddress::read(&account.address(&app.secrets)?) {
        sign_in_throttle::forget(&txn, &sign_in_throttle::address_digest(app, &address)).await?;
    }
    let account = account.set_password(&txn, app, &hash, now).await?;
    letters::changed(&txn, app, &account).await?;
    session::Entity::end_all(&txn, id, None).await?;
    token_family::Entity::revoke_all(&txn, id, None, now).await?;
    Ok(Authenticated { txn, account: id, hash, by: By::Letter })
}
