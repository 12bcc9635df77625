//! Where the keys of open rounds lie: in memory that no backup sees, each until its round is
//! tallied and the tally is on disk, and not a moment longer.
//!
//! A file on a tmpfs survives a restart of the process and not a power cut; then only a host can end
//! the round, and picking again takes half a minute. Where there is no tmpfs, keys live in this
//! process alone.
//!
//! A key belongs to the database its round was opened in, there where it lies. A copy of that database
//! that is started somewhere, with the same folder for keys as everything on one machine has, may open
//! with it what it has copied, and never takes it away from the original.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use anyhow::Context;
use uuid::Uuid;

use super::key_place::{Place, try_writing};
use crate::chance::Chance;
use crate::failpoint;
use queqiao_ballots::secret::Secret;

/// Keys by the home of their database and their round.
type HeldKeys = HashMap<(String, Uuid), Arc<Secret>>;

/// Keys of this process, where no tmpfs can be written.
static HELD: Mutex<Option<HeldKeys>> = Mutex::new(None);
/// The number of a process whose keys nobody else sees.
static ALONE: OnceLock<i32> = OnceLock::new();

/// The keys of one database, in the place they are kept in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    place: Place,
    /// Tells the database from every copy of itself.
    home: String,
}

/// What a look for a round's key came to.
#[derive(Debug)]
pub enum Looked {
    Found(Arc<Secret>),
    /// Something lies there, and it is not the key of this round.
    Wrong,
    Nowhere,
}

impl Keys {
    /// The keys of the database whose home this is, a word fit for a file's name.
    #[must_use]
    pub fn new(place: Place, home: String) -> Self {
        Self { place, home }
    }

    /// Whether a key could be kept here now; asked once at the start, so that a wrong setting shows
    /// before the evening and not in it.
    ///
    /// # Errors
    /// Where the folder cannot be written.
    pub fn try_out(&self) -> anyhow::Result<()> {
        match &self.place {
            Place::Memory => Ok(()),
            Place::Folder(folder) => {
                try_writing(folder).with_context(|| format!("picks.key_dir: {}", folder.display()))
            }
        }
    }

    /// Keeps a round's secret; a leftover of the same round that never opened is replaced.
    ///
    /// # Errors
    /// Where the file cannot be written; the round must not open then.
    pub fn keep(&self, round: Uuid, secret: &Arc<Secret>) -> anyhow::Result<()> {
        match &self.place {
            Place::Memory => {
                with_held(|held| held.insert((self.home.clone(), round), Arc::clone(secret)));
                Ok(())
            }
            Place::Folder(folder) => {
                self.destroy(round)?;
                let path = self.path(folder, round);
                let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
                file.write_all(secret.as_ref().as_ref())?;
                Ok(file.sync_all()?)
            }
        }
    }

    /// Looks for the secret of a round, which is known by its [mark](Secret::mark): first for the one
    /// kept for this database, then for one kept for another that this is a copy of.
    ///
    /// # Errors
    /// A file that is there and cannot be read: that must not be taken for a lost key.
    pub fn look(&self, round: Uuid, mark: &[u8]) -> anyhow::Result<Looked> {
        let folder = match &self.place {
            Place::Memory => {
                let held = with_held(|held| held.get(&(self.home.clone(), round)).cloned());
                return Ok(held.map_or(Looked::Nowhere, Looked::Found));
            }
            Place::Folder(folder) => folder,
        };
        let mut looked = Looked::Nowhere;
        let own = self.path(folder, round);
        let copied = keys_in(folder)?.into_iter().filter(|(of, _, path)| *of == round && *path != own);
        for path in [own.clone()].into_iter().chain(copied.map(|(_, _, path)| path)) {
            match read(&path) {
                Ok(Some(secret)) if secret.mark(round) == mark => return Ok(Looked::Found(Arc::new(secret))),
                Ok(_) => looked = Looked::Wrong,
                Err(gone) if gone.kind() == ErrorKind::NotFound => {}
                Err(refused) => return Err(refused).context("the key of a pick round cannot be read"),
            }
        }
        Ok(looked)
    }

