//! Where the keys of open rounds lie: in memory that no backup sees, each until its round is
//! tallied and the tally is on disk, and not a moment longer.
//!
//! A file on a tmpfs survives a restart of the process and not a power cut; such a round is void
//! and takes half a minute to repeat. Where there is no tmpfs, keys live in this process alone.

use std::collections::HashMap;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use anyhow::{Context, bail};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::seal::Secret;
use crate::chance::Chance;
use crate::crash;

/// Keys of this process, where no tmpfs can be written.
static HELD: Mutex<Option<HashMap<Uuid, Secret>>> = Mutex::new(None);
/// The place of a process whose keys nobody else sees.
static ALONE: OnceLock<i32> = OnceLock::new();
static USUAL: OnceLock<Option<PathBuf>> = OnceLock::new();

/// The place keys are kept in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keys {
    Folder(PathBuf),
    Memory,
}

impl Keys {
    /// The place `picks.key_dir` names; empty: /run/queqiao or a private folder in /dev/shm where
    /// that is a tmpfs, else memory.
    ///
    /// # Errors
    /// A configured folder that cannot be written by us alone, or lies with the data, where every
    /// backup would take the keys along. The message names the setting.
    pub fn of(key_dir: &str, data: Option<&Path>) -> anyhow::Result<Self> {
        if key_dir.is_empty() {
            let usual = USUAL.get_or_init(|| {
                usual_folders().find(|folder| prepare(folder).and_then(|()| try_writing(folder)).is_ok())
            });
            return Ok(usual.clone().map_or(Self::Memory, Self::Folder));
        }
        let folder = Path::new(key_dir);
        prepare(folder).with_context(|| format!("picks.key_dir: {key_dir}"))?;
        if let Some(data) = data
            && lies_within(folder, data)
        {
            bail!("picks.key_dir: {key_dir} lies with the database, where a backup would take the keys along");
        }
        Ok(Self::Folder(folder.to_owned()))
    }

    /// Whether a key could be kept here now; asked once at the start, so that a wrong setting shows
    /// before the evening and not in it.
    ///
    /// # Errors
    /// Where the folder cannot be written.
    pub fn try_out(&self) -> anyhow::Result<()> {
        match self {
            Self::Memory => Ok(()),
            Self::Folder(folder) => try_writing(folder).with_context(|| format!("picks.key_dir: {}", folder.display())),
        }
    }

    /// Keeps a round's secret; a leftover of the same round that never opened is replaced.
    ///
    /// # Errors
    /// Where the file cannot be written; the round must not open then.
    pub fn keep(&self, round: Uuid, secret: &Secret) -> anyhow::Result<()> {
        match self {
            Self::Memory => {
                with_held(|held| held.insert(round, secret.clone()));
                Ok(())
            }
            Self::Folder(folder) => {
                self.destroy(round)?;
                let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path(folder, round))?;
                file.write_all(secret.as_ref())?;
                Ok(file.sync_all()?)
            }
        }
    }

    /// A round's secret; None where it was destroyed, lost, or lies with another process.
    ///
    /// # Errors
    /// A file that is there and cannot be read: that must not be taken for a lost key.
    pub fn find(&self, round: Uuid) -> anyhow::Result<Option<Secret>> {
        match self {
            Self::Memory => Ok(with_held(|held| held.get(&round).cloned())),
            Self::Folder(folder) => match File::open(path(folder, round)) {
                Ok(mut file) => {
                    let mut secret = Zeroizing::new([0; 32]);
                    file.read_exact(secret.as_mut()).context("the key of a pick round is cut short")?;
                    Ok(Some(secret))
                }
                Err(gone) if gone.kind() == ErrorKind::NotFound => Ok(None),
                Err(refused) => Err(refused).context("the key of a pick round cannot be read"),
            },
        }
    }

    /// Makes a round's ballots unreadable for good. Doing it twice is once.
    ///
    /// # Errors
    /// Where the file is there and cannot be removed.
    pub fn destroy(&self, round: Uuid) -> anyhow::Result<()> {
        match self {
            Self::Memory => {
                with_held(|held| held.remove(&round));
                Ok(())
            }
            Self::Folder(folder) => {
                let path = path(folder, round);
                match OpenOptions::new().write(true).open(&path) {
                    Ok(mut file) => {
                        file.write_all(&[0; 32])?;
                        file.sync_all()?;
                        crash::point();
                    }
                    Err(gone) if gone.kind() == ErrorKind::NotFound => return Ok(()),
                    Err(refused) => return Err(refused.into()),
                }
                match fs::remove_file(&path) {
                    Err(refused) if refused.kind() != ErrorKind::NotFound => Err(refused.into()),
                    _ => {
                        crash::point();
                        Ok(())
                    }
                }
            }
        }
    }

    /// A number for this place, the same for every process that can see it.
    ///
    /// # Errors
    /// Where the folder cannot be written or read.
    pub fn place(&self) -> anyhow::Result<i32> {
        let fresh = i32::from_be_bytes(Chance.secret()?);
        let Self::Folder(folder) = self else { return Ok(*ALONE.get_or_init(|| fresh)) };
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

    /// The rounds whose keys are here.
    ///
    /// # Errors
    /// Where the folder cannot be read.
    pub fn rounds(&self) -> anyhow::Result<Vec<Uuid>> {
        match self {
            Self::Memory => Ok(with_held(|held| held.keys().copied().collect())),
            Self::Folder(folder) => {
                let files = fs::read_dir(folder)?.filter_map(Result::ok);
                Ok(files.filter_map(|file| file.file_name().to_str()?.strip_suffix(".key")?.parse().ok()).collect())
            }
        }
    }
}

