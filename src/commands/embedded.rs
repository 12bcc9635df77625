//! The embedded database as a file: where it lies, and whether it is ours alone just now.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use sea_orm::sqlx::{self, ConnectOptions, Connection, SqliteConnection, query, query_scalar};

use super::Ended;
use crate::database::address::file_of;
use crate::settings::Settings;

/// SQLite's codes (the lower byte of what it says).
const BUSY: i64 = 5;
const CORRUPT: i64 = 11;
const FULL: i64 = 13;
const NOT_A_DATABASE: i64 = 26;

/// # Errors
/// On PostgreSQL, with the program to use instead.
pub fn embedded(settings: &Settings, instead: &str) -> Result<PathBuf, Ended> {
    let file = file_of(&settings.database.url);
    file.ok_or_else(|| Ended::Usage(format!("database.url is PostgreSQL: use {instead}")))
}

/// # Errors
/// Where there is none.
pub async fn open(file: &Path) -> sqlx::Result<SqliteConnection> {
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(false).disable_statement_logging();
    SqliteConnection::connect_with(&options).await
}

/// The database in nobody's hands but ours, until this is dropped or released.
pub struct Alone(SqliteConnection);

/// Why a database is not ours alone.
pub enum NotAlone {
    /// Somebody serves it.
    InUse,
    /// It is damaged: nobody can serve it.
    Damaged,
    Fault(sqlx::Error),
}

impl Alone {
    /// Takes the database for ourselves, all of it in its one file. A connection in write-ahead mode
    /// holds a shared lock for as long as it lives, so the exclusive one is only to be had when
    /// nobody serves; whoever starts meanwhile waits.
    ///
    /// # Errors
    /// See [`NotAlone`].
    pub async fn with(file: &Path) -> Result<Self, NotAlone> {
        let mut connection = open(file).await?;
        query("PRAGMA busy_timeout = 200").execute(&mut connection).await?;
        query("PRAGMA locking_mode = EXCLUSIVE").execute(&mut connection).await?;
        query("BEGIN EXCLUSIVE").execute(&mut connection).await?;
        query("ROLLBACK").execute(&mut connection).await?;
        // Also removes the write-ahead log: all of it is in the file now.
        query("PRAGMA journal_mode = DELETE").execute(&mut connection).await?;
        query("BEGIN EXCLUSIVE").execute(&mut connection).await?;
        Ok(Self(connection))
    }

    /// Lets others have it.
    pub async fn release(self) {
        let mut connection = self.0;
        let _ = query("ROLLBACK").execute(&mut connection).await;
        let _ = connection.close().await;
    }
}

impl From<sqlx::Error> for NotAlone {
    fn from(fault: sqlx::Error) -> Self {
        match code(&fault) {
            Some(BUSY) => Self::InUse,
            Some(CORRUPT | NOT_A_DATABASE) => Self::Damaged,
            _ => Self::Fault(fault),
        }
    }
}

/// Whether a file is a database of ours, with everything in its place.
///
/// # Errors
/// What is wrong with it.
pub async fn examine(file: &Path) -> anyhow::Result<()> {
    let sound = async {
        let mut connection = open(file).await?;
        let sound = query_scalar::<_, String>("PRAGMA integrity_check").fetch_one(&mut connection).await;
        let ours = "SELECT count(*) FROM seaql_migrations WHERE version = 'm0001_ground'";
        let ours: i64 = query_scalar(ours).fetch_one(&mut connection).await.unwrap_or(0);
        let _ = connection.close().await;
        sqlx::Result::Ok(sound? == "ok" && ours == 1)
    };
    match sound.await {
        Ok(true) => Ok(()),
        Ok(false) => Err(anyhow!("not a sound copy of a Queqiao database")),
        Err(fault) if matches!(code(&fault), Some(CORRUPT | NOT_A_DATABASE)) => {
            Err(anyhow!("not a sound copy of a Queqiao database"))
        }
        Err(fault) => Err(explain_fault(fault)),
    }
}

/// What a database said, in true words: a full disk is no other program's fault.
#[must_use]
pub fn explain_fault(fault: sqlx::Error) -> anyhow::Error {
    match code(&fault) {
        Some(FULL) => anyhow!("no room left on the disk"),
        Some(BUSY) => anyhow!("somebody else is writing the database"),
        _ => fault.into(),
    }
}

fn code(fault: &sqlx::Error) -> Option<i64> {
    let reported = fault.as_database_error()?.code()?;
    reported.parse::<i64>().ok().map(|code| code & 0xff)
}

/// Says of which file something is told.
///
/// # Errors
/// What was told, with the file's name before it.
pub fn about<T>(file: &Path, outcome: sqlx::Result<T>) -> anyhow::Result<T> {
    outcome.map_err(explain_fault).with_context(|| file.display().to_string())
}
