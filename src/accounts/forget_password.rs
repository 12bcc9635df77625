//! Somebody has forgotten the password.

use super::address::MailAddress;
use super::asker::Asker;
use super::letter_request::{self, Errand};
use crate::app::App;
use crate::error::Error;

/// Keeps the request; the house writes a link to the address if it has an account. Nobody has looked
/// whether it has when the caller is answered.
///
/// # Errors
/// Those of [`letter_request::ask`].
pub async fn forget_password(app: &App, asker: &Asker, address: &MailAddress, to: Option<String>) -> Result<(), Error> {
    let errand = Errand::Forgotten { email: address.as_str().to_owned(), to };
    letter_request::ask(app, asker, address, &errand).await
}
