//! The cookie that makes a browser a big screen.

use actix_web::HttpRequest;
use actix_web::cookie::Cookie;
use actix_web::cookie::time::Duration;

use crate::accounts::cookie::Carrier;
use crate::app::App;

const SCREEN: Carrier = Carrier { secure: "__Host-queqiao-screen", plain: "queqiao-screen", kept: Duration::days(7) };

/// The cookie for a screen's token.
#[must_use]
pub fn set(app: &App, token: &str) -> Cookie<'static> {
    SCREEN.set(app, token)
}

/// The token a browser sent. It can do nothing but watch, so it matters little who sent it.
#[must_use]
pub fn read_token(app: &App, request: &HttpRequest) -> Option<String> {
    SCREEN.read(app, request)
}
