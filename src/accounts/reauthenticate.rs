//! Somebody who is signed in proves once more who they are: before what cannot be undone, and before
//! what only they may see. A session that was left open does not do.

use std::sync::Arc;

use actix_web::HttpRequest;

use super::account;
use super::address::MailAddress;
use super::asker::Asker;
use super::authenticate::{self, Proof, Proven};
use super::refusals::{SECOND_FACTOR_NEEDED, SECOND_FACTOR_WRONG, WRONG_CREDENTIALS};
use super::signed_in::SignedIn;
use crate::app::{App, House};
use crate::error::{Error, FieldError, Refused};

/// Compares the password of whoever is signed in and looks at their code, counted and slowed down as
/// at signing in. To be used in the verb it is for: [`Proven::hold`].
///
/// # Errors
/// 401 `wrong_credentials`, `second_factor_needed` or `second_factor_wrong`; 429 `too_many_requests`.
pub async fn reauthenticate(app: &App, asker: &Asker, who: &SignedIn, proof: &Proof) -> Result<Proven, Error> {
    let account = account::find(app.database.reader(), who.account_id).await?.ok_or_else(Refused::not_signed_in)?;
    let address = MailAddress::read(&account.address(&app.secrets)?).map_err(|_| Refused::not_signed_in())?;
    let proven = authenticate::authenticate(app, asker, &address, &proof.password).await?;
    proven.with_code(app, proof.code.as_deref()).await
}

/// Runs a verb for whoever sent a request, once they have proven again who they are ([`reauthenticate`]).
///
/// # Errors
/// As [`reauthenticate`]; what the verb says.
pub async fn once_proven<T, V, F>(
    house: &House,
    request: &HttpRequest,
    who: SignedIn,
    proof: Proof,
    verb: V,
) -> Result<T, Error>
where
    T: Send + 'static,
    V: FnOnce(Arc<App>, Proven) -> F + Send + 'static,
    F: Future<Output = Result<T, Error>> + Send + 'static,
{
    let asker = Asker::of(house, request);
    let proven = async move |app: Arc<App>| {
        let proven = reauthenticate(&app, &asker, &who, &proof).await?;
        verb(app, proven).await
    };
    house.run(proven).await
}

/// On a page that asks for the proof again, only that can be wrong: told beside its field, of the form
/// whose fields begin like this.
#[must_use]
pub fn beside(prefix: &str, error: Error) -> Error {
    let wrong = |field: &str, code, message| {
        Refused::invalid(vec![FieldError::new(format!("{prefix}{field}"), code, message)]).into()
    };
    if error.is(WRONG_CREDENTIALS) {
        wrong("password", "not_the_password", "is not the present password")
    } else if error.is(SECOND_FACTOR_NEEDED) {
        wrong("code", "code_needed", "is needed too")
    } else if error.is(SECOND_FACTOR_WRONG) {
        wrong("code", "not_the_code", "is not good, or was used already")
    } else {
        error
    }
}
