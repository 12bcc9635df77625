//! What one page shows once, to one person: it travels there in a sealed cookie, so that going forward or
//! loading the page anew is no second deed, and no address, history or table holds it.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, CookieBuilder, SameSite};
use data_encoding::BASE64URL_NOPAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::cookie::is_secure;
use crate::app::App;
use crate::error::Fault;

/// A cookie that only the house can read, and only for the person it was made for.
pub struct SealedCookie {
    pub name: &'static str,
    /// What it is sealed for: no cookie is taken for another.
    pub purpose: &'static str,
    /// How long a browser keeps it.
    pub kept: Duration,
}

impl SealedCookie {
    /// The cookie for the page at `path`, which goes to no other.
    ///
    /// # Errors
    /// Only faults.
    pub fn set(&self, app: &App, path: &str, person: Uuid, shown: &impl Serialize) -> Result<Cookie<'static>, Fault> {
        let plain = Zeroizing::new(serde_json::to_vec(shown).map_err(Fault::of)?);
        let sealed = app.secrets.seal(self.purpose, person.as_bytes(), &plain)?;
        Ok(self.build(app, path, BASE64URL_NOPAD.encode(&sealed)).max_age(self.kept).finish())
    }

    /// What the browser brought; None where it brought nothing, or what was another's.
    #[must_use]
    pub fn read<T: DeserializeOwned>(&self, app: &App, request: &HttpRequest, person: Uuid) -> Option<T> {
        let sealed = BASE64URL_NOPAD.decode(request.cookie(self.name)?.value().as_bytes()).ok()?;
        let plain = app.secrets.open(self.purpose, person.as_bytes(), &sealed).ok()?;
        serde_json::from_slice(&plain).ok()
    }

    /// The cookie that takes it away once it was shown.
    #[must_use]
    pub fn removal(&self, app: &App, path: &str) -> Cookie<'static> {
        let mut cookie = self.build(app, path, String::new()).finish();
        cookie.make_removal();
        cookie
    }

    fn build(&self, app: &App, path: &str, value: String) -> CookieBuilder<'static> {
        let cookie = Cookie::build(self.name, value).path(path.to_owned());
        cookie.http_only(true).secure(is_secure(app)).same_site(SameSite::Lax)
    }
}
