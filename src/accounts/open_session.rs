//! A browser signs in.

use super::address::MailAddress;
use super::asker::Asker;
use super::entered::Handed;
use super::prove;
use crate::app::App;
use crate::error::Error;

/// Opens a session for whoever knows the password: the text for the cookie
/// ([`super::cookie::set`]).
///
/// # Errors
/// Those of [`prove::prove`].
pub async fn open_session(
    app: &App,
    asker: &Asker,
    address: &MailAddress,
    password: &str,
) -> Result<Handed<String>, Error> {
    prove::prove(app, asker, address, password).await?.enter(app).await?.browser(app).await
}
