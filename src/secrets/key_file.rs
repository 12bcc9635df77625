//! The file the keys lie in: a line each, with their numbers and the house they belong to.
//!
//! A file of an older Queqiao holds one secret and nothing else; it is understood as number 1.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use data_encoding::HEXLOWER;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::private;

/// How every file of this form begins.
const FIRST: &str = "Queqiao keys";
const HEADING: &str = "Queqiao keys: keep this file secret, and apart from copies of the database.";

/// RFC 2104, 3: a secret shorter than its hash weakens it.
pub const SHORTEST: usize = 32;

/// A secret of the house and the number it is known by.
#[derive(Clone)]
pub struct NumberedKey {
    pub number: u32,
    pub secret: Zeroizing<Vec<u8>>,
}

/// What the file says.
#[derive(Clone, Default)]
pub struct KeyFile {
    /// The house the keys belong to, once everything in its database is bound to them.
    pub house: Option<Uuid>,
    /// The number of the key that seals; the others only open.
    pub seals: u32,
    pub keys: Vec<NumberedKey>,
}

/// What tells one state of a file from another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp(u64, i64, i64, u64);

impl Stamp {
    /// # Errors
    /// Where the file cannot be looked at.
    pub fn of(path: &Path) -> std::io::Result<Self> {
        let found = fs::metadata(path)?;
        Ok(Self(found.ino(), found.mtime(), found.mtime_nsec(), found.size()))
    }
}

impl KeyFile {
    /// The file, or None where there is none.
    ///
    /// # Errors
    /// A file that cannot be read or makes no sense; the message names it and never says what is in it.
    pub fn read(path: &Path) -> anyhow::Result<Option<Self>> {
        let place = || path.display().to_string();
        private::close(path).with_context(place)?;
        let bytes = match fs::read(path) {
            Ok(bytes) => Zeroizing::new(bytes),
            Err(missing) if missing.kind() == ErrorKind::NotFound => return Ok(None),
            Err(refused) => return Err(refused).with_context(place),
        };
        Self::understood(&bytes).with_context(place).map(Some)
    }

    fn understood(bytes: &[u8]) -> anyhow::Result<Self> {
        if !bytes.starts_with(FIRST.as_bytes()) {
            if bytes.len() < SHORTEST {
                bail!("shorter than {SHORTEST} bytes");
            }
            let only = NumberedKey { number: 1, secret: Zeroizing::new(bytes.to_vec()) };
            return Ok(Self { house: None, seals: 1, keys: vec![only] });
        }
        let mut file = Self::default();
        let text = std::str::from_utf8(bytes).context("not a text")?;
        for (line, entry) in text.lines().enumerate().skip(1) {
            file.take(entry).with_context(|| format!("line {}", line + 1))?;
        }
        let numbers: Vec<u32> = file.keys.iter().map(|kept| kept.number).collect();
        if !numbers.contains(&file.seals) {
            bail!("there is no key {}, which is to seal", file.seals);
        }
        if numbers.iter().any(|number| numbers.iter().filter(|other| *other == number).count() > 1) {
            bail!("a number stands twice");
        }
        Ok(file)
    }

    fn take(&mut self, entry: &str) -> anyhow::Result<()> {
        match entry.split_whitespace().collect::<Vec<_>>().as_slice() {
            [] => {}
            ["house", id] => self.house = Some(id.parse().context("house: no id")?),
            ["seals", number] => self.seals = number.parse().context("seals: no number")?,
            ["key", number, secret] => {
                let number = number.parse().context("key: no number")?;
                let secret = HEXLOWER.decode(secret.as_bytes()).ok().map(Zeroizing::new);
                let secret = secret.filter(|secret| secret.len() >= SHORTEST && number > 0);
                self.keys.push(NumberedKey { number, secret: secret.context("key: not hexadecimal, or too short")? });
            }
            _ => bail!("not understood"),
        }
        Ok(())
    }

    fn text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(256 + self.keys.len() * 512));
        text.push_str(HEADING);
        text.push('\n');
        if let Some(house) = self.house {
            text.push_str(&format!("house {house}\n"));
        }
        text.push_str(&format!("seals {}\n", self.seals));
        for kept in &self.keys {
            text.push_str(&format!("key {} ", kept.number));
            text.push_str(&Zeroizing::new(HEXLOWER.encode(&kept.secret)));
            text.push('\n');
        }
        text
    }

    /// Puts the file in place, whole or not at all, on disk when this returns, for nobody else to read.
    ///
    /// # Errors
    /// Where the folder cannot be written.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let folder = private::around(path);
        private::folder(folder, private::is_ours).with_context(|| folder.display().to_string())?;
        let beside = PathBuf::from(format!("{}.new-{}", path.display(), std::process::id()));
        self.written(&beside).and_then(|()| Ok(fs::rename(&beside, path)?)).inspect_err(|_| {
            let _ = fs::remove_file(&beside);
        })?;
        Ok(private::sync_folder(folder)?)
    }

    fn written(&self, path: &Path) -> anyhow::Result<()> {
        // What somebody left who was cut off, and had the number this process has now.
        let _ = fs::remove_file(path);
        let mut file = private::create(path).with_context(|| path.display().to_string())?;
        file.write_all(self.text().as_bytes())?;
        Ok(file.sync_all()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered_key(number: u32) -> NumberedKey {
        NumberedKey { number, secret: Zeroizing::new(vec![u8::try_from(number).unwrap(); 32]) }
    }

    #[test]
    fn a_file_says_what_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/secret.key");
        assert!(KeyFile::read(&path).unwrap().is_none());
        let file = KeyFile { house: Some(Uuid::from_u128(7)), seals: 2, keys: vec![numbered_key(1), numbered_key(2)] };
        file.write(&path).unwrap();
        let first = Stamp::of(&path).unwrap();
        let read = KeyFile::read(&path).unwrap().unwrap();
        assert_eq!((read.house, read.seals), (file.house, 2));
        assert_eq!(read.keys.iter().map(|kept| kept.secret.to_vec()).collect::<Vec<_>>(), [vec![1; 32], vec![2; 32]]);
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        file.write(&path).unwrap();
        assert_ne!(Stamp::of(&path).unwrap(), first, "a file put in place anew is another one");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn the_secret_of_an_older_house_is_number_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        fs::write(&path, [9; 32]).unwrap();
        let read = KeyFile::read(&path).unwrap().unwrap();
        assert_eq!(
            (read.house, read.seals, read.keys[0].number, read.keys[0].secret.to_vec()),
            (None, 1, 1, vec![9; 32])
        );
        fs::write(&path, [9; 31]).unwrap();
        assert!(KeyFile::read(&path).is_err());
    }

    #[test]
    fn a_file_that_makes_no_sense_is_refused_without_saying_what_is_in_it() {
        let hex = "ab".repeat(32);
        for (wrong, entry) in [
            (format!("seals 2\nkey 1 {hex}"), "no key 2"),
            (format!("seals 1\nkey 1 {hex}\nkey 1 {hex}"), "twice"),
            (format!("seals 1\nkey 1 {}", "ab".repeat(31)), "line 3"),
            (format!("seals 1\nkey one {hex}"), "line 3"),
            (format!("seals 1\nkey 1 {hex}\nhouse here"), "line 4"),
            (format!("seals 1\nlock 1 {hex}"), "line 3"),
            (String::new(), "no key 0"),
        ] {
            let refused = KeyFile::understood(format!("{HEADING}\n{wrong}").as_bytes()).err().unwrap();
            let refused = format!("{refused:#}");
            assert!(refused.contains(entry) && !refused.contains("abab"), "{wrong}: {refused}");
        }
    }
}
