//! Keys in a folder on a tmpfs: a file each, for our eyes only.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use uuid::Uuid;

use super::keys::Looked;
use crate::chance::Chance;
use crate::failpoint;
use queqiao_ballots::secret::Secret;

/// The file of a round's key that is kept for the database with this home.
pub(super) fn file_of(folder: &Path, home: &str, round: Uuid) -> PathBuf {
    folder.join(format!("{round}.{home}.key"))
}

/// # Errors
/// Where the file cannot be written.
pub(super) fn keep(folder: &Path, home: &str, round: Uuid, secret: &Secret) -> anyhow::Result<()> {
    destroy(folder, home, round)?;
    let path = file_of(folder, home, round);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(secret.as_ref())?;
    Ok(file.sync_all()?)
}

/// First the one kept for this database, then one kept for another that this is a copy of.
///
/// # Errors
/// A file that is there and cannot be read: that must not be taken for a lost key.
pub(super) fn look(folder: &Path, home: &str, round: Uuid, mark: &[u8]) -> anyhow::Result<Looked> {
    let mut looked = Looked::Nowhere;
    let own = file_of(folder, home, round);
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

/// # Errors
/// Where the file is there and cannot be removed.
pub(super) fn destroy(folder: &Path, home: &str, round: Uuid) -> anyhow::Result<()> {
    let path = file_of(folder, home, round);
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

/// A number for this folder, the same for every process that can see it.
///
/// # Errors
/// Where the folder cannot be written or read.
pub(super) fn number(folder: &Path) -> anyhow::Result<i32> {
    let fresh = i32::from_be_bytes(Chance.secret()?);
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

/// The rounds whose keys are kept here for the database with this home.
///
/// # Errors
/// Where the folder cannot be read.
pub(super) fn rounds(folder: &Path, home: &str) -> anyhow::Result<Vec<Uuid>> {
    let keys = keys_in(folder)?.into_iter();
    Ok(keys.filter(|(_, of, _)| of == home).map(|(round, ..)| round).collect())
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
