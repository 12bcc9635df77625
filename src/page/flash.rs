//! What a deed came to, told once on the page that follows it. It travels in a cookie that lives
//! for one page, never in the address, which people share and reload.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::{HttpRequest, HttpResponse};

use super::{fluent, see};
use crate::error::{Error, Fault};
use crate::language::Language;

const COOKIE: &str = "flash";

/// Sends the browser to one of our pages, which says `flash-{key}`.
///
/// # Errors
/// Only faults.
pub fn see_saying(path: &str, key: &str) -> Result<HttpResponse, Error> {
    redirect_with_flash(path, key.to_owned())
}

/// As [`see_saying`], with a number for the gap `count`.
///
/// # Errors
/// Only faults.
pub fn see_counting(path: &str, key: &str, count: u64) -> Result<HttpResponse, Error> {
    redirect_with_flash(path, format!("{key}:{count}"))
}

fn redirect_with_flash(path: &str, value: String) -> Result<HttpResponse, Error> {
    let mut answer = see(path);
    let cookie = Cookie::build(COOKIE, value).path("/").same_site(SameSite::Lax).http_only(true);
    answer.add_cookie(&cookie.max_age(Duration::minutes(1)).finish()).map_err(Fault::of)?;
    Ok(answer)
}

/// Whether a request carries one, whatever it says.
#[must_use]
pub fn is_carried(request: &HttpRequest) -> bool {
    request.cookie(COOKIE).is_some()
}

/// The words the cookie stands for; nothing where somebody made it up.
#[must_use]
pub fn read(request: &HttpRequest, language: Language) -> Option<String> {
    let cookie = request.cookie(COOKIE)?;
    let (key, count) = match cookie.value().split_once(':') {
        Some((key, count)) => (key, count.parse::<u64>().ok()?),
        None => (cookie.value(), 0),
    };
    fluent::find_filled(language, &format!("flash-{key}"), &[("count", count.into())])
}

/// The cookie that takes it away once a page has said it.
#[must_use]
pub fn removal(request: &HttpRequest) -> Option<Cookie<'static>> {
    request.cookie(COOKIE)?;
    let mut cookie = Cookie::build(COOKIE, "").path("/").finish();
    cookie.make_removal();
    Some(cookie)
}
