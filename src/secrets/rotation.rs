//! The key file while the house stands: a key is written, comes, seals and goes, and every process looks.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::key_file::{KeyFile, NumberedKey, Stamp};
use super::{Ring, Secrets, Source, zeroizing_copy};
use crate::chance::Chance;

/// Whoever looks something up by a keyed digest has looked at the key file so lately; a new key seals
/// only after all have had several times as long to see it.
const LOOKED: Duration = Duration::from_secs(1);

impl Secrets {
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
    pub(super) fn glance(&self) {
        if self.read(|ring| matches!(ring.source, Source::File(_)) && ring.looked.elapsed() > LOOKED)
            && let Err(fault) = self.look()
        {
            tracing::error!(fault = format!("{fault:#}"), "security.secret_file cannot be looked at; the keys stay");
        }
    }
}

impl Ring {
    pub(super) fn take(&mut self, file: KeyFile, stamp: Stamp) {
        (self.house, self.stamp) = (file.house, stamp);
        self.keys = file.keys;
        self.keys.sort_by_key(|key| (key.number != file.seals, std::cmp::Reverse(key.number)));
    }

    fn seals(&self) -> u32 {
        self.keys.first().map_or(0, |key| key.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::NotOpened;

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
