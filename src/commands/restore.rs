//! `queqiao restore FILE`: puts a copy in the place of the embedded database. Whenever it is cut off,
//! there is a whole database under the name: the one that was there, or the copy. What was there is
//! kept beside it under a number, and never written over.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use clap::Args;
use sea_orm::sqlx::{Connection, query};

use super::Ended;
use super::embedded::{Alone, NotAlone, about, embedded, examine, explain_fault, open};
use super::part::{BESIDE, Part, named};
use crate::database::tenancy::Tenancy;
use crate::failpoint;
use crate::private;
use crate::settings::Settings;

#[derive(Args)]
pub struct Arguments {
    /// The copy
    pub file: PathBuf,
    /// Die like in a power cut after so many steps, for stories about crashes
    #[cfg(debug_assertions)]
    #[arg(long, hide = true)]
    crash_after: Option<i64>,
}

/// # Errors
/// On PostgreSQL; where the file is no copy of ours; where a service still has the database open;
/// where there is no room. The database is then what it was.
pub async fn restore(settings: Settings, arguments: Arguments) -> Result<(), Ended> {
    let database = embedded(&settings, "pg_restore")?;
    // Whoever would serve meanwhile is refused until this is over.
    let _alone = Tenancy::take(&settings.database.url)?;
    #[cfg(debug_assertions)]
    if let Some(steps) = arguments.crash_after {
        failpoint::after(steps);
    }
    if let Some(aside) = put_back(&arguments.file, &database).await? {
        println!("what was there is kept as {}", aside.display());
    }
    Ok(())
}

/// Gives where what was there is kept now, where something was.
async fn put_back(file: &Path, database: &Path) -> anyhow::Result<Option<PathBuf>> {
    // Asked first, so that nobody waits for a copy that cannot be put anywhere.
    let alone = alone(database).await?;
    let part = Part::of(database)?;
    failpoint::point();
    filled(&part, file).await.with_context(|| file.display().to_string())?;
    failpoint::point();
    let aside = if database.exists() { Some(put_aside(database)?) } else { None };
    failpoint::point();
    part.become_file(database).with_context(|| database.display().to_string())?;
    if let Some(alone) = alone {
        alone.release().await;
    }
    Ok(aside)
}

/// The database in our hands alone; None where there is none, or none that anybody could serve.
async fn alone(database: &Path) -> anyhow::Result<Option<Alone>> {
    if !database.exists() {
        return Ok(None);
    }
    match Alone::with(database).await {
        Ok(alone) => Ok(Some(alone)),
        Err(NotAlone::Damaged) => Ok(None),
        Err(NotAlone::InUse) => bail!("{} is in use: stop the service first", database.display()),
        Err(NotAlone::Fault(fault)) => Err(explain_fault(fault)).with_context(|| database.display().to_string()),
    }
}

/// Copies the file, with a log that lies beside it, and looks whether it is a database of ours.
async fn filled(part: &Part, file: &Path) -> anyhow::Result<()> {
    part.fill_from(file).map_err(in_words)?;
    let log = named(file, "-wal");
    if log.exists() {
        fs::copy(log, named(part.path(), "-wal")).map_err(in_words)?;
    }
    // Takes the log in. What is no database at all is told by the examination.
    let mut connection = about(file, open(part.path()).await)?;
    let _ = query("PRAGMA journal_mode = DELETE").execute(&mut connection).await;
    let _ = connection.close().await;
    examine(part.path()).await
}

/// Keeps what is there under the first free number.
fn put_aside(database: &Path) -> anyhow::Result<PathBuf> {
    for number in 1..10_000 {
        let aside = named(database, &format!(".before-restore-{number}"));
        match kept_as(database, &aside) {
            Err(taken) if taken.kind() == ErrorKind::AlreadyExists => continue,
            kept => kept.map_err(in_words).with_context(|| aside.display().to_string())?,
        }
        failpoint::point();
        // What a damaged database left beside it belongs to it, and to no other.
        for end in BESIDE {
            match fs::rename(named(database, end), named(&aside, end)) {
                Err(refused) if refused.kind() != ErrorKind::NotFound => return Err(refused.into()),
                _ => {}
            }
        }
        private::sync_folder(private::around(database))?;
        return Ok(aside);
    }
    bail!("{}: too many copies from before a restore beside it", database.display())
}

/// A second name for the file, so that the first is never without one; a copy where the disk knows no
/// second names.
fn kept_as(database: &Path, aside: &Path) -> std::io::Result<()> {
    match fs::hard_link(database, aside) {
        Err(refused) if matches!(refused.kind(), ErrorKind::Unsupported | ErrorKind::PermissionDenied) => {
            let mut copy = private::create(aside)?;
            let whole = std::io::copy(&mut fs::File::open(database)?, &mut copy).and_then(|_| copy.sync_all());
            whole.inspect_err(|_| drop(fs::remove_file(aside)))
        }
        linked => linked,
    }
}

fn in_words(refused: std::io::Error) -> anyhow::Error {
    match refused.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => anyhow!("no room left on the disk"),
        _ => refused.into(),
    }
}
