//! A new password by the link in the mail.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::address::MailAddress;
use super::verify::NotVerified;
use super::{account, knock, letters, one_time, password, profile, reset_request, session, sign_in};
use crate::app::App;
use crate::error::Error;

/// Sets the password. Whoever was signed in is out, everywhere; every other link is dead; and the
/// address counts as proven, for its mail was read.
///
/// # Errors
/// 422 `token_invalid`, or `invalid` for a weak password; 429 where too many are being hashed.
pub async fn reset_password(app: &App, token: &str, new: &str) -> Result<(), Error> {
    let digest = one_time::shown(token).ok_or(NotVerified)?;
    let now = app.now();
    let reader = app.database.reader();
    let request = reset_request::Entity::shown(digest.clone(), now).one(reader).await?.ok_or(NotVerified)?;
    let id = request.account_id.ok_or(NotVerified)?;
    let account = account::find(reader, id).await?.ok_or(NotVerified)?;
    let profile = profile::Entity::find_by_id(id).one(reader).await?;
    let nickname = profile.map(|profile| profile.nickname).unwrap_or_default();
    password::judge(new, &[&account.email, &nickname])?;
    let hash = password::hash(app, new).await?;

    let txn = app.database.begin_write().await?;
    let account = account::Entity::find_by_id(id).lock_exclusive().one(&txn).await?;
    let account = account.filter(|account| account.erased_at.is_none()).ok_or(NotVerified)?;
    // Asked again under the lock: of two hands with one link, one finds it gone.
    reset_request::Entity::shown(digest, now).one(&txn).await?.ok_or(NotVerified)?;
    reset_request::Entity::delete_many().filter(reset_request::Column::AccountId.eq(id)).exec(&txn).await?;
    if let Ok(address) = MailAddress::read(&account.email) {
        knock::forget(&txn, &knock::door(app, &address)).await?;
    }
    let account = account.set_password(&txn, hash, now).await?;
    letters::changed(&txn, app, &account).await?;
    session::Entity::end_all(&txn, id, None).await?;
    sign_in::Entity::revoke_all(&txn, id, None, now).await?;
    txn.commit().await
}
