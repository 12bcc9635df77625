//! The secrets are read where the settings say, or made.

use std::path::Path;
use std::sync::RwLock;
use std::time::Instant;

use anyhow::{Context, bail};
use secrecy::ExposeSecret;
use zeroize::Zeroizing;

use super::key_file::{KeyFile, NumberedKey, SHORTEST, Stamp};
use super::{Ring, Secrets, Source, zeroizing_copy};
use crate::chance::Chance;
use crate::private;
use crate::settings::SecuritySettings;

impl Secrets {
    /// The configured secrets, or those in `secret_file`. Where that is missing a secret is made, and
    /// written once it is sure that no house is waiting for another one.
    ///
    /// # Errors
    /// A secret shorter than 32 bytes, or a file that cannot be read or makes no sense.
    pub fn load(settings: &SecuritySettings) -> anyhow::Result<Self> {
        let configured = settings.secret.expose_secret();
        if configured.is_empty() {
            if !settings.secret_beside.expose_secret().is_empty() {
                bail!("security.secret_beside: stands beside security.secret, which is empty");
            }
            let path = Path::new(&settings.secret_file);
            return Self::of_file(path);
        }
        let mut keys = Vec::new();
        for (name, secret) in [("secret", configured), ("secret_beside", settings.secret_beside.expose_secret())] {
            if secret.is_empty() {
                continue;
            }
            if secret.len() < SHORTEST {
                bail!("security.{name}: at least {SHORTEST} bytes are needed");
            }
            // Their numbers are known once the database has been asked.
            keys.push(NumberedKey {
                number: u32::try_from(keys.len()).unwrap_or(0) + 1,
                secret: zeroizing_copy(secret.as_bytes()),
            });
        }
        if let [one, other] = keys.as_slice()
            && one.secret == other.secret
        {
            bail!("security.secret_beside: is the same as security.secret");
        }
        Ok(Self::with(keys, Source::Settings))
    }

    pub(super) fn of_file(path: &Path) -> anyhow::Result<Self> {
        let stamp = Stamp::of(path).unwrap_or_default();
        let folder = private::around(path);
        if folder.exists() {
            private::folder(folder, private::is_ours).with_context(|| folder.display().to_string())?;
        }
        let Some(file) = KeyFile::read(path)? else {
            let made = Self::fresh()?;
            made.change(|ring| ring.source = Source::Unwritten(path.to_owned()));
            return Ok(made);
        };
        let secrets = Self::with(Vec::new(), Source::File(path.to_owned()));
        secrets.change(|ring| ring.take(file, stamp));
        Ok(secrets)
    }

    /// A secret for this process only: tests and rehearsals.
    ///
    /// # Errors
    /// As [`Chance::secret`].
    pub fn fresh() -> anyhow::Result<Self> {
        let secret = Zeroizing::new(Chance.secret::<32>()?);
        Ok(Self::with(vec![NumberedKey { number: 1, secret: zeroizing_copy(secret.as_ref()) }], Source::Process))
    }

    fn with(keys: Vec<NumberedKey>, source: Source) -> Self {
        let lasting = keys.first().map(NumberedKey::root).unwrap_or_default();
        let (house, stamp, looked, meant) = (None, Stamp::default(), Instant::now(), false);
        Self(RwLock::new(Ring { keys, lasting, source, house, stamp, looked, meant }))
    }
}
