//! The place keys lie in: a folder that is kept in memory and nobody else can read, this process, or a server that
//! processes on several hosts share.

use std::fs::{self, DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use anyhow::{Context, bail};

use super::key_server::KeyServer;

/// Says that keys are to be kept in memory alone, though there may be a tmpfs.
const IN_MEMORY: &str = "memory";

static USUAL: OnceLock<Option<PathBuf>> = OnceLock::new();

/// The place keys are kept in.
#[derive(Debug, Clone)]
pub enum Place {
    Folder(PathBuf),
    Memory,
    Server(Arc<KeyServer>),
}

impl Place {
    /// The place `picks.key_store` names where that is no server; empty: /run/queqiao or a private folder
    /// in /dev/shm where that is a tmpfs, else memory; `memory`: memory.
    ///
    /// # Errors
    /// A configured folder that cannot be written by us alone, or lies with the data, where every
    /// backup would take the keys along. The message names the setting.
    pub fn of(key_store: &str, data: Option<&Path>) -> anyhow::Result<Self> {
        if key_store == IN_MEMORY {
            return Ok(Self::Memory);
        }
        if key_store.is_empty() {
            let usual = USUAL.get_or_init(|| {
                usual_folders().find(|folder| prepare(folder).and_then(|()| try_writing(folder)).is_ok())
            });
            return Ok(usual.clone().map_or(Self::Memory, Self::Folder));
        }
        let folder = Path::new(key_store);
        prepare(folder).with_context(|| format!("picks.key_store: {key_store}"))?;
        if let Some(data) = data
            && lies_within(folder, data)
        {
            bail!("picks.key_store: {key_store} lies with the database, where a backup would take the keys along");
        }
        Ok(Self::Folder(folder.to_owned()))
    }
}

/// A folder of our own that nobody else can look into.
fn prepare(folder: &Path) -> anyhow::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let found = fs::symlink_metadata(folder)?;
    if !found.is_dir() || found.uid() != rustix::process::geteuid().as_raw() || found.mode() & 0o077 != 0 {
        bail!("must be a folder of ours that nobody else can read (mode 0700)");
    }
    Ok(())
}

pub(super) fn try_writing(folder: &Path) -> anyhow::Result<()> {
    let trial = folder.join(format!(".trial-{}", std::process::id()));
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&trial)?;
    Ok(fs::remove_file(trial)?)
}

fn usual_folders() -> impl Iterator<Item = PathBuf> {
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let uid = rustix::process::geteuid().as_raw();
    let usual = [PathBuf::from("/run/queqiao"), PathBuf::from(format!("/dev/shm/queqiao-{uid}"))];
    usual.into_iter().filter(move |folder| is_in_memory(folder, &mounts))
}

/// Whether the file system a folder lies on is kept in memory: the longest mount point above it,
/// the last of equals, decides.
fn is_in_memory(folder: &Path, mounts: &str) -> bool {
    let kind = mounts
        .lines()
        .filter_map(|line| {
            let mut fields = line.split_ascii_whitespace().skip(1);
            Some((Path::new(fields.next()?), fields.next()?))
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

    #[test]
    fn keys_do_not_lie_with_the_data_nor_where_others_look() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("keys");
        let refused = Place::of(inside.to_str().unwrap(), Some(folder.path())).unwrap_err();
        assert!(refused.to_string().starts_with("picks.key_store"), "{refused}");
        let open = folder.path().join("open");
        DirBuilder::new().mode(0o755).create(&open).unwrap();
        let refused = Place::of(open.to_str().unwrap(), None).unwrap_err();
        assert!(format!("{refused:#}").contains("0700"), "{refused:#}");
    }

    #[test]
    fn the_innermost_mount_tells_what_a_folder_lies_on() {
        let mounts = "/dev/sda1 / ext4 rw 0 0\ntmpfs /run tmpfs rw 0 0\n/dev/sdb /run/queqiao ext4 rw 0 0\n";
        assert!(is_in_memory(Path::new("/run/other"), mounts));
        assert!(!is_in_memory(Path::new("/run/queqiao"), mounts));
        assert!(!is_in_memory(Path::new("/var/queqiao"), mounts));
    }
}
