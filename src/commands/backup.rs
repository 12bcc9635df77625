//! `queqiao backup FILE` and `restore FILE`: a consistent copy of the embedded database, made while
//! it serves. Ballots of an open pick round are in it as they are in the database: sealed, with a
//! key that was never there.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use sea_orm::sqlx::{ConnectOptions, Connection, SqliteConnection, query, query_scalar};
use secrecy::ExposeSecret;

use super::Ended;
use crate::settings::Settings;

#[derive(Args)]
pub struct Arguments {
    /// The copy
    pub file: PathBuf,
}

/// # Errors
/// On PostgreSQL, which has `pg_dump`; where the file is already there; where it cannot be written.
pub async fn backup(settings: Settings, arguments: Arguments) -> Result<(), Ended> {
    let database = embedded(&settings, "pg_dump")?;
    if arguments.file.exists() {
        return Err(Ended::Usage(format!("{} is already there", arguments.file.display())));
    }
    Ok(copy(&database, &arguments.file).await?)
}

/// # Errors
/// On PostgreSQL; where the file is no copy of ours; where a service still has the database open.
pub async fn restore(settings: Settings, arguments: Arguments) -> Result<(), Ended> {
    let database = embedded(&settings, "pg_restore")?;
    Ok(put_back(&arguments.file, &database).await?)
}

fn embedded(settings: &Settings, instead: &str) -> Result<PathBuf, Ended> {
    let url = settings.database.url.expose_secret();
    match url.strip_prefix("sqlite://") {
        Some(path) => Ok(PathBuf::from(path.split('?').next().unwrap_or(path))),
        None => Err(Ended::Usage(format!("database.url is PostgreSQL: use {instead}"))),
    }
}

async fn open(path: &Path) -> anyhow::Result<SqliteConnection> {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(false).disable_statement_logging();
    SqliteConnection::connect_with(&options).await.with_context(|| path.display().to_string())
}

async fn copy(database: &Path, file: &Path) -> anyhow::Result<()> {
    let mut connection = open(database).await?;
    query("VACUUM INTO $1").bind(file.to_string_lossy().into_owned()).execute(&mut connection).await?;
    connection.close().await?;
    fs::File::open(file)?.sync_all()?;
    Ok(())
}

async fn put_back(file: &Path, database: &Path) -> anyhow::Result<()> {
    let mut connection = open(file).await?;
    let sound: String = query_scalar("PRAGMA integrity_check").fetch_one(&mut connection).await?;
    let ours: i64 = query_scalar("SELECT count(*) FROM sqlite_master WHERE name = 'seaql_migrations'")
        .fetch_one(&mut connection)
        .await?;
    connection.close().await?;
    if sound != "ok" || ours == 0 {
        bail!("{}: not a sound copy of a Queqiao database", file.display());
    }
    if database.exists() {
        nobody_has_open(database).await?;
        let aside = database.with_extension("before-restore");
        fs::rename(database, &aside).with_context(|| aside.display().to_string())?;
    }
    for leftover in ["-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{leftover}", database.display()));
    }
    fs::copy(file, database).with_context(|| database.display().to_string())?;
    fs::File::open(database)?.sync_all()?;
    Ok(())
}

/// A connection in write-ahead mode holds a shared lock for as long as it lives, so the exclusive
/// one is only to be had when nobody serves.
async fn nobody_has_open(database: &Path) -> anyhow::Result<()> {
    let mut connection = open(database).await?;
    query("PRAGMA busy_timeout = 200").execute(&mut connection).await?;
    query("PRAGMA locking_mode = EXCLUSIVE").execute(&mut connection).await?;
    let alone = query("BEGIN EXCLUSIVE").execute(&mut connection).await.is_ok();
    if !alone {
        bail!("{} is in use: stop the service first", database.display());
    }
    query("ROLLBACK").execute(&mut connection).await?;
    // Everything still in the write-ahead log belongs into the file that is put aside.
    query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}
