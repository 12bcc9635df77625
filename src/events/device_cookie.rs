//! The cookie that makes a phone a desk.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};

use crate::accounts::{cookie, same_site};
use crate::app::App;
use crate::error::Error;

/// Named as the session's cookies are, and for the same reasons.
const SECURE: &str = "__Host-queqiao-desk";
const PLAIN: &str = "queqiao-desk";
/// Longer than any event's preparations; what it opens ends with the event.
const KEPT: Duration = Duration::days(60);

fn name(app: &App) -> &'static str {
    if cookie::is_secure(app) { SECURE } else { PLAIN }
}

/// The cookie for a device's token.
#[must_use]
pub fn set(app: &App, token: &str) -> Cookie<'static> {
    Cookie::build(name(app), token.to_owned())
        .path("/")
        .http_only(true)
        .secure(cookie::is_secure(app))
        .same_site(SameSite::Lax)
        .max_age(KEPT)
        .finish()
}

/// The token a device sent.
///
/// # Errors
/// 403 `cross_site` where another site sent the request.
pub fn shown(app: &App, request: &HttpRequest) -> Result<Option<String>, Error> {
    let Some(cookie) = request.cookie(name(app)) else { return Ok(None) };
    same_site::check(app, request)?;
    Ok(Some(cookie.value().to_owned()))
}
