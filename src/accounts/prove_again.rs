//! Somebody who is signed in proves once more who they are: before what cannot be undone, and before
//! what only they may see. A session that was left open does not do.

use super::account;
use super::address::MailAddress;
use super::asker::Asker;
use super::prove::{self, Proven};
use super::signed_in::SignedIn;
use crate::app::App;
use crate::error::{Error, FieldError, Refused};

/// Compares the password of whoever is signed in, counted and slowed down as at signing in. To be
/// used in the verb it is for: [`Proven::hold`].
///
/// # Errors
/// 401 `wrong_credentials`, 429 `too_many_requests`.
pub async fn prove_again(app: &App, asker: &Asker, who: &SignedIn, password: &str) -> Result<Proven, Error> {
    let account = account::find(app.database.reader(), who.account_id).await?.ok_or_else(Refused::not_signed_in)?;
    let address = MailAddress::read(&account.address(&app.secrets)?).map_err(|_| Refused::not_signed_in())?;
    prove::prove(app, asker, &address, password).await
}

/// On a page that asks for the password again, only that can be wrong: told beside its field.
#[must_use]
pub fn beside(field: &str, error: Error) -> Error {
    match error {
        Error::Refused(refused) if refused.code == "wrong_credentials" => {
            Refused::invalid(vec![FieldError::new(field, "wrong", "is not the present password")]).into()
        }
        other => other,
    }
}
