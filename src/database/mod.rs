//! Connect, and begin to write. [`Database::begin_write`] is the only `begin` in the program.
//!
//! SQLite: one writer connection and a pool of readers that cannot write. A deferred `BEGIN` that
//! reads first and writes later fails at once when somebody else wrote in between, whatever
//! `busy_timeout` says, so writing begins with `BEGIN IMMEDIATE`, and verbs that stand in line share one
//! durable commit ([`group`]). PostgreSQL: connections that read, connections that write, READ
//! COMMITTED and row locks, with a limit on everything ([`server`]). The rooms see one code path.

pub mod errand;
mod group_commit;
pub mod commit_dependency;
mod pool;
mod reader;
mod readiness;
pub mod schema;
mod server;
pub mod serving;
mod spoken;
pub mod tenancy;
pub mod undone;
mod whereabouts;
mod write;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{ConnectOptions as _, Connection, Executor, PgConnection, query};
use sea_orm::{ConnectOptions, ConnectionTrait, Database as Connect, DatabaseConnection, DbErr};
use secrecy::{ExposeSecret, SecretString};
use tracing::Instrument;

use crate::error::trouble::Trouble;
use crate::error::{Error, Fault};
use crate::private;
use crate::secrets::without_password;
use crate::settings::{DatabaseSettings, Settings};
use group_commit::WriteQueue;
use pool::Limits;
use readiness::Readiness;
pub use readiness::inode;
use server::Server;

use crate::idempotency;
pub use reader::Reader;
pub use write::Write;

/// How many ids one statement names.
pub const IDS_A_STATEMENT: usize = 1_000;

/// Advisory lock that lets one process at a time migrate a PostgreSQL database.
const MIGRATION_LOCK: i64 = 0x0071_7565_7169_616f;

#[derive(Clone, Debug)]
pub struct Database {
    engine: Engine,
    reader: Reader,
    /// What migrations work on: they take as long as they take.
    schema: DatabaseConnection,
    readiness: Arc<Readiness>,
}

#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "one a house")]
enum Engine {
    /// Verbs stand in line for the one writer.
    Embedded(WriteQueue),
    Server(Server),
}

impl Database {
    /// As configured but for the address and the number of connections.
    ///
    /// # Errors
    /// As [`Database::open`].
    pub async fn connect(url: &SecretString, connections: u32) -> anyhow::Result<Self> {
        let defaults = Settings::defaults()?.database;
        Self::open(&DatabaseSettings { url: url.clone(), connections, ..defaults }).await
    }

