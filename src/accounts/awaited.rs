//! The letter somebody waits for, sealed in a cookie of their browser: the page that waits for it can be opened again
//! and ask for another one, and nothing personal stands in an address.

use actix_web::cookie::Cookie;
use actix_web::cookie::time::Duration;
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::address::{address_to_unicode, read_address};
use super::asker::Asker;
use super::cookie::Carrier;
use super::granted::onward;
use super::letter_request::{self, Errand};
use crate::app::App;
use crate::error::{Error, Fault};
use crate::page::flash::see_saying;

/// Where the page lies.
pub const PAGE: &str = "/letter";

/// How long a letter takes at most on most days; before, nobody needs another.
const PATIENCE: TimeDelta = TimeDelta::seconds(60);

const CARRIER: Carrier = Carrier { secure: "__Host-letter", plain: "letter", kept: Duration::hours(1) };
const PURPOSE: &str = "accounts/awaited";

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Awaited {
    pub errand: Errand,
    pub asked_at: DateTime<Utc>,
}

impl Awaited {
    #[must_use]
    pub fn new(app: &App, errand: Errand) -> Self {
        Self { errand, asked_at: app.now() }
    }

    /// What this browser waits for.
    #[must_use]
    pub fn of(app: &App, request: &HttpRequest) -> Option<Self> {
        let sealed = BASE64URL_NOPAD.decode(CARRIER.read(app, request)?.as_bytes()).ok()?;
        serde_json::from_slice(&app.secrets.open(PURPOSE, &[], &sealed).ok()?).ok()
    }

    /// The cookie that keeps it for an hour.
    ///
    /// # Errors
    /// A fault where it cannot be sealed.
    pub fn cookie(&self, app: &App) -> Result<Cookie<'static>, Fault> {
        let plain = Zeroizing::new(serde_json::to_vec(self).map_err(Fault::of)?);
        Ok(CARRIER.set(app, &BASE64URL_NOPAD.encode(&app.secrets.seal(PURPOSE, &[], &plain)?)))
    }

    /// The cookie that ends the waiting.
    #[must_use]
    pub fn removal(app: &App) -> Cookie<'static> {
        let mut cookie = CARRIER.set(app, "");
        cookie.make_removal();
        cookie
    }

    /// The answer to whoever opened the letter and goes on to a page that says so.
    ///
    /// # Errors
    /// A fault where the cookie cannot be written.
    pub fn arrived(app: &App, to: &str, flash: &str) -> Result<HttpResponse, Error> {
        let mut answer = see_saying(onward(to), flash)?;
        answer.add_cookie(&Self::removal(app)).map_err(Fault::of)?;
        Ok(answer)
    }

    /// Asks for the letter once more.
    ///
    /// # Errors
    /// Those of [`letter_request::ask`].
    pub async fn ask_again(&self, app: &App, asker: &Asker) -> Result<(), Error> {
        letter_request::ask(app, asker, &read_address(self.email())?, &self.errand).await
    }

    /// For how many seconds nobody needs another.
    #[must_use]
    pub fn patience(&self, now: DateTime<Utc>) -> i64 {
        (self.asked_at + PATIENCE - now).num_seconds().clamp(0, PATIENCE.num_seconds())
    }

    fn email(&self) -> &str {
        match &self.errand {
            Errand::SignUp(wish) => &wish.email,
            Errand::Forgotten { email, .. } => email,
        }
    }

    /// The address as it was typed.
    #[must_use]
    pub fn shown_address(&self) -> String {
        address_to_unicode(self.email())
    }

    /// Where on our pages the person was going.
    #[must_use]
    pub fn to(&self) -> Option<&str> {
        match &self.errand {
            Errand::SignUp(wish) => wish.to.as_deref(),
            Errand::Forgotten { to, .. } => to.as_deref(),
        }
    }
}
