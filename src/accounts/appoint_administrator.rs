//! Somebody at the machine makes an administrator.

use super::account;
use super::address::MailAddress;
use super::password;
use super::password_strength::{self, Weak};
use crate::app::App;
use crate::audit::Deed;
use crate::error::Error;

/// Why there is no new administrator.
pub enum NotAppointed {
    Weak(Weak),
    /// The address has an account. Making an administrator of somebody's account by overwriting its
    /// password would lock its owner out.
    Already,
}

/// Makes an account that may do everything. Its address counts as proven: whoever sits at the
/// machine could write that into the database anyway.
///
/// # Errors
/// Only faults, and 429 where too many passwords are being hashed.
pub async fn appoint_administrator(
    app: &App,
    address: &MailAddress,
    password: &str,
) -> Result<Result<(), NotAppointed>, Error> {
    if let Err(weak) = password_strength::judge(password, &[address.as_str()]) {
        return Ok(Err(NotAppointed::Weak(weak)));
    }
    if password_strength::is_leaked(app, password).await? {
        return Ok(Err(NotAppointed::Weak(Weak::Leaked)));
    }
    let hash = password::hash(app, password).await?;
    let txn = app.database.begin_write().await?;
    let id = app.new_id();
    let account = account::Model { administrator: true, ..account::new(app, id, address.as_str(), &hash)? };
    if !account.bound(app).begin(&txn).await? {
        return Ok(Err(NotAppointed::Already));
    }
    Deed::AdministratorAppointed.at_the_machine().about("account", id).record(&txn, app).await?;
    txn.commit().await?;
    Ok(Ok(()))
}