    /// Makes a round's ballots unreadable for good, as far as they were sealed for this database.
    /// Doing it twice is once.
    ///
    /// # Errors
    /// Where the file is there and cannot be removed.
    pub fn destroy(&self, round: Uuid) -> anyhow::Result<()> {
        let folder = match &self.place {
            Place::Memory => {
                with_held(|held| held.remove(&(self.home.clone(), round)));
                return Ok(());
            }
            Place::Folder(folder) => folder,
        };
        let path = self.path(folder, round);
        match OpenOptions::new().write(true).open(&path) {
            Ok(mut file) => {
                file.write_all(&[0; Secret::LENGTH])?;
                file.sync_all()?;
                failpoint::point();
            }
            Err(gone) if gone.kind() == ErrorKind::NotFound => return Ok(()),
            Err(refused) => return Err(refused.into()),
        }
        match fs::remove_file(&path) {
            Err(refused) if refused.kind() != ErrorKind::NotFound => Err(refused.into()),
            _ => {
                failpoint::point();
                Ok(())
            }
        }
    }

    /// A number for this place, the same for every process that can see it.
    ///
    /// # Errors
    /// Where the folder cannot be written or read.
    pub fn number(&self) -> anyhow::Result<i32> {
        let fresh = i32::from_be_bytes(Chance.secret()?);
        let Place::Folder(folder) = &self.place else { return Ok(*ALONE.get_or_init(|| fresh)) };
        let (mark, trial) = (folder.join("place"), folder.join(format!(".place-{fresh:08x}")));
        if !mark.exists() {
            fs::write(&trial, fresh.to_be_bytes())?;
            // Whole or not at all, and the first one's stays: another process may be doing the same.
            let linked = fs::hard_link(&trial, &mark);
            fs::remove_file(&trial)?;
            linked.or_else(|refused| if refused.kind() == ErrorKind::AlreadyExists { Ok(()) } else { Err(refused) })?;
        }
        let mut number = [0; 4];
        File::open(mark)?.read_exact(&mut number)?;
        Ok(i32::from_be_bytes(number))
    }

    /// Where a person finds this place.
    #[must_use]
    pub fn whereabouts(&self) -> String {
        let machine = rustix::system::uname();
        let machine = machine.nodename().to_string_lossy();
        match &self.place {
            Place::Folder(folder) => format!("{machine}: {}", folder.display()),
            Place::Memory => format!("{machine}: process {}", std::process::id()),
        }
    }

    /// The rounds whose keys are kept here for this database.
    ///
    /// # Errors
    /// Where the folder cannot be read.
    pub fn rounds(&self) -> anyhow::Result<Vec<Uuid>> {
        match &self.place {
            Place::Memory => Ok(with_held(|held| {
                let ours = held.keys().filter(|(home, _)| *home == self.home);
                ours.map(|(_, round)| *round).collect()
            })),
            Place::Folder(folder) => {
                let keys = keys_in(folder)?.into_iter();
                Ok(keys.filter(|(_, home, _)| *home == self.home).map(|(round, ..)| round).collect())
            }
        }
    }

    #[must_use]
    pub fn are_in_memory(&self) -> bool {
        self.place == Place::Memory
    }

    fn path(&self, folder: &Path, round: Uuid) -> PathBuf {
        folder.join(format!("{round}.{}.key", self.home))
    }
}

fn with_held<T>(work: impl FnOnce(&mut HeldKeys) -> T) -> T {
    // A thread that died holding the map left it whole: every change is one call.
    let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    work(held.get_or_insert_default())
}

