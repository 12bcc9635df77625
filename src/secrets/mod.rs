//! The secrets of an installation, numbered, and the keys derived from them, one for each purpose, so
//! that a key learnt in one place opens nothing elsewhere.
//!
//! One secret seals and signs; the others open what was sealed under them until all of it has been
//! sealed anew. What is sealed says by its first four bytes under which number. Beside them there is
//! the house's lasting key, which lies in its database, sealed: what must stay the same as long as the
//! house stands (addresses people share, marks that keep somebody from answering twice) is made of it.

pub mod key_file;

use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::chance::Chance;
use crate::private;
use crate::settings::SecuritySettings;
use key_file::{KeyFile, NumberedKey, SHORTEST, Stamp};

/// Bytes of what is sealed beside the plain text: the number, the nonce and the tag.
pub const SEAL_OVERHEAD: usize = NUMBER + NONCE + 16;

const NUMBER: usize = 4;
const NONCE: usize = 24;

/// Whoever looks something up by a keyed digest has looked at the key file so lately; a new key seals
/// only after all have had several times as long to see it.
const LOOKED: Duration = Duration::from_secs(1);

impl NumberedKey {
    /// The key for one purpose.
    fn key(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        expanded(&self.root(), purpose)
    }

    /// What all keys of this secret are expanded from.
    fn root(&self) -> Zeroizing<[u8; 32]> {
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

/// Where the secrets come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// `security.secret` and `security.secret_beside`.
    Settings,
    /// `security.secret_file`, which was there.
    File(PathBuf),
    /// `security.secret_file`, which was not: the secret is made, and lies nowhere yet.
    Unwritten(PathBuf),
    /// Of this process alone: tests and rehearsals.
    Process,
}

/// The secrets of the installation, the sealing one first; wiped from memory when the house closes.
pub struct Secrets(RwLock<Ring>);

struct Ring {
    keys: Vec<NumberedKey>,
    lasting: Zeroizing<[u8; 32]>,
    source: Source,
    /// The house the key file says it belongs to.
    house: Option<Uuid>,
    stamp: Stamp,
    looked: Instant,
    /// Whether a key that does not fit the database is meant.
    meant: bool,
}

/// The bytes were not sealed here, for this purpose and in this place, or under a secret this house
/// does not have (any more).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("sealed under another key, for another purpose or in another place")]
pub struct NotOpened;

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

    fn of_file(path: &Path) -> anyhow::Result<Self> {
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

    /// These, where it is meant that they are others than those of the database (`--new-key`).
    #[must_use]
    pub fn expecting_new_key(self) -> Self {
        self.change(|ring| ring.meant = true);
        self
    }

    fn read<T>(&self, question: impl FnOnce(&Ring) -> T) -> T {
        question(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn change<T>(&self, change: impl FnOnce(&mut Ring) -> T) -> T {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner))
    }

    /// Where they come from.
    #[must_use]
    pub fn source(&self) -> Source {
        self.read(|ring| ring.source.clone())
    }

    /// The house the key file says it belongs to.
    #[must_use]
    pub fn house(&self) -> Option<Uuid> {
        self.read(|ring| ring.house)
    }

    #[must_use]
    pub fn are_meant(&self) -> bool {
        self.read(|ring| ring.meant)
    }

    /// The number what is sealed now is sealed under.
    #[must_use]
    pub fn newest(&self) -> u32 {
        self.read(|ring| ring.keys.first().map_or(0, |newest| newest.number))
    }

    /// The numbers of all keys that open, the sealing one first.
    #[must_use]
    pub fn numbers(&self) -> Vec<u32> {
        self.read(|ring| ring.keys.iter().map(|key| key.number).collect())
    }

    /// Gives the keys the numbers the database knows them by, in the order of [`Secrets::numbers`].
    pub fn number(&self, numbers: &[u32]) {
        self.change(|ring| {
            for (key, number) in ring.keys.iter_mut().zip(numbers) {
                key.number = *number;
            }
        });
    }

    /// What the lasting keys are made of from now on.
    pub fn last(&self, root: Zeroizing<[u8; 32]>) {
        self.change(|ring| ring.lasting = root);
    }

    /// What the lasting keys of a house from before there were numbers are made of: its one secret.
    #[must_use]
    pub fn first_root(&self) -> Zeroizing<[u8; 32]> {
        self.read(|ring| ring.keys.iter().min_by_key(|key| key.number).map(NumberedKey::root)).unwrap_or_default()
    }

    /// Writes a secret that was made to its file.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn write(&self) -> anyhow::Result<()> {
        let Source::Unwritten(path) = self.source() else { return Ok(()) };
        self.written(&path, |_| ())?;
        self.change(|ring| ring.source = Source::File(path));
        Ok(())
    }

