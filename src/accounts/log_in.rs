//! A program signs in.

use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;

use super::address::MailAddress;
use super::{access_token, prove, refresh_token, sign_in};
use crate::app::App;
use crate::error::Error;

/// What a program that signed in is handed.
pub struct Tokens {
    pub access_token: String,
    pub refresh_token: String,
}

/// Opens a sign-in for whoever knows the password.
///
/// # Errors
/// Those of [`prove::prove`].
pub async fn log_in(app: &App, address: &MailAddress, password: &str) -> Result<Tokens, Error> {
    let proven = prove::prove(app, address, password).await?;
    let txn = app.database.begin_write().await?;
    let account = proven.hold(&txn).await?;
    let sign_in = app.new_id();
    let row = sign_in::ActiveModel {
        id: Set(sign_in),
        account_id: Set(account.id),
        at: Set(app.now()),
        revoked_at: Set(None),
    };
    sign_in::Entity::insert(row).exec_without_returning(&txn).await?;
    let refresh_token = refresh_token::Entity::issue(&txn, app, sign_in).await?;
    txn.commit().await?;
    let access_token = access_token::issue_for(app, account.id, sign_in)?;
    Ok(Tokens { access_token, refresh_token })
}