/// The keys in a folder: of which round, of whose database, and their files.
fn keys_in(folder: &Path) -> anyhow::Result<Vec<(Uuid, String, PathBuf)>> {
    let files = fs::read_dir(folder)?.filter_map(Result::ok);
    let key = |file: fs::DirEntry| {
        let name = file.file_name();
        let (round, home) = name.to_str()?.strip_suffix(".key")?.split_once('.')?;
        Some((round.parse().ok()?, home.to_owned(), file.path()))
    };
    Ok(files.filter_map(key).collect())
}

/// A secret from its file; None where the file is of another length.
fn read(path: &Path) -> std::io::Result<Option<Secret>> {
    let mut file = File::open(path)?;
    if file.metadata()?.len() != Secret::LENGTH as u64 {
        return Ok(None);
    }
    Secret::filled(|place| file.read_exact(place)).map(Some)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    fn secret(byte: u8) -> Arc<Secret> {
        let filled = Secret::filled(|place| {
            place.fill(byte);
            Ok::<_, std::io::Error>(())
        });
        Arc::new(filled.unwrap())
    }

    /// Whether the key found is this one.
    fn finds(keys: &Keys, round: Uuid, secret: &Secret) -> bool {
        let looked = keys.look(round, &secret.mark(round)).unwrap();
        matches!(looked, Looked::Found(found) if found.as_ref().as_ref() == secret.as_ref())
    }

    fn says_what_it_keeps(place: Place) {
        let round = Uuid::from_u128(7);
        let (keys, copy) = (Keys::new(place.clone(), "a".to_owned()), Keys::new(place.clone(), "b".to_owned()));
        assert!(matches!(keys.look(round, b"").unwrap(), Looked::Nowhere));
        keys.keep(round, &secret(4)).unwrap();
        keys.keep(round, &secret(5)).unwrap();
        assert!(finds(&keys, round, &secret(5)));
        assert_eq!(keys.rounds().unwrap(), [round]);
        // A copy of the database has no say.
        assert!(copy.rounds().unwrap().is_empty());
        copy.destroy(round).unwrap();
        assert!(finds(&keys, round, &secret(5)));
        assert_eq!(finds(&copy, round, &secret(5)), place != Place::Memory);
        keys.destroy(round).unwrap();
        keys.destroy(round).unwrap();
        assert!(matches!(keys.look(round, b"").unwrap(), Looked::Nowhere));
        assert!(keys.rounds().unwrap().is_empty());
    }

    #[test]
    fn a_key_lies_in_a_file_for_our_eyes_only_until_it_is_destroyed() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("keys");
        let place = Place::of(folder.to_str().unwrap(), None).unwrap();
        says_what_it_keeps(place.clone());
        let keys = Keys::new(place, "a".to_owned());
        keys.keep(Uuid::from_u128(8), &secret(1)).unwrap();
        let file = fs::metadata(keys.path(&folder, Uuid::from_u128(8))).unwrap();
        assert_eq!((file.mode() & 0o777, file.len()), (0o600, 32));
        assert_eq!(fs::metadata(&folder).unwrap().mode() & 0o777, 0o700);
    }

    #[test]
    fn without_a_tmpfs_a_key_lives_in_this_process() {
        assert_eq!(Place::of("memory", None).unwrap(), Place::Memory);
        says_what_it_keeps(Place::Memory);
    }

    #[test]
    fn what_is_not_the_key_of_a_round_is_not_taken_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("keys");
        let keys = Keys::new(Place::of(folder.to_str().unwrap(), None).unwrap(), "a".to_owned());
        let round = Uuid::from_u128(9);
        for bytes in [&[0; 3][..], &[6; 32], &[5; 33]] {
            fs::write(keys.path(&folder, round), bytes).unwrap();
            assert!(matches!(keys.look(round, &secret(5).mark(round)).unwrap(), Looked::Wrong), "{bytes:?}");
        }
        // The right one lies there, too, kept for the database that this is a copy of.
        Keys::new(Place::Folder(folder), "b".to_owned()).keep(round, &secret(5)).unwrap();
        assert!(finds(&keys, round, &secret(5)));
    }
}
