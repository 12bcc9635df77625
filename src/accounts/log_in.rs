//! A program signs in.

use super::address::MailAddress;
use super::asker::Asker;
use super::entered::{Handed, Tokens};
use super::prove;
use crate::app::App;
use crate::error::Error;

/// Opens a sign-in for whoever knows the password.
///
/// # Errors
/// Those of [`prove::prove`].
pub async fn log_in(app: &App, asker: &Asker, address: &MailAddress, password: &str) -> Result<Handed<Tokens>, Error> {
    prove::prove(app, asker, address, password).await?.enter(app).await?.program(app).await
}
