//! How often one address on the network may knock. In this process only: it keeps a flood from
//! the password hashing. What protects an account is counted in the database
//! ([`super::knock`]), where no load balancer can spread it out.

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// Addresses remembered before the idle ones are swept out.
const SWEEP_ABOVE: usize = 10_000;

/// A budget per network address, refilled steadily.
pub struct Pace {
    limiter: DefaultKeyedRateLimiter<IpAddr>,
}

impl Pace {
    /// `per_minute` requests a minute, with as many at once. A union's whole office sits behind
    /// one address, so this is generous.
    pub fn per_minute(per_minute: NonZeroU32) -> Self {
        Self {
            limiter: RateLimiter::keyed(Quota::per_minute(per_minute)),
        }
    }

    /// Lets one request through, or says after how many whole seconds to come back.
    pub fn knock(&self, from: IpAddr) -> Result<(), u64> {
        if self.limiter.len() > SWEEP_ABOVE {
            self.limiter.retain_recent();
        }
        self.limiter.check_key(&network(from)).map_err(|not_until| {
            let wait = not_until.wait_time_from(DefaultClock::default().now());
            wait.as_secs() + 1
        })
    }
}

/// A household is handed a whole IPv6 /64, so that is what counts as one.
fn network(from: IpAddr) -> IpAddr {
    match from.to_canonical() {
        IpAddr::V6(v6) => IpAddr::from((u128::from(v6) & !u128::from(u64::MAX)).to_be_bytes()),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_address_is_paced_and_its_neighbour_is_not() {
        let pace = Pace::per_minute(NonZeroU32::new(3).unwrap());
        for _ in 0..3 {
            assert_eq!(pace.knock(ip("192.0.2.1")), Ok(()));
        }
        let wait = pace.knock(ip("192.0.2.1")).unwrap_err();
        assert!((1..=21).contains(&wait), "{wait}");
        assert!(
            pace.knock(ip("::ffff:192.0.2.1")).is_err(),
            "the same address in its other dress"
        );
        assert_eq!(pace.knock(ip("192.0.2.2")), Ok(()));
    }

    #[test]
    fn a_whole_ipv6_network_is_one_household() {
        let pace = Pace::per_minute(NonZeroU32::MIN);
        assert_eq!(pace.knock(ip("2001:db8:1:1::1")), Ok(()));
        assert!(pace.knock(ip("2001:db8:1:1:ffff::2")).is_err());
        assert_eq!(pace.knock(ip("2001:db8:1:2::1")), Ok(()));
    }
}
