//! Where the keys of open rounds lie: in memory that no backup sees, each until its round is
//! tallied and the tally is on disk, and not a moment longer.
//!
//! A file on a tmpfs survives a restart of the process and not a power cut; then only a host can end
//! the round, and picking again takes half a minute. Where there is no tmpfs, keys live in this
//! process alone. Where processes serve on several hosts, they share a server of keys.
//!
//! A key belongs to the database its round was opened in, there where it lies. A copy of that database
//! that is started somewhere, with the same place for keys as everything on one machine has, may open
//! with it what it has copied, and never takes it away from the original.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use anyhow::Context;
use uuid::Uuid;

use super::key_folder;
use super::key_place::{Place, try_writing};
use super::key_server::Unusable;
use crate::chance::Chance;
use crate::error::Error;
use queqiao_ballots::secret::Secret;

/// Keys by the home of their database and their round.
type HeldKeys = HashMap<(String, Uuid), Arc<Secret>>;

/// Keys of this process, where no tmpfs can be written.
static HELD: Mutex<Option<HeldKeys>> = Mutex::new(None);
/// The number of a process whose keys nobody else sees.
static ALONE: OnceLock<i32> = OnceLock::new();

/// The keys of one database, in the place they are kept in.
#[derive(Debug, Clone)]
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
    /// The server of keys does not answer.
    Away,
}

impl Keys {
    /// The keys of the database whose home this is, a word fit for a file's name.
    #[must_use]
    pub fn new(place: Place, home: String) -> Self {
        Self { place, home }
    }

    /// Whether a key could be kept here now; asked once at the start, so that a wrong setting shows
    /// before the evening and not in it. A server of keys that is away stops nobody: it is examined
    /// again whenever a round is opened.
    ///
    /// # Errors
    /// Where the folder cannot be written, or the server keeps more than it may.
    pub async fn try_out(&self) -> anyhow::Result<()> {
        match &self.place {
            Place::Memory => Ok(()),
            Place::Folder(folder) => {
                try_writing(folder).with_context(|| format!("picks.key_store: {}", folder.display()))
            }
            Place::Server(server) => match server.examine().await {
                Err(away @ Unusable::Away(..)) => {
                    tracing::warn!("{away}; no round opens until it does");
                    Ok(())
                }
                examined => Ok(examined?),
            },
        }
    }

    /// Keeps a round's secret; a leftover of the same round that never opened is replaced.
    ///
    /// # Errors
    /// Where it cannot be kept, 503 `key_store_away` among it; the round must not open then.
    pub async fn keep(&self, round: Uuid, secret: &Arc<Secret>) -> Result<(), Error> {
        match &self.place {
            Place::Memory => {
                with_held(|held| held.insert((self.home.clone(), round), Arc::clone(secret)));
                Ok(())
            }
            Place::Folder(folder) => Ok(key_folder::keep(folder, &self.home, round, secret)?),
            Place::Server(server) => server.keep(&self.home, round, secret).await,
        }
    }

    /// Looks for the secret of a round, which is known by its [mark](Secret::mark): first for the one
    /// kept for this database, then for one kept for another that this is a copy of.
    ///
    /// # Errors
    /// A file that is there and cannot be read: that must not be taken for a lost key.
    pub async fn look(&self, round: Uuid, mark: &[u8]) -> anyhow::Result<Looked> {
        match &self.place {
            Place::Memory => {
                let held = with_held(|held| held.get(&(self.home.clone(), round)).cloned());
                Ok(held.map_or(Looked::Nowhere, Looked::Found))
            }
            Place::Folder(folder) => key_folder::look(folder, &self.home, round, mark),
            Place::Server(server) => match server.look(&self.home, round, mark).await {
                Err(unusable) => {
                    tracing::warn!("{unusable}");
                    Ok(Looked::Away)
                }
                looked => Ok(looked?),
            },
        }
    }

    /// Makes a round's ballots unreadable for good, as far as they were sealed for this database.
    /// Doing it twice is once.
    ///
    /// # Errors
    /// Where the key is there and cannot be removed.
    pub async fn destroy(&self, round: Uuid) -> anyhow::Result<()> {
        match &self.place {
            Place::Memory => {
                with_held(|held| held.remove(&(self.home.clone(), round)));
                Ok(())
            }
            Place::Folder(folder) => key_folder::destroy(folder, &self.home, round),
            Place::Server(server) => Ok(server.destroy(&self.home, round).await?),
        }
    }

    /// A number for this place, the same for every process that can see it.
    ///
    /// # Errors
    /// Where the folder cannot be written or read; 503 `key_store_away`.
    pub async fn number(&self) -> Result<i32, Error> {
        match &self.place {
            Place::Memory => {
                let fresh = i32::from_be_bytes(Chance.secret()?);
                Ok(*ALONE.get_or_init(|| fresh))
            }
            Place::Folder(folder) => Ok(key_folder::number(folder)?),
            Place::Server(server) => server.number().await,
        }
    }

