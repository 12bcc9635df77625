//! A browser signs in.

use super::address::MailAddress;
use super::{prove, session};
use crate::app::App;
use crate::error::Error;

/// Opens a session for whoever knows the password: the text for the cookie
/// ([`super::cookie::set`]).
///
/// # Errors
/// Those of [`prove::prove`].
pub async fn open_session(app: &App, address: &MailAddress, password: &str) -> Result<String, Error> {
    let proven = prove::prove(app, address, password).await?;
    let txn = app.database.begin_write().await?;
    let account = proven.hold(&txn).await?;
    let token = session::Entity::open(&txn, app, account.id).await?;
    txn.commit().await?;
    Ok(token)
}
