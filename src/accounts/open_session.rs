//! A browser signs in.

use super::address::MailAddress;
use super::asker::Asker;
use super::authenticate;
use super::authenticated::{Handed, Way};
use crate::app::App;
use crate::error::Error;

/// Opens a session for whoever knows the password: the text for the cookie
/// ([`super::cookie::set`]). Where a second factor is on, the next page asks for its code.
///
/// # Errors
/// Those of [`authenticate::authenticate`].
pub async fn open_session(app: &App, asker: &Asker, address: &MailAddress, password: &str) -> Result<Way, Error> {
    let proven = authenticate::authenticate(app, asker, address, password).await?;
    if proven.lacks_code(app).await? {
        return Ok(Way::Asked(proven.pass(app)?));
    }
    Ok(Way::In(proven.sign_in(app).await?.browser(app).await?))
}

/// Opens it for whoever shows a code on that page.
///
/// # Errors
/// Those of [`authenticate::resume`] and [`authenticate::Proven::with_code`].
pub async fn go_on(app: &App, asker: &Asker, pass: &str, code: &str) -> Result<Handed<String>, Error> {
    let proven = authenticate::resume(app, asker, pass).await?.with_code(app, Some(code)).await?;
    proven.sign_in(app).await?.browser(app).await
}
