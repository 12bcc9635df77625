//! Addresses on the network: which are ours, and which count as one household.

use std::net::IpAddr;

/// Single addresses and networks (`10.0.0.0/8`).
#[derive(Clone, Debug, Default)]
pub struct Networks(Vec<Network>);

#[derive(Clone, Copy, Debug)]
struct Network {
    bits: u128,
    mask: u128,
    width: u32,
}

impl Networks {
    /// # Errors
    /// The first entry that is neither an address nor a network.
    pub fn read(entries: &[String]) -> Result<Self, String> {
        entries
            .iter()
            .map(|entry| Network::read(entry).ok_or_else(|| entry.clone()))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Whether one of them is everybody (`0.0.0.0/0`, `::/0`).
    #[must_use]
    pub fn are_everybody(&self) -> bool {
        self.0.iter().any(|network| network.mask == 0)
    }

    #[must_use]
    pub fn contain(&self, address: IpAddr) -> bool {
        let (bits, width) = bits(address);
        self.0.iter().any(|network| network.width == width && network.bits == bits & network.mask)
    }
}

impl Network {
    fn read(entry: &str) -> Option<Self> {
        let (address, length) = entry.trim().split_once('/').map_or((entry.trim(), None), |(a, l)| (a, Some(l)));
        let (bits, width) = bits(address.parse().ok()?);
        let length = length.map_or(Some(width), |length| length.parse().ok().filter(|length| *length <= width))?;
        let mask = u128::MAX.checked_shl(128 - length).unwrap_or(0);
        Some(Self { bits: bits & mask, mask, width })
    }
}

fn bits(address: IpAddr) -> (u128, u32) {
    match address.to_canonical() {
        IpAddr::V4(v4) => (u128::from(u32::from(v4)) << 96, 32),
        IpAddr::V6(v6) => (u128::from(v6), 128),
    }
}

/// A household is handed a whole IPv6 /64, so that is what counts as one.
#[must_use]
pub fn household(of: IpAddr) -> IpAddr {
    match of.to_canonical() {
        IpAddr::V6(v6) => IpAddr::from((u128::from(v6) & !u128::from(u64::MAX)).to_be_bytes()),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(entries: &[&str]) -> Result<Networks, String> {
        Networks::read(&entries.iter().map(|entry| (*entry).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn an_address_is_in_its_networks_only() {
        let ours = networks(&["192.0.2.9", " 10.0.0.0/8", "2001:db8::/32"]).unwrap();
        for (address, is_ours) in [
            ("192.0.2.9", true),
            ("::ffff:192.0.2.9", true),
            ("192.0.2.8", false),
            ("10.255.0.1", true),
            ("11.0.0.1", false),
            ("2001:db8:ffff::1", true),
            ("2001:db9::1", false),
        ] {
            assert_eq!(ours.contain(address.parse().unwrap()), is_ours, "{address}");
        }
        let everybody = networks(&["10.0.0.0/8", "0.0.0.0/0"]).unwrap();
        assert!(everybody.contain("203.0.113.1".parse().unwrap()) && everybody.are_everybody());
        assert!(!networks(&["10.0.0.0/8", "::1"]).unwrap().are_everybody());
    }

    #[test]
    fn what_is_neither_an_address_nor_a_network_is_told() {
        for entry in ["10.0.0/8", "proxy", "10.0.0.0/33", "10.0.0.0/", "::1/129", ""] {
            assert_eq!(networks(&["10.0.0.1", entry]).unwrap_err(), entry, "{entry}");
        }
    }
}