fn with_held<T>(work: impl FnOnce(&mut HashMap<Uuid, Secret>) -> T) -> T {
    // A thread that died holding the map left it whole: every change is one call.
    let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    work(held.get_or_insert_default())
}

fn path(folder: &Path, round: Uuid) -> PathBuf {
    folder.join(format!("{round}.key"))
}

/// A folder of our own that nobody else can look into.
fn prepare(folder: &Path) -> anyhow::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let found = fs::symlink_metadata(folder)?;
    let ours = fs::metadata("/proc/self").map_or(found.uid(), |process| process.uid());
    if !found.is_dir() || found.uid() != ours || found.mode() & 0o077 != 0 {
        bail!("must be a folder of ours that nobody else can read (mode 0700)");
    }
    Ok(())
}

fn try_writing(folder: &Path) -> anyhow::Result<()> {
    let trial = folder.join(format!(".trial-{}", std::process::id()));
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&trial)?;
    Ok(fs::remove_file(trial)?)
}

fn usual_folders() -> impl Iterator<Item = PathBuf> {
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let uid = fs::metadata("/proc/self").map_or(0, |process| process.uid());
    let usual = [PathBuf::from("/run/queqiao"), PathBuf::from(format!("/dev/shm/queqiao-{uid}"))];
    usual.into_iter().filter(move |folder| is_in_memory(folder, &mounts))
}

/// Whether the file system a folder lies on is kept in memory: the longest mount point above it,
/// the last of equals, decides.
fn is_in_memory(folder: &Path, mounts: &str) -> bool {
    let kind = mounts
        .lines()
        .filter_map(|line| {
            let mut words = line.split_ascii_whitespace().skip(1);
            Some((Path::new(words.next()?), words.next()?))
        })
        .filter(|(point, _)| folder.starts_with(point))
        .max_by_key(|(point, _)| point.components().count())
        .map(|(_, kind)| kind);
    matches!(kind, Some("tmpfs" | "ramfs"))
}

fn lies_within(folder: &Path, data: &Path) -> bool {
    match (folder.canonicalize(), data.canonicalize()) {
        (Ok(folder), Ok(data)) => folder.starts_with(data),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says_what_it_keeps(keys: &Keys) {
        let round = Uuid::from_u128(7);
        let secret = Zeroizing::new([5; 32]);
        assert!(keys.find(round).unwrap().is_none());
        keys.keep(round, &Zeroizing::new([4; 32])).unwrap();
        keys.keep(round, &secret).unwrap();
        assert_eq!(keys.find(round).unwrap(), Some(secret));
        assert_eq!(keys.rounds().unwrap(), [round]);
        keys.destroy(round).unwrap();
        keys.destroy(round).unwrap();
        assert!(keys.find(round).unwrap().is_none());
        assert!(keys.rounds().unwrap().is_empty());
    }

    #[test]
    fn a_key_lies_in_a_file_for_our_eyes_only_until_it_is_destroyed() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("keys");
        let keys = Keys::of(place.to_str().unwrap(), None).unwrap();
        says_what_it_keeps(&keys);
        keys.keep(Uuid::from_u128(8), &Zeroizing::new([1; 32])).unwrap();
        let file = fs::metadata(path(&place, Uuid::from_u128(8))).unwrap();
        assert_eq!((file.mode() & 0o777, file.len()), (0o600, 32));
        assert_eq!(fs::metadata(&place).unwrap().mode() & 0o777, 0o700);
    }

    #[test]
    fn without_a_tmpfs_a_key_lives_in_this_process() {
        says_what_it_keeps(&Keys::Memory);
    }

    #[test]
    fn keys_do_not_lie_with_the_data_nor_where_others_look() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("keys");
        let refused = Keys::of(inside.to_str().unwrap(), Some(folder.path())).unwrap_err();
        assert!(refused.to_string().starts_with("picks.key_dir"), "{refused}");
        let open = folder.path().join("open");
        DirBuilder::new().mode(0o755).create(&open).unwrap();
        let refused = Keys::of(open.to_str().unwrap(), None).unwrap_err();
        assert!(format!("{refused:#}").contains("0700"), "{refused:#}");
    }

    #[test]
    fn a_cut_key_is_a_fault_and_not_a_lost_key() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("keys");
        let keys = Keys::of(place.to_str().unwrap(), None).unwrap();
        fs::write(path(&place, Uuid::from_u128(9)), [0; 3]).unwrap();
        assert!(keys.find(Uuid::from_u128(9)).is_err());
    }

    #[test]
    fn the_innermost_mount_tells_what_a_folder_lies_on() {
        let mounts = "/dev/sda1 / ext4 rw 0 0\ntmpfs /run tmpfs rw 0 0\n/dev/sdb /run/queqiao ext4 rw 0 0\n";
        assert!(is_in_memory(Path::new("/run/other"), mounts));
        assert!(!is_in_memory(Path::new("/run/queqiao"), mounts));
        assert!(!is_in_memory(Path::new("/var/queqiao"), mounts));
    }
}
