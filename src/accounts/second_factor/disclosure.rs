//! What the page of a second factor discloses once: the secret for the authenticator, or the recovery
//! codes.

use actix_web::cookie::Cookie;
use actix_web::cookie::time::Duration;
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::begin::Begun;
use crate::accounts::sealed_cookie::SealedCookie;
use crate::app::App;
use crate::error::{Error, Fault};
use crate::page;

/// The page, and the only one the cookie goes to.
pub const PATH: &str = "/me/second-factor";
/// Kept for as long as an authenticator is fetched and installed.
const DISCLOSED: SealedCookie =
    SealedCookie { name: "second_factor", purpose: "second factor disclosure", kept: Duration::minutes(10) };

#[derive(Serialize, Deserialize)]
pub enum Disclosure {
    /// For the authenticator.
    Secret(Begun),
    /// For the day the phone is lost.
    Codes(Vec<String>),
}

impl Disclosure {
    /// Sends the browser to the page, which shows this to nobody but the person.
    ///
    /// # Errors
    /// Only faults.
    pub fn see(&self, app: &App, person: Uuid) -> Result<HttpResponse, Error> {
        let mut answer = page::see(PATH);
        answer.add_cookie(&DISCLOSED.set(app, PATH, person, self)?).map_err(Fault::of)?;
        Ok(answer)
    }

    /// What the browser brought; None where it brought nothing, or what was another's.
    #[must_use]
    pub fn read(app: &App, request: &HttpRequest, person: Uuid) -> Option<Self> {
        DISCLOSED.read(app, request, person)
    }
}

/// The cookie that takes it away once it was shown.
#[must_use]
pub fn removal(app: &App) -> Cookie<'static> {
    DISCLOSED.removal(app, PATH)
}