    /// Writes the keys and their numbers to a file that was there, as those of no house yet.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn rewrite(&self) -> anyhow::Result<()> {
        match self.source() {
            Source::File(path) => self.written(&path, |file| file.house = None),
            _ => Ok(()),
        }
    }

    /// Puts another key into the file, which opens and does not seal yet: every process of the house is
    /// to know it before anything stands under it. Where there is such a key already it is that one.
    ///
    /// # Errors
    /// Where the keys do not lie in a file, or that cannot be written.
    pub fn add(&self) -> anyhow::Result<u32> {
        let path = self.path()?;
        let (seals, numbers) = (self.newest(), self.numbers());
        if let Some(waiting) = numbers.iter().copied().max().filter(|highest| *highest > seals) {
            return Ok(waiting);
        }
        let (number, secret) = (seals + 1, Zeroizing::new(Chance.secret::<32>()?));
        self.written(&path, |file| file.keys.push(NumberedKey { number, secret: zeroizing_copy(secret.as_ref()) }))?;
        Ok(number)
    }

    /// Lets the key of this number seal from now on.
    ///
    /// # Errors
    /// As [`Secrets::add`].
    pub fn seal_under(&self, number: u32) -> anyhow::Result<()> {
        self.written(&self.path()?, |file| file.seals = number)
    }

    /// Takes every key but the sealing one out of the file.
    ///
    /// # Errors
    /// As [`Secrets::add`].
    pub fn drop_older(&self) -> anyhow::Result<()> {
        self.written(&self.path()?, |file| file.keys.retain(|key| key.number == file.seals))
    }

    fn path(&self) -> anyhow::Result<PathBuf> {
        match self.source() {
            Source::File(path) => Ok(path),
            _ => bail!("the key does not lie in security.secret_file"),
        }
    }

    /// Notes in the key file which house it belongs to.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn belong_to(&self, house: Uuid) -> anyhow::Result<()> {
        match self.source() {
            Source::File(path) if self.house() != Some(house) => self.written(&path, |file| file.house = Some(house)),
            _ => Ok(()),
        }
    }

    fn written(&self, path: &Path, change: impl FnOnce(&mut KeyFile)) -> anyhow::Result<()> {
        let mut file = self.read(|ring| KeyFile { house: ring.house, seals: ring.seals(), keys: ring.keys.clone() });
        change(&mut file);
        file.write(path)?;
        let stamp = Stamp::of(path)?;
        self.change(|ring| ring.take(file, stamp));
        Ok(())
    }

    /// Looks at the key file again where it is another one than before: a key may have come or gone.
    /// Says whether it was.
    ///
    /// # Errors
    /// A file that is gone or makes no sense; the keys stay as they were.
    pub fn look(&self) -> anyhow::Result<bool> {
        let Source::File(path) = self.source() else { return Ok(false) };
        self.change(|ring| ring.looked = Instant::now());
        let stamp = Stamp::of(&path).with_context(|| path.display().to_string())?;
        if self.read(|ring| ring.stamp == stamp) {
            return Ok(false);
        }
        let file = KeyFile::read(&path)?.with_context(|| format!("{}: gone", path.display()))?;
        let house = self.house();
        if house.is_some() && file.house != house {
            bail!("{}: belongs to another house now", path.display());
        }
        self.change(|ring| ring.take(file, stamp));
        Ok(true)
    }

    /// As [`Secrets::look`], where nobody did lately.
    fn glance(&self) {
        if self.read(|ring| matches!(ring.source, Source::File(_)) && ring.looked.elapsed() > LOOKED)
            && let Err(fault) = self.look()
        {
            tracing::error!(fault = format!("{fault:#}"), "security.secret_file cannot be looked at; the keys stay");
        }
    }

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
    fn with_number<T>(&self, number: u32, question: impl Fn(&NumberedKey) -> T) -> Option<T> {
        let known = || self.read(|ring| ring.keys.iter().find(|key| key.number == number).map(&question));
        known().or_else(|| {
            self.glance();
            known()
        })
    }

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

