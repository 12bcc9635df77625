//! What the page of a second factor discloses once: the secret for the authenticator, or the recovery
//! codes. It travels to that page in a sealed cookie, so that going forward or loading the page anew is no
//! second deed, and no address, history or table holds it.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::{HttpRequest, HttpResponse};
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::begin::Begun;
use crate::accounts::cookie::is_secure;
use crate::app::App;
use crate::error::{Error, Fault};
use crate::page;

/// The page, and the only one the cookie goes to.
pub const PATH: &str = "/me/second-factor";
const COOKIE: &str = "second_factor";
const PURPOSE: &str = "second factor disclosure";
/// For how long an authenticator is fetched and installed.
const KEPT: Duration = Duration::minutes(10);

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
        let plain = Zeroizing::new(serde_json::to_vec(self).map_err(Fault::of)?);
        let sealed = app.secrets.seal(PURPOSE, person.as_bytes(), &plain).map_err(Fault::from)?;
        let cookie = cookie(app, BASE64URL_NOPAD.encode(&sealed)).max_age(KEPT).finish();
        let mut answer = page::see(PATH);
        answer.add_cookie(&cookie).map_err(Fault::of)?;
        Ok(answer)
    }

    /// What the browser brought; None where it brought nothing, or what was another's.
    #[must_use]
    pub fn read(app: &App, request: &HttpRequest, person: Uuid) -> Option<Self> {
        let sealed = BASE64URL_NOPAD.decode(request.cookie(COOKIE)?.value().as_bytes()).ok()?;
        let plain = app.secrets.open(PURPOSE, person.as_bytes(), &sealed).ok()?;
        serde_json::from_slice(&plain).ok()
    }
}

/// The cookie that takes it away once it was shown.
#[must_use]
pub fn removal(app: &App) -> Cookie<'static> {
    let mut cookie = cookie(app, String::new()).finish();
    cookie.make_removal();
    cookie
}

fn cookie(app: &App, value: String) -> actix_web::cookie::CookieBuilder<'static> {
    Cookie::build(COOKIE, value).path(PATH).http_only(true).secure(is_secure(app)).same_site(SameSite::Lax)
}
