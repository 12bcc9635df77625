//! `queqiao backup FILE`: a consistent copy of the embedded database, made while it serves. Ballots of
//! an open pick round are in it as they are in the database: sealed, with a key that was never there.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use sea_orm::sqlx::{Connection, query};

use super::Ended;
use super::embedded::{about, embedded, examine, open};
use super::part::Part;
use crate::database::inode;
use crate::failpoint;
use crate::settings::Settings;

/// What every SQLite database begins with.
const SQLITE: &[u8; 16] = b"SQLite format 3\0";

#[derive(Args)]
pub struct Arguments {
    /// The copy
    pub file: PathBuf,
    /// Also over a copy that is already there
    #[arg(long)]
    replace: bool,
    /// Die like in a power cut after so many steps, for stories about crashes
    #[cfg(debug_assertions)]
    #[arg(long, hide = true)]
    crash_after: Option<i64>,
}

/// # Errors
/// On PostgreSQL, which has `pg_dump`; where the file is already there; where it cannot be written. A
/// file of that name is a whole copy, or is not there.
pub async fn backup(settings: Settings, arguments: Arguments) -> Result<(), Ended> {
    let database = embedded(&settings, "pg_dump")?;
    let file = arguments.file;
    if file.symlink_metadata().is_ok() {
        if !arguments.replace {
            return Err(Ended::Usage(format!("{} is already there; --replace writes over it", file.display())));
        }
        if !is_a_copy(&database, &file) {
            return Err(Ended::Usage(format!("{} is no copy of a database: nothing was written", file.display())));
        }
    }
    #[cfg(debug_assertions)]
    if let Some(steps) = arguments.crash_after {
        failpoint::after(steps);
    }
    Ok(copy(&database, &file).await?)
}

/// Whether a file may be written over: a database, and not the one that is copied, by whatever name.
fn is_a_copy(database: &Path, file: &Path) -> bool {
    let itself = match (inode(database), inode(file)) {
        (Ok(database), Ok(file)) => database == file,
        _ => return false,
    };
    let mut head = [0; SQLITE.len()];
    let begins = File::open(file).and_then(|mut file| file.read_exact(&mut head));
    !itself && begins.is_ok() && head == *SQLITE
}

async fn copy(database: &Path, file: &Path) -> anyhow::Result<()> {
    let part = Part::of(file)?;
    failpoint::point();
    let mut connection = about(database, open(database).await)?;
    let into = part.path().to_string_lossy().into_owned();
    let copied = query("VACUUM INTO $1").bind(into).execute(&mut connection).await;
    let _ = connection.close().await;
    about(file, copied)?;
    failpoint::point();
    examine(part.path()).await.with_context(|| file.display().to_string())?;
    failpoint::point();
    part.become_file(file).with_context(|| file.display().to_string())
}
