//! A new password by somebody who knows the old one.

use super::asker::Asker;
use super::authenticate::Proof;
use super::signed_in::SignedIn;
use super::{
    account, letters, mark, password, password_strength, profile, reauthenticate, reset_request, session, token_family,
};
use crate::app::App;
use crate::error::{Error, Refused};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// Changes the password. Everybody else who is signed in to the account is out; the caller stays,
/// and is handed a new mark for the device ([`mark::set`]), for older ones are worthless now.
///
/// # Errors
/// Those of [`reauthenticate::reauthenticate`]; 422 `invalid` for a weak password.
pub async fn change_password(
    app: &App,
    asker: &Asker,
    who: &SignedIn,
    old: &Proof,
    new: &str,
) -> Result<String, Error> {
    let reader = app.database.reader();
    let account = account::find(reader, who.account_id).await?.ok_or_else(Refused::not_signed_in)?;
    let profile = profile::Entity::find_by_id(who.account_id).one(reader).await?;
    let nickname = profile.map(|profile| profile.nickname).unwrap_or_default();
    password_strength::fits(app, new, &[&account.address(&app.secrets)?, &nickname]).await?;
    let proven = reauthenticate::reauthenticate(app, asker, who, old).await?;
    let hash = password::hash(app, new).await?;

    let now = app.now();
    let txn = app.database.begin_write().await?;
    let (account, _) = proven.hold(app, &txn).await?;
    let id = account.id;
    let account = account.set_password(&txn, app, &hash, now).await?;
    letters::changed(&txn, app, &account).await?;
    reset_request::Entity::delete_many().filter(reset_request::Column::AccountId.eq(id)).exec(&txn).await?;
    session::Entity::end_all(&txn, id, who.via.session()).await?;
    token_family::Entity::revoke_all(&txn, id, who.via.sign_in(), now).await?;
    txn.commit().await?;
    Ok(mark::make(app, id, &hash)?)
}
