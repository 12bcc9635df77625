//! Who asks, before anybody knows who that is: the network a request came from, the program that sent
//! it, and what the device shows of earlier sign-ins. Kept as keyed digests only.

use actix_web::HttpRequest;
use actix_web::http::header::USER_AGENT;

use super::mark;
use crate::app::App;

/// Where a request came from.
#[derive(Debug, Clone, Default)]
pub struct Asker {
    /// Stands for the network: one address of IPv4, a /64 of IPv6.
    pub network: Vec<u8>,
    /// Stands for the network and the program together.
    pub client: Vec<u8>,
    /// What the device kept from signing in before ([`mark`]).
    pub marks: Vec<mark::Mark>,
}

impl Asker {
    /// Who sent a request.
    #[must_use]
    pub fn of(app: &App, request: &HttpRequest) -> Self {
        // Without an address there is no network to tell apart: a Unix socket, or a test.
        let network = app.rate_limit.network_of(request).map(|network| network.to_string()).unwrap_or_default();
        let program = request.headers().get(USER_AGENT).map(|name| name.as_bytes()).unwrap_or_default();
        Self {
            network: app.secrets.mac("accounts/network", &[network.as_bytes()]),
            client: app.secrets.mac("accounts/client", &[network.as_bytes(), program]),
            marks: mark::read_marks(app, request),
        }
    }
}
