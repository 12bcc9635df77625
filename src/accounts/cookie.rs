//! The cookie that carries a browser's session, and how every cookie with a token in it is made.

use std::net::Ipv4Addr;

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};

use super::session;
use crate::app::App;

/// A cookie that carries a token: out of reach of scripts, bound to this host.
pub struct Carrier {
    /// `__Host-` binds the cookie to this host and to HTTPS.
    pub secure: &'static str,
    /// Not every browser takes such a cookie from `http://localhost`, so a house on one's own machine
    /// uses this name.
    pub plain: &'static str,
    /// How long a browser keeps it.
    pub kept: Duration,
}

const SESSION: Carrier =
    Carrier { secure: "__Host-queqiao", plain: "queqiao", kept: Duration::seconds(session::LIFETIME.num_seconds()) };

impl Carrier {
    fn name(&self, app: &App) -> &'static str {
        if is_secure(app) { self.secure } else { self.plain }
    }

    /// The cookie for a token.
    #[must_use]
    pub fn set(&self, app: &App, token: &str) -> Cookie<'static> {
        Cookie::build(self.name(app), token.to_owned())
            .path("/")
            .http_only(true)
            .secure(is_secure(app))
            .same_site(SameSite::Lax)
            .max_age(self.kept)
            .finish()
    }

    /// The token a browser sent.
    #[must_use]
    pub fn read(&self, app: &App, request: &HttpRequest) -> Option<String> {
        request.cookie(self.name(app)).map(|cookie| cookie.value().to_owned())
    }
}

/// Whether cookies of this house are bound to HTTPS.
#[must_use]
pub fn is_secure(app: &App) -> bool {
    !is_own_machine(&app.public_url(""))
}

fn is_own_machine(url: &str) -> bool {
    let Some(host) = url.strip_prefix("http://") else { return false };
    let host = host.split('/').next().unwrap_or_default();
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    host == "localhost" || host == "[::1]" || host.parse::<Ipv4Addr>().is_ok_and(|host| host.is_loopback())
}

/// The cookie for a fresh session's token.
#[must_use]
pub fn set(app: &App, token: &str) -> Cookie<'static> {
    SESSION.set(app, token)
}

/// The cookie that takes the other one away.
#[must_use]
pub fn removal(app: &App) -> Cookie<'static> {
    let mut cookie = set(app, "");
    cookie.make_removal();
    cookie
}

/// The session token a browser sent.
#[must_use]
pub fn token(app: &App, request: &HttpRequest) -> Option<String> {
    SESSION.read(app, request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ones_own_machine_does_without_https() {
        for url in ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:8080", "http://127.0.0.2/x"] {
            assert!(is_own_machine(url), "{url}");
        }
        for url in ["https://localhost", "http://0.0.0.0:8080", "http://localhost.example.cn", "http://10.0.0.1", ""] {
            assert!(!is_own_machine(url), "{url}");
        }
    }
}