impl Ring {
    fn take(&mut self, file: KeyFile, stamp: Stamp) {
        (self.house, self.stamp) = (file.house, stamp);
        self.keys = file.keys;
        self.keys.sort_by_key(|key| (key.number != file.seals, std::cmp::Reverse(key.number)));
    }

    fn seals(&self) -> u32 {
        self.keys.first().map_or(0, |key| key.number)
    }
}

fn zeroizing_copy(secret: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(secret.to_vec())
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
        let vouched = secrets.vouch("a", &[b"x"]);
        assert_eq!(sealed_under(&vouched), Some(1));
        assert!(secrets.vouches("a", &[b"x"], &vouched));
        assert!(!secrets.vouches("b", &[b"x"], &vouched) && !secrets.vouches("a", &[b"y"], &vouched));
        assert!(!secrets.vouches("a", &[b"x"], &vouched[..20]) && !secrets.vouches("a", &[b"x"], b""));
    }

    #[test]
    fn a_key_that_comes_into_the_file_is_seen_and_the_old_one_still_opens() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        let at = |number, byte| NumberedKey { number, secret: zeroizing_copy(&[byte; 32]) };
        let write = |seals, keys| KeyFile { house: None, seals, keys }.write(&path).unwrap();
        write(1, vec![at(1, 1)]);
        let (secrets, beside) = (Secrets::of_file(&path).unwrap(), Secrets::of_file(&path).unwrap());
        let (before, lasting) = (secrets.seal("a", b"", b"old").unwrap(), secrets.key("b"));
        assert!(!secrets.look().unwrap());

        write(1, vec![at(1, 1), at(2, 2)]);
        assert!(secrets.look().unwrap() && beside.look().unwrap());
        assert_eq!((secrets.newest(), secrets.numbers()), (1, vec![1, 2]), "it opens before it seals");
        write(2, vec![at(1, 1), at(2, 2)]);
        assert!(secrets.look().unwrap());
        assert_eq!((secrets.newest(), secrets.numbers()), (2, vec![2, 1]));
        let after = secrets.seal("a", b"", b"new").unwrap();
        assert_eq!(beside.newest(), 1, "it has not looked");
        assert_eq!(beside.open("a", b"", &after).unwrap().as_slice(), b"new");
        assert_eq!(secrets.open("a", b"", &before).unwrap().as_slice(), b"old");
        assert_eq!(secrets.macs("a", &[b"x"]).get(1), beside.macs("a", &[b"x"]).first());

        write(2, vec![at(2, 2)]);
        assert!(secrets.look().unwrap());
        assert_eq!(secrets.open("a", b"", &before), Err(NotOpened));
        assert_eq!(secrets.key("b"), lasting, "what lasts does not change");
        std::fs::remove_file(&path).unwrap();
        assert!(secrets.look().is_err());
        assert!(secrets.open("a", b"", &after).is_ok(), "the keys stay while the file is gone");
    }

    #[test]
    fn a_missing_file_is_not_made_before_it_is_sure_that_nobody_waits_for_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        let secrets = Secrets::of_file(&path).unwrap();
        assert!(!path.exists());
        secrets.write().unwrap();
        let again = Secrets::of_file(&path).unwrap();
        assert_eq!(secrets.mac("a", &[b"x"]), again.mac("a", &[b"x"]));
    }
}
