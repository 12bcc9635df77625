//! A file while it is being written: beside the one it is to become, closed to others, and under the
//! final name only once all of it is on disk. Whoever is killed in between leaves a part, which the
//! next one writes anew, and everything else as it was.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::failpoint;
use crate::private;

/// What SQLite keeps beside a database.
pub const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// The part of one file. Dropped before it became the file, it is removed.
pub struct Part {
    path: PathBuf,
    /// Locked for as long as somebody writes it; a lock goes with its process.
    file: File,
    became: bool,
}

impl Part {
    /// Takes hold of the part of `file`, empty.
    ///
    /// # Errors
    /// Where somebody else is writing it, or the folder takes no file.
    pub fn of(file: &Path) -> anyhow::Result<Self> {
        let path = named(file, ".part");
        loop {
            let part = match private::create(&path) {
                Err(there) if there.kind() == ErrorKind::AlreadyExists => {
                    OpenOptions::new().read(true).write(true).open(&path)
                }
                made => made,
            };
            let part = part.with_context(|| path.display().to_string())?;
            match part.try_lock() {
                Err(TryLockError::WouldBlock) => bail!("{}: somebody else is writing it", path.display()),
                Err(TryLockError::Error(refused)) => return Err(refused).with_context(|| path.display().to_string()),
                Ok(()) => {}
            }
            // Whoever had it before may have given it its final name meanwhile.
            if fs::metadata(&path).is_ok_and(|named| part.metadata().is_ok_and(|held| held.ino() == named.ino())) {
                part.set_len(0)?;
                return Ok(Self { path, file: part, became: false });
            }
        }
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes another file's bytes into it.
    ///
    /// # Errors
    /// What either disk says.
    pub fn fill_from(&self, other: &Path) -> io::Result<()> {
        io::copy(&mut File::open(other)?, &mut &self.file)?;
        Ok(())
    }

    /// Brings it to disk and gives it its final name.
    ///
    /// # Errors
    /// What the disk says; the file is then what it was before.
    pub fn become_file(mut self, file: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        failpoint::point();
        fs::rename(&self.path, file)?;
        self.became = true;
        failpoint::point();
        private::sync_folder(private::around(file))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.became {
            for end in BESIDE.into_iter().chain([""]) {
                let _ = fs::remove_file(named(&self.path, end));
            }
        }
    }
}

/// A file beside this one: its name and `end`.
#[must_use]
pub fn named(file: &Path, end: &str) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(end);
    PathBuf::from(name)
}
