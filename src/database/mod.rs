//! Connect, and begin to write. [`Database::begin_write`] is the only `begin` in the program.
//!
//! SQLite: one writer connection and a pool of readers that cannot write. A deferred `BEGIN` that
//! reads first and writes later fails at once when somebody else wrote in between, whatever
//! `busy_timeout` says, so writing begins with `BEGIN IMMEDIATE`, and verbs that stand in line share one
//! durable commit ([`group_commit`]). PostgreSQL: connections that read, connections that write, READ
//! COMMITTED and row locks, with a limit on everything ([`server`]). The rooms see one code path.

pub mod address;
pub mod commit_dependency;
pub mod errand;
mod group_commit;
mod others;
pub mod pairs;
mod pool;
mod private_files;
mod reader;
mod readiness;
pub mod schema;
mod server;
pub mod serving;
mod spoken;
pub mod tenancy;
pub mod undone;
mod upkeep;
mod whereabouts;
mod write;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use sea_orm::sqlx::{ConnectOptions as _, Connection, Executor, PgConnection, query};
use sea_orm::{Database as Connect, DatabaseConnection, DbErr, SqlxPostgresConnector};
use secrecy::{ExposeSecret, SecretString};
use tracing::Instrument;

use crate::error::trouble::Trouble;
use crate::error::{Error, Fault};
use crate::settings::{DatabaseSettings, Settings};
use address::{embedded, file_of, lazily, readers, spoken_to, sqlite, without_password};
use group_commit::WriteQueue;
use pool::Limits;
pub use pool::silent;
use private_files::keep_private;
use readiness::Readiness;
pub use readiness::inode;
use server::Server;

use crate::idempotency;
use crate::remembered::Changes;
pub use reader::Reader;
pub use write::Write;

/// How many ids one statement names.
pub const IDS_A_STATEMENT: usize = 1_000;

/// How many statements the one writer of an embedded database keeps compiled. What comes in company is asked in as many
/// words as there are at once: with the usual 100, a door of 32 desks compiled most of its statements anew.
const WRITER_STATEMENTS: usize = 600;

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
            let writer = embedded(writer).statement_cache_capacity(WRITER_STATEMENTS).disable_statement_logging();
            let line = WriteQueue::before(writer);
            let readiness = Arc::new(Readiness::of(file).with_context(place)?);
            Ok(Self { engine: Engine::Embedded(line), reader: Reader::Embedded(readers), schema, readiness })
        } else if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            let servers = spoken_to(url).with_context(place)?;
            let server = Server::new(servers, Limits::from(settings), *connections);
            // A pool only says that it timed out; one connection says why.
            let current = server.current().await.with_context(place)?;
            let schema = SqlxPostgresConnector::from_sqlx_postgres_pool(lazily(&current));
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

    /// Counts what changes of what this process remembers.
    #[must_use]
    pub fn changes(&self) -> &Changes {
        match &self.engine {
            Engine::Embedded(line) => &line.changes,
            Engine::Server(server) => &server.changes,
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
            // Whoever left before their turn came is not served, though both be found out at once.
            biased;
            () = errand::abandoned() => {
                Err(Fault::with_trouble(Trouble::Busy, anyhow!("nobody waits for the answer any more")))
            }
            begun = self.begin() => begun,
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

    /// How the server that takes writes now is spoken to, for a connection of another kind.
    ///
    /// # Errors
    /// Where none does in time, or the database is embedded.
    pub async fn current_server(&self) -> Result<PgConnectOptions, Fault> {
        match &self.engine {
            Engine::Server(server) => server.current().await.map_err(Fault::of),
            Engine::Embedded(_) => Err(anyhow!("an embedded database has no server").into()),
        }
    }

    /// The connection migrations work on.
    #[must_use]
    pub fn writer_for_schema(&self) -> &DatabaseConnection {
        &self.schema
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
