//! Somebody signs up.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::address::MailAddress;
use super::asker::Asker;
use super::consent::Agreed;
use super::letter_request::{self, Errand};
use super::profile::Gender;
use crate::app::App;
use crate::error::Error;
use crate::language::Language;

/// What the form says. There is no password: whoever holds the letter chooses it, so that nobody can
/// prepare a stranger's account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Wish {
    /// Folded.
    pub email: String,
    pub nickname: String,
    pub gender: Gender,
    pub unit_id: Option<Uuid>,
    pub language: Language,
    pub agreed: Agreed,
    /// Where on our pages the person was going; the link in the letter leads on to it.
    pub to: Option<String>,
}

/// Keeps the sign-up; the house writes to the address as soon as it comes to it. Nobody has looked
/// whether the address is known when the caller is answered.
///
/// # Errors
/// Those of [`letter_request::ask`].
pub async fn register(app: &App, asker: &Asker, address: &MailAddress, wish: Wish) -> Result<(), Error> {
    letter_request::ask(app, asker, address, &Errand::SignUp(wish)).await
}
