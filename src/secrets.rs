//! The secrets of an installation, numbered, and the keys derived from them, one for each purpose, so
//! that a key learnt in one place opens nothing elsewhere.
//!
//! The newest secret seals and signs; older ones open what was sealed under them until all of it has
//! been sealed anew. What is sealed says by its first four bytes under which number.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::{PoisonError, RwLock};

use anyhow::{Context, anyhow, bail};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::chance::Chance;
use crate::settings::SecuritySettings;

/// Bytes of what is sealed beside the plain text: the number, the nonce and the tag.
pub const SEAL_OVERHEAD: usize = NUMBER + NONCE + 16;

const NUMBER: usize = 4;
const NONCE: usize = 24;

/// One secret of the installation, under the number it is known by.
struct Numbered {
    number: u32,
    secret: Zeroizing<Vec<u8>>,
}

impl Numbered {
    /// The key for one purpose (HKDF-SHA256, RFC 5869).
    fn key(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0; 32]);
        // 32 bytes are always a valid length for this expansion, so there is no error to tell.
        let _ = Hkdf::<Sha256>::new(None, &self.secret).expand(purpose.as_bytes(), key.as_mut());
        key
    }

    /// HMAC-SHA256 over the parts, each behind its length, so that no two lists of parts look alike.
    fn mac(&self, purpose: &str, parts: &[&[u8]]) -> Vec<u8> {
        // HMAC takes keys of any length, so there is no error to tell.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.key(purpose).as_ref()) else { return Vec::new() };
        for part in parts {
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().to_vec()
    }
}

/// The secrets of the installation, newest first; wiped from memory when the house closes.
pub struct Secrets(RwLock<Vec<Numbered>>);

/// The bytes were not sealed here, for this purpose and in this place, or under a secret this house
/// does not have (any more).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("sealed under another key, for another purpose or in another place")]
pub struct NotOpened;

impl Secrets {
    /// The configured secret, or the one kept in `secret_file`, made at the first start.
    ///
    /// # Errors
    /// A secret shorter than 32 bytes, or a file that can be neither read nor made.
    pub fn load(settings: &SecuritySettings) -> anyhow::Result<Self> {
        let configured = settings.secret.expose_secret();
        if !configured.is_empty() {
            if configured.len() < 32 {
                bail!("security.secret: at least 32 bytes are needed");
            }
            return Ok(Self::only(configured.as_bytes()));
        }
        let path = Path::new(&settings.secret_file);
        match fs::read(path) {
            Ok(kept) if kept.len() >= 32 => Ok(Self::only(&kept)),
            Ok(_) => bail!("{}: shorter than 32 bytes", path.display()),
            Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => Self::make(path),
            Err(refused) => Err(refused).with_context(|| path.display().to_string()),
        }
    }

    /// A secret for this process only: tests and rehearsals.
    ///
    /// # Errors
    /// As [`Chance::secret`].
    pub fn fresh() -> anyhow::Result<Self> {
        Ok(Self::only(&Chance.secret::<32>()?))
    }

    fn make(path: &Path) -> anyhow::Result<Self> {
        let secret = Chance.secret::<32>()?;
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        }
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).with_context(|| path.display().to_string())?;
        file.write_all(&secret)?;
        file.sync_all()?;
        Ok(Self::only(&secret))
    }

    fn only(secret: &[u8]) -> Self {
        Self(RwLock::new(vec![Numbered { number: 1, secret: Zeroizing::new(secret.to_vec()) }]))
    }

    fn read<T>(&self, question: impl FnOnce(&[Numbered]) -> T) -> T {
        question(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The number what is sealed now is sealed under.
    #[must_use]
    pub fn newest(&self) -> u32 {
        self.read(|secrets| secrets.first().map_or(0, |newest| newest.number))
    }

    /// The newest key for one purpose. Where something older must still be understood, see
    /// [`Secrets::keys`].
    #[must_use]
    pub fn key(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        self.read(|secrets| secrets.first().map(|newest| newest.key(purpose))).unwrap_or_default()
    }

    /// The keys for one purpose with their numbers, newest first.
    #[must_use]
    pub fn keys(&self, purpose: &str) -> Vec<(u32, Zeroizing<[u8; 32]>)> {
        self.read(|secrets| secrets.iter().map(|secret| (secret.number, secret.key(purpose))).collect())
    }

    /// A keyed digest (HMAC-SHA256, 32 bytes) under the newest key, to be stored.
    #[must_use]
    pub fn mac(&self, purpose: &str, parts: &[&[u8]]) -> Vec<u8> {
        self.read(|secrets| secrets.first().map(|newest| newest.mac(purpose, parts))).unwrap_or_default()
    }

    /// The digests something may be stored under, newest first: what to look it up by.
    #[must_use]
    pub fn macs(&self, purpose: &str, parts: &[&[u8]]) -> Vec<Vec<u8>> {
        self.read(|secrets| secrets.iter().map(|secret| secret.mac(purpose, parts)).collect())
    }

    /// Seals under the newest key (XChaCha20-Poly1305): `number ‖ nonce ‖ ciphertext and tag`. It opens
    /// only for the same purpose and in the same place, which the context names (table, column, row),
    /// so that nothing sealed for one row can be moved to another.
    ///
    /// # Errors
    /// Where the operating system has no randomness to give.
    pub fn seal(&self, purpose: &str, context: &[u8], plain: &[u8]) -> anyhow::Result<Vec<u8>> {
        let nonce = Chance.secret::<NONCE>()?;
        let (number, cipher) = self
            .read(|secrets| secrets.first().map(|newest| (newest.number, cipher(&newest.key(purpose)))))
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
        let cipher = self
            .read(|secrets| {
                secrets.iter().find(|secret| secret.number == number).map(|secret| cipher(&secret.key(purpose)))
            })
            .ok_or(NotOpened)?;
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

/// What is stored instead of a token: high-entropy secrets need no salt and no slow hash.
#[must_use]
pub fn digest(token: &[u8]) -> Vec<u8> {
    Sha256::digest(token).to_vec()
}

/// The database address without its password, for error messages.
#[must_use]
pub fn without_password(url: &SecretString) -> String {
    let url = url.expose_secret();
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, place))) => format!("{scheme}://…@{place}"),
        _ => url.to_owned(),
    }
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

    #[test]
    fn no_two_lists_of_parts_have_one_digest() {
        let secrets = Secrets::fresh().unwrap();
        assert_eq!(secrets.macs("a", &[b"x", b"yz"]), [secrets.mac("a", &[b"x", b"yz"])]);
        assert_ne!(secrets.mac("a", &[b"x", b"yz"]), secrets.mac("a", &[b"xy", b"z"]));
        assert_ne!(secrets.mac("a", &[b"x"]), secrets.mac("b", &[b"x"]));
    }
}
