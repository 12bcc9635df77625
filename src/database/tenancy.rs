//! Who serves an embedded database. Two services on one file would each hold keys, lines and memories
//! that the other knows nothing of, so there is one: it holds a lock on a file beside the database for
//! as long as it lives, and the system frees that lock however it ends. Reading commands need no lock.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use secrecy::SecretString;

use super::address::file_of;
use super::private_files::keep_folder;

/// Held by the one process that serves an embedded database or changes its schema. On PostgreSQL, where
/// many may serve, it holds nothing.
#[derive(Debug)]
#[must_use = "the lock is let go with this"]
pub struct Tenancy {
    _lock: Option<File>,
}

impl Tenancy {
    /// Becomes the one who serves.
    ///
    /// # Errors
    /// Where somebody else serves; the message names the file and, where it can, the process.
    pub fn take(url: &SecretString) -> anyhow::Result<Self> {
        let Some(path) = lock_of(url)? else { return Ok(Self { _lock: None }) };
        let place = || path.display().to_string();
        let mut lock = open(&path).with_context(place)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => bail!("{}", Taken::by(&mut lock, &path)),
            // A file system without locks: nothing can be promised, and nothing is refused.
            Err(TryLockError::Error(fault)) if fault.kind() == std::io::ErrorKind::Unsupported => {
                tracing::warn!(file = %path.display(), "this file system has no locks: see that one service runs");
            }
            Err(TryLockError::Error(fault)) => return Err(fault).with_context(place),
        }
        // For whoever is refused; the lock holds without it, on a full disk too.
        let _ = lock.set_len(0).and_then(|()| writeln!(lock, "{}", std::process::id()));
        Ok(Self { _lock: Some(lock) })
    }

    /// Who serves this database at the moment, in words; None where nobody does, and on PostgreSQL.
    ///
    /// # Errors
    /// Where the lock cannot be looked at.
    pub fn holder(url: &SecretString) -> anyhow::Result<Option<String>> {
        let Some(path) = lock_of(url)? else { return Ok(None) };
        let mut lock = match File::open(&path) {
            Ok(lock) => lock,
            Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(fault) => return Err(fault).with_context(|| path.display().to_string()),
        };
        match lock.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Ok(Some(Taken::by(&mut lock, &path))),
            _ => Ok(None),
        }
    }
}

struct Taken;

impl Taken {
    fn by(lock: &mut File, path: &Path) -> String {
        let mut owner = String::new();
        let _ = lock.read_to_string(&mut owner);
        let who = match owner.trim().parse::<u32>() {
            Ok(process) => format!("process {process}"),
            Err(_) => "another process".to_owned(),
        };
        let database = path.with_extension("");
        let database = database.display();
        format!("{database}: {who} serves it; an embedded database has one service at a time: stop the service first")
    }
}

/// The lock beside the real file, whatever name led there.
fn lock_of(url: &SecretString) -> anyhow::Result<Option<PathBuf>> {
    let Some(path) = file_of(url) else { return Ok(None) };
    keep_folder(&path).with_context(|| path.display().to_string())?;
    let real = match fs::canonicalize(&path) {
        Ok(real) => real,
        Err(_) => {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            let folder = fs::canonicalize(folder).with_context(|| folder.display().to_string())?;
            folder.join(path.file_name().unwrap_or_default())
        }
    };
    let mut name = real.into_os_string();
    name.push(".lock");
    Ok(Some(PathBuf::from(name)))
}

fn open(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time_by_whatever_name() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("house.sqlite3");
        let url: SecretString = format!("sqlite://{}?mode=rwc", file.display()).into();
        assert_eq!(Tenancy::holder(&url).unwrap(), None);
        fs::write(&file, "").unwrap();
        let alias = folder.path().join("alias.sqlite3");
        std::os::unix::fs::symlink(&file, &alias).unwrap();
        let alias: SecretString = format!("sqlite://{}", alias.display()).into();
        let tenancy = Tenancy::take(&url).unwrap();
        let refused = Tenancy::take(&alias).unwrap_err().to_string();
        assert!(refused.contains(&format!("house.sqlite3: process {} serves it", std::process::id())), "{refused}");
        assert_eq!(Tenancy::holder(&alias).unwrap(), Some(refused));
        drop(tenancy);
        assert_eq!(Tenancy::holder(&alias).unwrap(), None);
        let _again = Tenancy::take(&alias).unwrap();
    }

    #[test]
    fn postgresql_has_no_tenant() {
        let url: SecretString = "postgres://somebody@nowhere/house".into();
        assert_eq!(Tenancy::holder(&url).unwrap(), None);
        let _both = (Tenancy::take(&url).unwrap(), Tenancy::take(&url).unwrap());
    }
}
