//! What a browser forgets when its person signs out or is erased: answers and badges it kept for
//! them. Its cookies stay: by one of them a device is known ([`super::mark`]).

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};

const CLEAR: HeaderName = HeaderName::from_static("clear-site-data");
/// That this browser may hold scans of a door nobody has heard of yet.
const HOLDS_SCANS: &str = "queqiao-scans";

/// Tells the browser to forget. One that was a desk keeps its storage, where scans wait for a link.
pub fn forget(request: &HttpRequest, answer: &mut HttpResponse) {
    let cleared = if request.cookie(HOLDS_SCANS).is_some() { "\"cache\"" } else { "\"cache\", \"storage\"" };
    answer.headers_mut().insert(CLEAR, HeaderValue::from_static(cleared));
}

/// The cookie of a browser that is a desk.
#[must_use]
pub fn holds_scans() -> Cookie<'static> {
    let cookie = Cookie::build(HOLDS_SCANS, "yes").path("/").same_site(SameSite::Lax).http_only(true);
    cookie.max_age(Duration::days(60)).finish()
}
