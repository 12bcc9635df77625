//! Keys for one purpose each, and the digests made with them.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::Secrets;
use super::key_file::NumberedKey;
use super::sealing::NUMBER;

impl NumberedKey {
    /// The key for one purpose.
    pub(super) fn key(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        expanded(&self.root(), purpose)
    }

    /// What all keys of this secret are expanded from.
    pub(super) fn root(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(Hkdf::<Sha256>::extract(None, &self.secret).0.into())
    }

    fn mac(&self, purpose: &str, parts: &[&[u8]]) -> Vec<u8> {
        mac(&self.key(purpose), parts)
    }
}

/// The key for one purpose (HKDF-SHA256, RFC 5869).
fn expanded(root: &[u8; 32], purpose: &str) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    // 32 bytes are a valid root and a valid length for this expansion, so there is no error to tell.
    if let Ok(expansion) = Hkdf::<Sha256>::from_prk(root) {
        let _ = expansion.expand(purpose.as_bytes(), key.as_mut());
    }
    key
}

/// HMAC-SHA256 over the parts, each behind its length, so that no two lists of parts look alike.
fn mac(key: &[u8; 32], parts: &[&[u8]]) -> Vec<u8> {
    // HMAC takes keys of any length, so there is no error to tell.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    for part in parts {
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}

impl Secrets {
    /// The house's key for one purpose, the same as long as the house stands: rotation seals it anew
    /// and does not change it. For what must stay findable and cannot be made again.
    #[must_use]
    pub fn key(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        self.read(|ring| expanded(&ring.lasting, purpose))
    }

    /// The keys for one purpose with their numbers, the sealing one first: for what is signed and not
    /// stored.
    #[must_use]
    pub fn keys(&self, purpose: &str) -> Vec<(u32, Zeroizing<[u8; 32]>)> {
        self.glance();
        self.read(|ring| ring.keys.iter().map(|key| (key.number, key.key(purpose))).collect())
    }

    /// A keyed digest (HMAC-SHA256, 32 bytes) under the sealing key, to be stored.
    #[must_use]
    pub fn mac(&self, purpose: &str, parts: &[&[u8]]) -> Vec<u8> {
        self.read(|ring| ring.keys.first().map(|newest| newest.mac(purpose, parts))).unwrap_or_default()
    }

    /// A keyed digest under the lasting key: what is looked up by it is found whichever key seals.
    #[must_use]
    pub fn lasting_mac(&self, purpose: &str, parts: &[&[u8]]) -> Vec<u8> {
        mac(&self.key(purpose), parts)
    }

    /// The digests something may be stored under, the sealing key's first: what to look it up by.
    #[must_use]
    pub fn macs(&self, purpose: &str, parts: &[&[u8]]) -> Vec<Vec<u8>> {
        self.glance();
        self.read(|ring| ring.keys.iter().map(|key| key.mac(purpose, parts)).collect())
    }

    /// A keyed digest that says under which number it was made, for a column that vouches for others
    /// of its row.
    #[must_use]
    pub fn vouch(&self, purpose: &str, parts: &[&[u8]]) -> Vec<u8> {
        let vouched = self.read(|ring| {
            ring.keys.first().map(|newest| [&newest.number.to_be_bytes()[..], &newest.mac(purpose, parts)].concat())
        });
        vouched.unwrap_or_default()
    }

    /// Whether [`Secrets::vouch`] was given these parts for this purpose.
    #[must_use]
    pub fn vouches(&self, purpose: &str, parts: &[&[u8]], vouched: &[u8]) -> bool {
        let Some((number, mac)) = vouched.split_first_chunk::<NUMBER>() else { return false };
        let number = u32::from_be_bytes(*number);
        self.with_number(number, |key| key.mac(purpose, parts)).is_some_and(|own| own.ct_eq(mac).into())
    }

    /// Asks the key of a number; where it is not known the file is looked at once more.
    pub(super) fn with_number<T>(&self, number: u32, question: impl Fn(&NumberedKey) -> T) -> Option<T> {
        let known = || self.read(|ring| ring.keys.iter().find(|key| key.number == number).map(&question));
        known().or_else(|| {
            self.glance();
            known()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::sealed_under;

    #[test]
    fn no_two_lists_of_parts_have_one_digest() {
        let secrets = Secrets::fresh().unwrap();
        assert_eq!(secrets.macs("a", &[b"x", b"yz"]), [secrets.mac("a", &[b"x", b"yz"])]);
        assert_ne!(secrets.mac("a", &[b"x", b"yz"]), secrets.mac("a", &[b"xy", b"z"]));
        assert_ne!(secrets.mac("a", &[b"x"]), secrets.mac("b", &[b"x"]));
        let vouched = secrets.vouch("a", &[b"x"]);
        assert_eq!(sealed_under(&vouched), Some(1));
        assert!(secrets.vouches("a", &[b"x"], &vouched));
        assert!(!secrets.vouches("b", &[b"x"], &vouched) && !secrets.vouches("a", &[b"y"], &vouched));
        assert!(!secrets.vouches("a", &[b"x"], &vouched[..20]) && !secrets.vouches("a", &[b"x"], b""));
    }
}
