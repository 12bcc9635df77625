//! Bytes are sealed for one purpose in one place, and open for nothing else and nowhere else.

use anyhow::{Context, anyhow};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::Secrets;
use crate::chance::Chance;

/// Bytes of what is sealed beside the plain text: the number, the nonce and the tag.
pub const SEAL_OVERHEAD: usize = NUMBER + NONCE + 16;

pub(super) const NUMBER: usize = 4;
const NONCE: usize = 24;

/// The bytes were not sealed here, for this purpose and in this place, or under a secret this house
/// does not have (any more).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("sealed under another key, for another purpose or in another place")]
pub struct NotOpened;

impl Secrets {
    /// Seals under the sealing key (XChaCha20-Poly1305): `number ‖ nonce ‖ ciphertext and tag`. It
    /// opens only for the same purpose and in the same place, which the context names (table, column,
    /// row), so that nothing sealed for one row can be moved to another.
    ///
    /// # Errors
    /// Where the operating system has no randomness to give.
    pub fn seal(&self, purpose: &str, context: &[u8], plain: &[u8]) -> anyhow::Result<Vec<u8>> {
        let nonce = Chance.secret::<NONCE>()?;
        let (number, cipher) = self
            .read(|ring| ring.keys.first().map(|newest| (newest.number, cipher(&newest.key(purpose)))))
            .context("a house without a secret")?;
        let payload = Payload { msg: plain, aad: context };
        let sealed = cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| anyhow!("could not be sealed"))?;
        Ok([number.to_be_bytes().as_slice(), &nonce, &sealed].concat())
    }

    /// Opens what [`Secrets::seal`] sealed for the same purpose in the same place.
    ///
    /// # Errors
    /// [`NotOpened`].
    pub fn open(&self, purpose: &str, context: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
        let number = sealed_under(sealed).ok_or(NotOpened)?;
        let (nonce, sealed) = sealed.get(NUMBER..).and_then(<[u8]>::split_first_chunk::<NONCE>).ok_or(NotOpened)?;
        let cipher = self.with_number(number, |key| cipher(&key.key(purpose))).ok_or(NotOpened)?;
        let payload = Payload { msg: sealed, aad: context };
        cipher.decrypt(&XNonce::from(*nonce), payload).map(Zeroizing::new).map_err(|_| NotOpened)
    }
}

fn cipher(key: &[u8; 32]) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.into())
}

/// The number of the secret something was sealed under; None where it was not sealed here.
#[must_use]
pub fn sealed_under(sealed: &[u8]) -> Option<u32> {
    sealed.first_chunk::<NUMBER>().map(|number| u32::from_be_bytes(*number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_in_its_own_place_only() {
        let secrets = Secrets::fresh().unwrap();
        let sealed = secrets.seal("letter", b"row 1", "你好".as_bytes()).unwrap();
        assert_eq!(sealed.len(), SEAL_OVERHEAD + 6);
        assert_eq!(sealed_under(&sealed), Some(secrets.newest()));
        assert_eq!(secrets.open("letter", b"row 1", &sealed).unwrap().as_slice(), "你好".as_bytes());
        assert_eq!(secrets.open("letter", b"row 2", &sealed), Err(NotOpened));
        assert_eq!(secrets.open("name", b"row 1", &sealed), Err(NotOpened));
        assert_eq!(Secrets::fresh().unwrap().open("letter", b"row 1", &sealed), Err(NotOpened));
        assert_eq!(secrets.open("letter", b"row 1", &sealed[..20]), Err(NotOpened));
        assert_eq!(secrets.open("letter", b"row 1", b""), Err(NotOpened));
    }
}
