//! The one secret of an installation and the keys derived from it, one for each purpose, so that a
//! key learnt in one place opens nothing elsewhere.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, bail};
use hkdf::Hkdf;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::chance::Chance;
use crate::settings::SecuritySettings;

/// The master secret, wiped from memory when the house closes.
pub struct Secrets(Zeroizing<Vec<u8>>);

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
            return Ok(Self(Zeroizing::new(configured.as_bytes().to_vec())));
        }
        let path = Path::new(&settings.secret_file);
        match fs::read(path) {
            Ok(kept) if kept.len() >= 32 => Ok(Self(Zeroizing::new(kept))),
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
        Ok(Self(Zeroizing::new(Chance.secret::<32>()?.to_vec())))
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
        Ok(Self(Zeroizing::new(secret.to_vec())))
    }

    /// The key for one purpose (HKDF-SHA256, RFC 5869).
    #[must_use]
    pub fn key(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0; 32]);
        // 32 bytes are always a valid length for this expansion, so there is no error to tell.
        let _ = Hkdf::<Sha256>::new(None, &self.0).expand(purpose.as_bytes(), key.as_mut());
        key
    }
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
