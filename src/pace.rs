//! How often one address on the network may knock. In this process only: it keeps a flood from
//! the password hashing. What protects an account is counted in the database
//! (`accounts::knock`), where no load balancer can spread it out.

use std::net::IpAddr;
use std::num::NonZeroU32;

use actix_web::HttpRequest;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::error::{Error, Refused};
use crate::network::{Networks, household};
use crate::settings::Settings;

/// Addresses remembered before the idle ones are swept out.
const SWEEP_ABOVE: usize = 10_000;

/// A budget per network address, refilled steadily.
pub struct Pace {
    limiter: DefaultKeyedRateLimiter<IpAddr>,
    trusted_proxies: Networks,
}

impl Pace {
    /// As configured: so many requests a minute, with as many at once. A union's whole office sits
    /// behind one address, so this should be generous.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self::per_minute(settings, settings.security.auth_requests_per_minute)
    }

    /// As [`Pace::new`], for something else than the sign-in.
    #[must_use]
    pub fn per_minute(settings: &Settings, requests: u32) -> Self {
        let per_minute = NonZeroU32::new(requests).unwrap_or(NonZeroU32::MIN);
        Self {
            limiter: RateLimiter::keyed(Quota::per_minute(per_minute)),
            // Read by `Settings::judge` before; an entry that is none is nobody's proxy.
            trusted_proxies: Networks::read(&settings.server.trusted_proxies).unwrap_or_default(),
        }
    }

    /// Lets a request through, by the address it came from.
    ///
    /// # Errors
    /// 429 `too_many_requests`.
    pub fn check(&self, request: &HttpRequest) -> Result<(), Error> {
        // Without an address there is no network to pace: a Unix socket, or a test.
        let Some(from) = address(&self.trusted_proxies, request) else { return Ok(()) };
        self.knock(from).map_err(|seconds| Refused::too_many(seconds).into())
    }

    /// The network a request came from; None where it has no address.
    #[must_use]
    pub fn network_of(&self, request: &HttpRequest) -> Option<IpAddr> {
        address(&self.trusted_proxies, request).map(household)
    }

    /// Lets one request through, or says after how many whole seconds to come back.
    fn knock(&self, from: IpAddr) -> Result<(), u64> {
        if self.limiter.len() > SWEEP_ABOVE {
            self.limiter.retain_recent();
        }
        self.limiter.check_key(&household(from)).map_err(|not_until| {
            let wait = not_until.wait_time_from(DefaultClock::default().now());
            wait.as_secs() + 1
        })
    }
}

/// Where a request came from. `X-Forwarded-For` is read from its end, as far as the proxies there
/// are ours: what stands before them, anybody may have written.
fn address(trusted: &Networks, request: &HttpRequest) -> Option<IpAddr> {
    let mut from = request.peer_addr()?.ip();
    let forwarded = request.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
    let mut forwarded: Vec<&str> = forwarded.flat_map(|value| value.split(',')).map(str::trim).collect();
    while trusted.contain(from) {
        match forwarded.pop().map(str::parse) {
            Some(Ok(before)) => from = before,
            _ => break,
        }
    }
    Some(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn paced(per_minute: u32) -> Pace {
        let mut settings = Settings::defaults().unwrap();
        settings.security.auth_requests_per_minute = per_minute;
        Pace::new(&settings)
    }

    #[test]
    fn one_address_is_paced_and_its_neighbour_is_not() {
        let pace = paced(3);
        for _ in 0..3 {
            assert_eq!(pace.knock(ip("192.0.2.1")), Ok(()));
        }
        let wait = pace.knock(ip("192.0.2.1")).unwrap_err();
        assert!((1..=21).contains(&wait), "{wait}");
        assert!(pace.knock(ip("::ffff:192.0.2.1")).is_err(), "the same address in its other dress");
        assert_eq!(pace.knock(ip("192.0.2.2")), Ok(()));
    }

    #[test]
    fn a_whole_ipv6_network_is_one_household() {
        let pace = paced(1);
        assert_eq!(pace.knock(ip("2001:db8:1:1::1")), Ok(()));
        assert!(pace.knock(ip("2001:db8:1:1:ffff::2")).is_err());
        assert_eq!(pace.knock(ip("2001:db8:1:2::1")), Ok(()));
    }

    #[test]
    fn only_our_own_proxies_are_believed() {
        let trusted = ["192.0.2.9".to_owned(), "10.0.0.0/8".to_owned(), "2001:db8::/32".to_owned()];
        let trusted = Networks::read(&trusted).unwrap();
        let from = |peer: &str, forwarded: &str| {
            let request = actix_web::test::TestRequest::default()
                .peer_addr(std::net::SocketAddr::new(ip(peer), 1))
                .insert_header(("x-forwarded-for", forwarded))
                .to_http_request();
            address(&trusted, &request)
        };
        assert_eq!(from("198.51.100.1", "1.1.1.1"), Some(ip("198.51.100.1")), "a stranger's word");
        assert_eq!(from("192.0.2.9", "1.1.1.1, 198.51.100.1"), Some(ip("198.51.100.1")), "the last hop's word only");
        assert_eq!(from("192.0.2.9", "198.51.100.1, 10.1.2.3"), Some(ip("198.51.100.1")), "two of ours in a row");
        assert_eq!(from("2001:db8::1", "198.51.100.1"), Some(ip("198.51.100.1")));
        assert_eq!(from("192.0.2.9", "nonsense"), Some(ip("192.0.2.9")));
        assert_eq!(from("11.0.0.1", "198.51.100.1"), Some(ip("11.0.0.1")));
    }
}
