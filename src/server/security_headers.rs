//! What every answer tells the browser about itself, and which requests are not carried out.

use actix_web::Error as HttpError;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::middleware::Next;

use crate::accounts::same_site;
use crate::app::House;
use crate::calls::is_call;
use crate::page::flash;

/// Our pages run and show only what comes from this house; no script or style stands in a page.
const PAGES: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; font-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// The browser of the API writes styles while it runs.
const DOCS: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
    connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Refuses what another site sends to our forms, and puts the headers on.
///
/// # Errors
/// None of its own: refusals are answers.
pub async fn stand<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, HttpError> {
    let house = request.app_data::<House>().cloned();
    let path = request.path().to_owned();
    // Calls of the API are judged where a cookie speaks for somebody: programs send no Origin.
    let refused = match &house {
        Some(house) if !is_call(&path) => same_site::check(house, request.request()).err(),
        _ => None,
    };
    let cleared = flash::removal(request.request());
    let mut response = match refused {
        Some(refused) => request.error_response(refused).map_into_right_body(),
        None => next.call(request).await?.map_into_left_body(),
    };
    // What a page has told is not told again; a redirect on the way there has told nothing.
    let is_page = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if let Some(cleared) = cleared.filter(|_| is_page) {
        response.response_mut().add_cookie(&cleared)?;
    }
    let headers = response.headers_mut();
    let policy = if path.starts_with("/api/docs") { DOCS } else { PAGES };
    // A handler may have said something stricter.
    say_unless_said(headers, CONTENT_SECURITY_POLICY, policy);
    say_unless_said(headers, CACHE_CONTROL, "no-store");
    say_unless_said(headers, X_CONTENT_TYPE_OPTIONS, "nosniff");
    // Links in letters carry tokens: nobody is told where a visitor comes from.
    say_unless_said(headers, REFERRER_POLICY, "same-origin");
    say_unless_said(headers, HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    say_unless_said(headers, HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    // The desk's own page and the tills say that they may use the camera.
    let rights = "camera=(), microphone=(), geolocation=(), payment=(), usb=()";
    say_unless_said(headers, HeaderName::from_static("permissions-policy"), rights);
    if house.is_some_and(|house| house.settings.server.public_url.starts_with("https://")) {
        say_unless_said(headers, STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    Ok(response)
}

fn say_unless_said(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    if !headers.contains_key(&name) {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