    /// Where a person finds this place.
    #[must_use]
    pub fn whereabouts(&self) -> String {
        let machine = rustix::system::uname();
        let machine = machine.nodename().to_string_lossy();
        match &self.place {
            Place::Folder(folder) => format!("{machine}: {}", folder.display()),
            Place::Memory => format!("{machine}: process {}", std::process::id()),
            Place::Server(server) => format!("redis: {}", server.address()),
        }
    }

    /// The rounds whose keys are kept here for this database.
    ///
    /// # Errors
    /// Where the folder cannot be read, or the server is of no use.
    pub async fn rounds(&self) -> anyhow::Result<Vec<Uuid>> {
        match &self.place {
            Place::Memory => Ok(with_held(|held| {
                let ours = held.keys().filter(|(home, _)| *home == self.home);
                ours.map(|(_, round)| *round).collect()
            })),
            Place::Folder(folder) => key_folder::rounds(folder, &self.home),
            Place::Server(server) => Ok(server.rounds(&self.home).await?),
        }
    }

    #[must_use]
    pub fn are_in_memory(&self) -> bool {
        matches!(self.place, Place::Memory)
    }
}

fn with_held<T>(work: impl FnOnce(&mut HeldKeys) -> T) -> T {
    // A thread that died holding the map left it whole: every change is one call.
    let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    work(held.get_or_insert_default())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::MetadataExt;

    use super::key_folder::file_of;
    use super::*;

    fn secret(byte: u8) -> Arc<Secret> {
        let filled = Secret::filled(|place| {
            place.fill(byte);
            Ok::<_, std::io::Error>(())
        });
        Arc::new(filled.unwrap())
    }

    /// Whether the key found is this one.
    async fn finds(keys: &Keys, round: Uuid, secret: &Secret) -> bool {
        let looked = keys.look(round, &secret.mark(round)).await.unwrap();
        matches!(looked, Looked::Found(found) if found.as_ref().as_ref() == secret.as_ref())
    }

    async fn says_what_it_keeps(place: Place) {
        let round = Uuid::from_u128(7);
        let (keys, copy) = (Keys::new(place.clone(), "a".to_owned()), Keys::new(place.clone(), "b".to_owned()));
        assert!(matches!(keys.look(round, b"").await.unwrap(), Looked::Nowhere));
        keys.keep(round, &secret(4)).await.unwrap();
        keys.keep(round, &secret(5)).await.unwrap();
        assert!(finds(&keys, round, &secret(5)).await);
        assert_eq!(keys.rounds().await.unwrap(), [round]);
        // A copy of the database has no say.
        assert!(copy.rounds().await.unwrap().is_empty());
        copy.destroy(round).await.unwrap();
        assert!(finds(&keys, round, &secret(5)).await);
        assert_eq!(finds(&copy, round, &secret(5)).await, !keys.are_in_memory());
        keys.destroy(round).await.unwrap();
        keys.destroy(round).await.unwrap();
        assert!(matches!(keys.look(round, b"").await.unwrap(), Looked::Nowhere));
        assert!(keys.rounds().await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_key_lies_in_a_file_for_our_eyes_only_until_it_is_destroyed() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("keys");
        let place = Place::of(folder.to_str().unwrap(), None).unwrap();
        says_what_it_keeps(place.clone()).await;
        let keys = Keys::new(place, "a".to_owned());
        keys.keep(Uuid::from_u128(8), &secret(1)).await.unwrap();
        let file = fs::metadata(file_of(&folder, "a", Uuid::from_u128(8))).unwrap();
        assert_eq!((file.mode() & 0o777, file.len()), (0o600, 32));
        assert_eq!(fs::metadata(&folder).unwrap().mode() & 0o777, 0o700);
    }

    #[tokio::test]
    async fn without_a_tmpfs_a_key_lives_in_this_process() {
        assert!(matches!(Place::of("memory", None).unwrap(), Place::Memory));
        says_what_it_keeps(Place::Memory).await;
    }

    #[tokio::test]
    async fn what_is_not_the_key_of_a_round_is_not_taken_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("keys");
        let keys = Keys::new(Place::of(folder.to_str().unwrap(), None).unwrap(), "a".to_owned());
        let round = Uuid::from_u128(9);
        for bytes in [&[0; 3][..], &[6; 32], &[5; 33]] {
            fs::write(file_of(&folder, "a", round), bytes).unwrap();
            assert!(matches!(keys.look(round, &secret(5).mark(round)).await.unwrap(), Looked::Wrong), "{bytes:?}");
        }
        // The right one lies there, too, kept for the database that this is a copy of.
        Keys::new(Place::Folder(folder), "b".to_owned()).keep(round, &secret(5)).await.unwrap();
        assert!(finds(&keys, round, &secret(5)).await);
    }
}