    /// # Errors
    /// An address that is neither SQLite nor PostgreSQL, or a database out of reach; the message
    /// names the address without its password.
    pub async fn open(settings: &DatabaseSettings) -> anyhow::Result<Self> {
        let DatabaseSettings { url, connections, .. } = settings;
        let place = || format!("database {}", without_password(url));
        let address = url.expose_secret();
        if let Some(file) = file_of(url) {
            keep_private(&file).with_context(place)?;
            let schema = Connect::connect(sqlite(address, 1, false)).await.with_context(place)?;
            let readers = Connect::connect(sqlite(address, readers(*connections), true)).await.with_context(place)?;
            let writer: SqliteConnectOptions = address.parse().with_context(place)?;
            let line = WriteQueue::before(embedded(writer.disable_statement_logging()));
            let readiness = Arc::new(Readiness::of(file).with_context(place)?);
            Ok(Self { engine: Engine::Embedded(line), reader: Reader::Embedded(readers), schema, readiness })
        } else if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            let options = spoken_to(url).with_context(place)?;
            let server = Server::new(&options, Limits::from(settings), *connections);
            // A pool only says that it timed out; one connection says why.
            server.writers.connect().await.with_context(place)?.close().await?;
            let schema = Connect::connect(lazily(address)).await.with_context(place)?;
            let reader = Reader::Server(server.readers.clone());
            Ok(Self { engine: Engine::Server(server), reader, schema, readiness: Arc::default() })
        } else {
            bail!("database.url: {} is neither sqlite:// nor postgres://", without_password(url));
        }
    }

    /// Whether a server will do for a house with so many connections, before anybody is served.
    ///
    /// # Errors
    /// What it lacks, in words.
    pub async fn examine(&self, connections: u32) -> anyhow::Result<()> {
        match &self.engine {
            Engine::Embedded(_) => Ok(()),
            Engine::Server(server) => server.examine(connections.max(2) + server::BESIDES).await,
        }
    }

    /// For questions outside a verb. These connections refuse to write.
    #[must_use]
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    #[cfg(test)]
    pub(crate) fn people_in_line(&self) -> usize {
        match &self.engine {
            Engine::Embedded(line) => line.people(),
            Engine::Server(_) => 0,
        }
    }

    #[must_use]
    pub fn is_postgres(&self) -> bool {
        matches!(self.engine, Engine::Server(_))
    }

    /// Begins the one transaction of a verb. Where the request carries an `Idempotency-Key`, the
    /// key is claimed in this very transaction: both are kept, or neither.
    ///
    /// # Errors
    /// 409 `request_in_progress` where another request holds the key; a fault where the database
    /// does not answer, or nobody waits for the answer any more.
    pub async fn begin_write(&self) -> Result<Write, Error> {
        let begun = tokio::select! {
            begun = self.begin() => begun,
            () = errand::abandoned() => {
                Err(Fault::with_trouble(Trouble::Busy, anyhow!("nobody waits for the answer any more")))
            }
        };
        let write = begun?;
        idempotency::claim(&write).await?;
        Ok(write)
    }

    async fn begin(&self) -> Result<Write, Fault> {
        // In a task of its own: whoever goes away half-way must neither leave the line in disorder nor
        // a connection inside a transaction.
        let begun = match &self.engine {
            Engine::Embedded(line) => tokio::spawn(begin_grouped(line.clone()).in_current_span()),
            Engine::Server(server) => tokio::spawn(begin_alone(server.clone(), errand::lane()).in_current_span()),
        };
        Ok(begun.await.map_err(Fault::of)??)
    }

    /// Brings the schema up to date, one process at a time.
    ///
    /// # Errors
    /// A binary that is older than the schema, or a migration that fails; the schema stays as it was.
    pub async fn migrate(&self) -> anyhow::Result<()> {
        let hold = self.hold_schema().await?;
        let migrated = schema::bring_up(&self.schema).await;
        if let Some(lock) = hold {
            lock.close().await?;
        }
        migrated
    }

    /// Keeps the schema from everybody else who would change it, for as long as the connection lives;
    /// None on the embedded database, whose file is locked.
    ///
    /// # Errors
    /// Only faults.
    pub async fn hold_schema(&self) -> anyhow::Result<Option<PgConnection>> {
        let Engine::Server(server) = &self.engine else { return Ok(None) };
        // However long the others migrate, and however long we do.
        let mut lock = server.writers.connect().await?;
        lock.execute("SET lock_timeout = 0; SET statement_timeout = 0").await?;
        query("SELECT pg_advisory_lock($1)").bind(MIGRATION_LOCK).execute(&mut lock).await?;
        Ok(Some(lock))
    }

    /// Whether some process serves this database, where that shows in the database itself: on
    /// PostgreSQL. The embedded one shows it by the locks of its file.
    pub async fn is_served(&self) -> Result<bool, DbErr> {
        Ok(self.is_postgres() && serving::is_marked(&self.reader).await?)
    }

    /// A connection to PostgreSQL outside the pool, for what lasts as long as the process.
    pub async fn own_connection(&self) -> Result<PgConnection, Fault> {
        match &self.engine {
            Engine::Server(server) => server.writers.connect().await.map_err(Fault::of),
            Engine::Embedded(_) => Err(anyhow!("an embedded database has no connections of one's own").into()),
        }
    }

    /// The connection migrations work on.
    #[must_use]
    pub fn writer_for_schema(&self) -> &DatabaseConnection {
        &self.schema
    }

    /// Brings what is committed into the database file and empties the write-ahead log, so that
    /// bytes deleted before are in neither. Readers may hold it up; it tries for a second and says
    /// whether it is done: what was committed is committed, also where it is not. PostgreSQL looks
    /// after its log itself.
    pub async fn checkpoint(&self) -> Result<bool, DbErr> {
        let Engine::Embedded(line) = &self.engine else { return Ok(true) };
        for _ in 0..20 {
            let line = line.clone();
            // In a task of its own: it may end a transaction that others wait for.
            match tokio::spawn(async move { line.checkpoint().await }).await {
                Ok(Ok(true)) => return Ok(true),
                Ok(Ok(false)) => {}
                Ok(Err(fault)) => tracing::warn!(%fault, "the write-ahead log could not be emptied"),
                Err(broken) => tracing::warn!(%broken, "the write-ahead log could not be emptied"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(false)
    }

    /// Writes the embedded database anew, so that nothing stands in it but what its rows say: after
    /// much was overwritten, and before anybody is served.
    ///
    /// # Errors
    /// Only faults, a full disk above all.
    pub async fn rewrite(&self) -> Result<(), DbErr> {
        if !self.is_postgres() {
            self.schema.execute_unprepared("VACUUM").await?;
            self.checkpoint().await?;
        }
        Ok(())
    }

    /// Gives what rows that are gone took back to the tables, where the database does not do so by
    /// itself: on PostgreSQL, whose dead rows would stand there until it thinks it worth its while.
    ///
    /// # Errors
    /// Where this house may not do that to its tables.
    pub async fn sweep_up(&self, tables: &[&str]) -> Result<(), DbErr> {
        if self.is_postgres() {
            self.schema.execute_unprepared(&format!("VACUUM {}", tables.join(", "))).await?;
        }
        Ok(())
    }

    /// Closes what can be closed within a few seconds.
    pub async fn close(self) {
        match &self.engine {
            Engine::Embedded(line) => line.close().await,
            Engine::Server(server) => server.close(),
        }
        let rest = async {
            if let Reader::Embedded(readers) = self.reader {
                let _ = readers.close().await;
            }
            let _ = self.schema.close().await;
        };
        let _ = tokio::time::timeout(Duration::from_secs(5), rest).await;
    }
}

async fn begin_grouped(line: WriteQueue) -> Result<Write, DbErr> {
    Ok(line.begin().await?.into())
}

async fn begin_alone(server: Server, lane: Option<Arc<str>>) -> Result<Write, DbErr> {
    Ok(server.begin(lane).await?.into())
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
    let stem = stem_of(file);
    let folder = private::around(file);
    keep_folder(file)?;
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

/// Sees to the folder the database lies in.
fn keep_folder(file: &Path) -> std::io::Result<()> {
    let stem = stem_of(file);
    private::folder(private::around(file), |other| private::is_ours(other) || other.starts_with(&stem))
}

fn stem_of(file: &Path) -> String {
    file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

fn sqlite(url: &str, connections: u32, reads_only: bool) -> ConnectOptions {
    let mut options = quiet(url, connections);
    options.map_sqlx_sqlite_opts(move |options| {
        let options = embedded(options);
        if reads_only { options.pragma("query_only", "on") } else { options }
    });
    options
}

/// How many connections read an embedded database: it reads with this machine's cores, and each takes a
/// thread, a cache and its prepared questions.
fn readers(wished: u32) -> u32 {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    wished.min(u32::try_from(2 * cores).unwrap_or(u32::MAX).max(4))
}

/// How every connection to an embedded database is opened.
fn embedded(options: SqliteConnectOptions) -> SqliteConnectOptions {
    options
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // What was answered is on disk.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5))
        .foreign_keys(true)
        // What is deleted is gone from the file, not only from its index: ballots above all.
        .pragma("secure_delete", "on")
        // KiB. The operating system keeps the file in memory, once for all of them.
        .pragma("cache_size", "-2000")
}

/// Connects when it is needed: migrations are rare.
fn lazily(url: &str) -> ConnectOptions {
    let mut options = quiet(url, 1);
    options.connect_lazy(true).idle_timeout(Duration::from_secs(5)).map_sqlx_postgres_opts(plainly);
    options
}

/// How a server is spoken to.
///
/// # Errors
/// Where this is no address of one.
pub fn spoken_to(url: &SecretString) -> sqlx::Result<PgConnectOptions> {
    Ok(plainly(url.expose_secret().parse()?).disable_statement_logging())
}

/// Asks for nothing as a session begins that a pooler would refuse: figures come in binary anyway, with
/// all their digits.
fn plainly(options: PgConnectOptions) -> PgConnectOptions {
    options.extra_float_digits(None)
}

fn quiet(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(30))
        .connect_timeout(Duration::from_secs(10))
        // A round trip before each question.
        .test_before_acquire(false)
        .sqlx_logging(false)
        .record_stmt_in_spans(false);
    options
}
