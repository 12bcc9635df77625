//! Connect, and begin to write. [`Database::begin_write`] is the only `begin` in the program.
//!
//! SQLite: one writer connection and a pool of readers that cannot write. A deferred `BEGIN` that
//! reads first and writes later fails at once when somebody else wrote in between, whatever
//! `busy_timeout` says, so writing begins with `BEGIN IMMEDIATE`, and verbs that stand in line share one
//! durable commit ([`group`]). PostgreSQL: one pool, READ
//! COMMITTED and row locks. The rooms see one code path.

mod group;
pub mod hearsay;
pub mod serving;
pub mod undone;
mod whereabouts;
mod write;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use migration::{Migrator, MigratorTrait};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{Connection, PgConnection, query};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database as Connect, DatabaseConnection, DbBackend, DbErr, Statement,
    TransactionTrait,
};
use secrecy::{ExposeSecret, SecretString};

use crate::error::Error;
use crate::private;
use crate::secrets::without_password;
use group::Line;
use write::Way;

use crate::once;
pub use write::Write;

/// Advisory lock that lets one process at a time migrate a PostgreSQL database.
const MIGRATION_LOCK: i64 = 0x0071_7565_7169_616f;

/// A connection that was in use so lately is not asked whether the server is still there.
const SURELY_ALIVE: Duration = Duration::from_secs(1);

#[derive(Clone, Debug)]
pub struct Database {
    writer: DatabaseConnection,
    /// Where verbs stand in line for the one writer of SQLite; None on PostgreSQL.
    line: Option<Line>,
    reader: DatabaseConnection,
}

