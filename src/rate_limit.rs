//! How often one address on the network may knock. In this process only: it keeps a flood from
//! the password hashing. What protects an account is counted in the database
//! (`accounts::sign_in_throttle`), where no load balancer can spread it out.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::HttpRequest;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::error::{Error, Refused};
use crate::network::{Networks, household};
use crate::settings::Settings;

/// Addresses remembered before the idle ones are swept out.
const SWEEP_ABOVE: usize = 10_000;

/// So many different addresses that somebody says to speak for within [`LATELY`] are no household and no
/// joke: that is a proxy nobody told us of, and everybody behind it shares one budget.
const CROWD: usize = 20;
const LATELY: Duration = Duration::from_mins(1);

/// A budget per network address, refilled steadily.
pub struct RateLimit {
    limiter: DefaultKeyedRateLimiter<IpAddr>,
    trusted_proxies: Networks,
    unlisted: Mutex<Unlisted>,
}

/// Who brings requests of others without being in `server.trusted_proxies`.
struct Unlisted {
    since: Instant,
    /// By the address that brings them: digests of the addresses it says to speak for.
    crowds: HashMap<IpAddr, HashSet<u64>>,
    named: HashSet<IpAddr>,
    hasher: RandomState,
}

impl Default for Unlisted {
    fn default() -> Self {
        let (crowds, named) = (HashMap::new(), HashSet::new());
        Self { since: Instant::now(), crowds, named, hasher: RandomState::new() }
    }
}

impl Unlisted {
    /// Notes that `peer` brings a request of somebody; true once for each, where it brings a crowd.
    fn brings(&mut self, peer: IpAddr, of: &str, now: Instant) -> bool {
        if now.duration_since(self.since) > LATELY {
            self.crowds.clear();
            self.since = now;
        }
        if self.named.contains(&peer) || (self.crowds.len() >= 100 && !self.crowds.contains_key(&peer)) {
            return false;
        }
        let crowd = self.crowds.entry(peer).or_default();
        crowd.insert(self.hasher.hash_one(of));
        if crowd.len() < CROWD {
            return false;
        }
        self.crowds.remove(&peer);
        self.named.len() < 100 && self.named.insert(peer)
    }
}

impl RateLimit {
    /// As configured: so many requests a minute, with as many at once. A union's whole office sits
    /// behind one address, so this should be generous.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self::per_minute(settings, settings.security.auth_requests_per_minute)
    }

    /// As [`RateLimit::new`], for something else than the sign-in.
    #[must_use]
    pub fn per_minute(settings: &Settings, requests: u32) -> Self {
        let per_minute = NonZeroU32::new(requests).unwrap_or(NonZeroU32::MIN);
        Self {
            limiter: RateLimiter::keyed(Quota::per_minute(per_minute)),
            // Read by `Settings::judge` before; an entry that is none is nobody's proxy.
            trusted_proxies: Networks::read(&settings.server.trusted_proxies).unwrap_or_default(),
            unlisted: Mutex::default(),
        }
    }

    /// Lets a request through, by the address it came from.
    ///
    /// # Errors
    /// 429 `too_many_requests`.
    pub fn check(&self, request: &HttpRequest) -> Result<(), Error> {
        // Without an address there is no network to pace: a Unix socket, or a test.
        let Some(from) = address(&self.trusted_proxies, request) else { return Ok(()) };
        self.look_for_a_proxy(request);
        self.knock(from).map_err(|seconds| Refused::too_many(seconds).into())
    }

    /// The network a request came from; None where it has no address.
    #[must_use]
    pub fn network_of(&self, request: &HttpRequest) -> Option<IpAddr> {
        address(&self.trusted_proxies, request).map(household)
    }

    /// Tells the operator of a proxy that is missing in the settings. Its address is a machine's, of one
    /// that speaks for twenty others within a minute, and no person's.
    fn look_for_a_proxy(&self, request: &HttpRequest) {
        let Some(peer) = request.peer_addr().map(|peer| peer.ip().to_canonical()) else { return };
        let forwarded = request.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok()).last();
        let Some(of) = forwarded.and_then(|value| value.rsplit(',').next()) else { return };
        if self.trusted_proxies.contain(peer) {
            return;
        }
        let mut unlisted = self.unlisted.lock().unwrap_or_else(PoisonError::into_inner);
        if unlisted.brings(peer, of.trim(), Instant::now()) {
            tracing::warn!(
                proxy = %peer,
                "one address brings requests of many others (X-Forwarded-For) and is not in server.trusted_proxies: \
                 everybody behind it counts as one and is refused together (429)"
            );
        }
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

    fn paced(per_minute: u32) -> RateLimit {
        let mut settings = Settings::defaults().unwrap();
        settings.security.auth_requests_per_minute = per_minute;
        RateLimit::new(&settings)
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
    fn a_proxy_that_is_missing_in_the_settings_is_told_once() {
        let mut unlisted = Unlisted::default();
        let now = Instant::now();
        let mut named = Vec::new();
        for second in 0..40_u64 {
            if unlisted.brings(ip("10.0.0.1"), &format!("192.0.2.{second}"), now + Duration::from_secs(second)) {
                named.push(second);
            }
            // One who forwards themselves, however often, is nobody's proxy.
            assert!(!unlisted.brings(ip("192.0.2.7"), "198.51.100.9", now));
        }
        assert_eq!(named, [19]);
        let mut slow = Unlisted::default();
        for turn in 0..100_u64 {
            let at = now + Duration::from_secs(turn * 10);
            assert!(!slow.brings(ip("10.0.0.1"), &format!("192.0.2.{turn}"), at), "{turn}");
        }
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
