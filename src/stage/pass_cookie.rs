//! The cookie that makes a browser a big screen.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};

use crate::accounts::cookie;
use crate::app::App;

/// Named as the session's cookies are, and for the same reasons.
const SECURE: &str = "__Host-queqiao-screen";
const PLAIN: &str = "queqiao-screen";
const KEPT: Duration = Duration::days(7);

fn name(app: &App) -> &'static str {
    if cookie::is_secure(app) { SECURE } else { PLAIN }
}

/// The cookie for a screen's token.
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

/// The token a browser sent. It can do nothing but watch, so it matters little who sent it.
#[must_use]
pub fn shown(app: &App, request: &HttpRequest) -> Option<String> {
    request.cookie(name(app)).map(|cookie| cookie.value().to_owned())
}