impl Database {
    /// # Errors
    /// An address that is neither SQLite nor PostgreSQL, or a database out of reach; the message
    /// names the address without its password.
    pub async fn connect(url: &SecretString, connections: u32) -> anyhow::Result<Self> {
        let place = || format!("database {}", without_password(url));
        let address = url.expose_secret();
        if let Some(file) = file_of(url) {
            keep_private(&file).with_context(place)?;
            let writer = Connect::connect(sqlite(address, 1, false)).await.with_context(place)?;
            let reader = Connect::connect(sqlite(address, connections, true)).await.with_context(place)?;
            Ok(Self { line: Some(Line::before(writer.clone())), writer, reader })
        } else if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            // A pool only says that it timed out; one connection says why.
            PgConnection::connect(address).await.with_context(place)?.close().await?;
            let pool = Connect::connect(postgres(address, connections)).await.with_context(place)?;
            Ok(Self { line: None, writer: pool.clone(), reader: pool })
        } else {
            bail!("database.url: {} is neither sqlite:// nor postgres://", without_password(url));
        }
    }

    /// For questions outside a verb. On SQLite these connections refuse to write.
    #[must_use]
    pub fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    #[cfg(test)]
    pub(crate) fn people_in_line(&self) -> usize {
        self.line.as_ref().map_or(0, Line::people)
    }

    #[must_use]
    pub fn is_postgres(&self) -> bool {
        self.writer.get_database_backend() == DbBackend::Postgres
    }

    /// Begins the one transaction of a verb. Where the request carries an `Idempotency-Key`, the
    /// key is claimed in this very transaction: both are kept, or neither.
    ///
    /// # Errors
    /// 409 `request_in_progress` where another request holds the key; a fault where the database
    /// does not answer.
    pub async fn begin_write(&self) -> Result<Write, Error> {
        // In a task of its own: a `begin` dropped half-way would leave the pooled connection
        // inside a transaction (sqlx 0.9), and somebody else's statements would vanish in it.
        let begun = match &self.line {
            Some(line) => tokio::spawn(begin_grouped(line.clone())),
            None => tokio::spawn(begin_alone(self.writer.clone())),
        };
        let write = begun.await.map_err(Error::fault)??;
        once::claim(&write).await?;
        Ok(write)
    }

    /// Brings the schema up to date, one process at a time.
    ///
    /// # Errors
    /// A migration that fails; the schema stays as it was.
    pub async fn migrate(&self) -> anyhow::Result<()> {
        if !self.is_postgres() {
            return Ok(Migrator::up(&self.writer, None).await?);
        }
        let hold = self.hold_schema().await?;
        let migrated = Migrator::up(&self.writer, None).await;
        if let Some(lock) = hold {
            lock.close().await?;
        }
        Ok(migrated?)
    }

    /// Keeps the schema from everybody else who would change it, for as long as the connection lives;
    /// None on the embedded database, whose file is locked.
    ///
    /// # Errors
    /// Only faults.
    pub async fn hold_schema(&self) -> anyhow::Result<Option<PgConnection>> {
        if !self.is_postgres() {
            return Ok(None);
        }
        // On a connection of its own: with a pool of one, waiting for the lock on a pooled
        // connection would wait for itself.
        let options = self.writer.get_postgres_connection_pool().connect_options();
        let mut lock = PgConnection::connect_with(&options).await?;
        query("SELECT pg_advisory_lock($1)").bind(MIGRATION_LOCK).execute(&mut lock).await?;
        Ok(Some(lock))
    }

    /// Whether some process serves this database, where that shows in the database itself: on
    /// PostgreSQL. The embedded one shows it by the locks of its file.
    ///
    /// # Errors
    /// Only faults.
    pub async fn is_served(&self) -> Result<bool, DbErr> {
        Ok(self.is_postgres() && serving::is_marked(&self.reader).await?)
    }

    /// A connection to PostgreSQL outside the pool, for what lasts as long as the process.
    ///
    /// # Errors
    /// Only faults.
    pub async fn own_connection(&self) -> Result<PgConnection, Error> {
        let options = self.writer.get_postgres_connection_pool().connect_options();
        PgConnection::connect_with(&options).await.map_err(Error::fault)
    }

    /// The connection migrations and backups work on.
    #[must_use]
    pub fn writer_for_schema(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// Brings what is committed into the database file and empties the write-ahead log, so that
    /// bytes deleted before are in neither. Readers may hold it up; it tries for a second and says
    /// whether it is done. PostgreSQL looks after its log itself.
    ///
    /// # Errors
    /// Only faults.
    pub async fn settle(&self) -> Result<bool, DbErr> {
        if self.is_postgres() {
            return Ok(true);
        }
        for _ in 0..20 {
            let outcome = Statement::from_string(DbBackend::Sqlite, "PRAGMA wal_checkpoint(TRUNCATE)");
            let row = self.writer.query_one_raw(outcome).await?;
            if row.is_some_and(|row| matches!(row.try_get_by_index::<i32>(0), Ok(0))) {
                return Ok(true);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(false)
    }

    /// Whether the database answers and its schema is the one this binary knows.
    pub async fn is_ready(&self) -> bool {
        matches!(Migrator::get_pending_migrations_read_only(&self.reader).await, Ok(pending) if pending.is_empty())
    }

    pub async fn close(self) {
        let _ = self.reader.close().await;
        let _ = self.writer.close().await;
    }
}

async fn begin_grouped(line: Line) -> Result<Write, DbErr> {
    Ok(Way::Grouped(line.begin().await?).into())
}

async fn begin_alone(writer: DatabaseConnection) -> Result<Write, DbErr> {
    Ok(Way::Alone(writer.begin().await?).into())
}

/// Where the embedded database lies, by its address; None for PostgreSQL.
#[must_use]
pub fn file_of(url: &SecretString) -> Option<PathBuf> {
    let path = url.expose_secret().strip_prefix("sqlite://")?;
    Some(PathBuf::from(path.split('?').next().unwrap_or(path)))
}

/// Nobody else on this machine reads it, nor what lies beside it: the file, its log, and copies that
/// earlier versions left open. SQLite gives its log the rights the file has.
fn keep_private(file: &Path) -> std::io::Result<()> {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let folder = private::around(file);
    private::folder(folder, |other| private::is_ours(other) || other.starts_with(&stem))?;
    match private::create(file) {
        Err(refused) if refused.kind() != ErrorKind::AlreadyExists => return Err(refused),
        _ => {}
    }
    for beside in fs::read_dir(folder)?.flatten() {
        let other = beside.file_name().to_string_lossy().into_owned();
        if other.starts_with(&name) || (other.starts_with(&stem) && other.contains(".before-restore")) {
            private::close(&beside.path())?;
        }
    }
    Ok(())
}

fn sqlite(url: &str, connections: u32, reads_only: bool) -> ConnectOptions {
    let mut options = quiet(ConnectOptions::new(url), connections);
    if !reads_only {
        // The writer lives as long as the house: nobody may find it being replaced.
        options.min_connections(1).idle_timeout(None).max_lifetime(None);
    }
    options.map_sqlx_sqlite_opts(move |options: SqliteConnectOptions| {
        let options = options
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // What was answered is on disk.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(5))
            .foreign_keys(true)
            // What is deleted is gone from the file, not only from its index: ballots above all.
            .pragma("secure_delete", "on")
            .pragma("cache_size", "-16000");
        if reads_only { options.pragma("query_only", "on") } else { options.optimize_on_close(true, Some(400)) }
    });
    options
}

fn postgres(url: &str, connections: u32) -> ConnectOptions {
    let mut options = quiet(ConnectOptions::new(url), connections);
    options.map_sqlx_postgres_pool_opts(|pool| {
        pool.before_acquire(|connection, since| {
            Box::pin(async move {
                if since.idle_for > SURELY_ALIVE {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
    });
    options
}

fn quiet(mut options: ConnectOptions, connections: u32) -> ConnectOptions {
    options
        .max_connections(connections)
        // Whoever stands in line for a busy event waits; refusing them sooner would only bring them back.
        .acquire_timeout(Duration::from_secs(30))
        .connect_timeout(Duration::from_secs(10))
        // A round trip before each question; see `postgres` for where it is asked all the same.
        .test_before_acquire(false)
        .sqlx_logging(false)
        .record_stmt_in_spans(false);
    options
}
