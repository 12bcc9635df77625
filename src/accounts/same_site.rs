//! Whether a browser's request comes from our own pages. Asked of every request that changes
//! something and carries a cookie, and of the forms that hand one out: another site must not be
//! able to act, or to sign somebody in, in a visitor's name.
//!
//! `Sec-Fetch-Site` where the browser sends it; where it does not (old WeChat), `Origin`, which
//! every browser sends with a POST.

use actix_web::HttpRequest;
use actix_web::http::Method;
use actix_web::http::header::{HeaderName, ORIGIN};

use super::refusals::CROSS_SITE;
use crate::app::App;
use crate::error::Error;

/// Lets a request pass that only reads, or that our own pages made.
///
/// # Errors
/// 403 `cross_site`.
pub fn check(app: &App, request: &HttpRequest) -> Result<(), Error> {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    let header = |name: HeaderName| request.headers().get(name).map(|value| value.to_str().unwrap_or("?"));
    let expected = own_origin(app, request);
    if is_ours(header(HeaderName::from_static("sec-fetch-site")), header(ORIGIN), &expected) {
        Ok(())
    } else {
        Err(CROSS_SITE.into())
    }
}

/// What our own pages lie below: `https://queqiao.example`.
#[must_use]
pub fn own_origin(app: &App, request: &HttpRequest) -> String {
    match app.settings.server.public_url.trim_end_matches('/') {
        "" => format!("http://{}", request.connection_info().host()),
        public => public.to_owned(),
    }
}

fn is_ours(site: Option<&str>, origin: Option<&str>, ours: &str) -> bool {
    match (site, origin) {
        (Some("same-origin" | "none"), _) => true,
        (Some(_), _) | (None, None) => false,
        (None, Some(origin)) => origin.eq_ignore_ascii_case(ours),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_may_act() {
        let ours = "https://queqiao.example";
        for (site, origin, passes) in [
            (Some("same-origin"), Some("https://evil.example"), true),
            (Some("none"), None, true),
            (Some("cross-site"), Some(ours), false),
            (Some("same-site"), Some(ours), false),
            (None, Some(ours), true),
            (None, Some("https://queqiao.example.evil.example"), false),
            (None, Some("http://queqiao.example"), false),
            (None, Some("null"), false),
            (None, None, false),
        ] {
            assert_eq!(is_ours(site, origin, ours), passes, "{site:?} {origin:?}");
        }
    }
}
