//! The cookie that makes a phone a desk.

use actix_web::HttpRequest;
use actix_web::cookie::Cookie;
use actix_web::cookie::time::Duration;

use crate::accounts::cookie::Carrier;
use crate::accounts::same_site;
use crate::app::App;
use crate::error::Error;

const DESK: Carrier = Carrier {
    secure: "__Host-queqiao-desk",
    plain: "queqiao-desk",
    // Longer than any event's preparations; what it opens ends with the event.
    kept: Duration::days(60),
};

/// The cookie for a device's token.
#[must_use]
pub fn set(app: &App, token: &str) -> Cookie<'static> {
    DESK.set(app, token)
}

/// The token a device sent.
///
/// # Errors
/// 403 `cross_site` where another site sent the request.
pub fn read_token(app: &App, request: &HttpRequest) -> Result<Option<String>, Error> {
    let Some(token) = DESK.read(app, request) else { return Ok(None) };
    same_site::check(app, request)?;
    Ok(Some(token))
}
