//! PostgreSQL: connections that read, connections that write, and one that bears witness.
//!
//! Reading and writing have connections of their own, so that pages open while every writer waits for
//! somebody; and of the writers one event takes only a share, so that the others go on.

pub mod transaction;
mod witness;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::{Connection, Executor, PgConnection, Row, raw_sql};
use sea_orm::{ConnAcquireErr, DbErr, sqlx};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use super::pool::{Limits, Pool, Purpose, Servers, is_broken, silent, was_dead};
use super::spoken::{not_executed, not_queried};
use crate::failpoint::around;
use crate::remembered::Changes;
use transaction::Transaction;
use witness::{Seen, Witness};

/// Connections of a process beside `database.connections`: the witness, who counts applicants, who
/// tells where keys lie, who speaks to the other processes and who hears them.
pub const BESIDES: u32 = 5;

/// How long an uncertain commit is looked up before it is told as uncertain.
const LOOKED_UP: Duration = Duration::from_secs(5);

#[derive(Clone, Debug)]
pub struct Server {
    servers: Arc<Servers>,
    pub readers: Pool,
    pub writers: Pool,
    lanes: Arc<Lanes>,
    witness: Arc<Witness>,
    wait: Duration,
    pub changes: Arc<Changes>,
}

impl Server {
    /// A third of the connections read.
    #[must_use]
    pub fn new(servers: Vec<PgConnectOptions>, limits: Limits, connections: u32) -> Self {
        let connections = usize::try_from(connections).unwrap_or(usize::MAX).clamp(2, 10_000);
        let readers = (connections / 3).max(1);
        let writers = connections - readers;
        let servers = Arc::new(Servers::new(servers));
        let pool = |purpose, size| Pool::new(Arc::clone(&servers), limits, purpose, size);
        Self {
            servers: Arc::clone(&servers),
            readers: pool(Purpose::Reads, readers),
            writers: pool(Purpose::Writes, writers),
            lanes: Arc::new(Lanes { share: (writers * 3 / 4).max(1), open: Mutex::default() }),
            witness: Arc::default(),
            wait: limits.wait,
            changes: Arc::default(),
        }
    }

    /// The one of the servers that takes writes, for whoever connects in a way of their own.
    ///
    /// # Errors
    /// Where none does in time.
    pub async fn current(&self) -> sqlx::Result<PgConnectOptions> {
        self.writers.connect().await?.close().await?;
        self.servers.current().cloned().ok_or_else(silent)
    }

    /// Whether this server will do, before anybody is served.
    ///
    /// # Errors
    /// In words: where sessions are not ours for as long as we hold them, or fewer connections are
    /// allowed than there will be.
    pub async fn examine(&self, needed: u32) -> anyhow::Result<()> {
        let mut one = self.writers.connect().await?;
        let mut other = self.writers.connect().await?;
        let backend = "SELECT pg_backend_pid()";
        for _ in 0..3 {
            let first: i32 = raw_sql(backend).fetch_one(&mut one).await?.try_get(0)?;
            let second: i32 = raw_sql(backend).fetch_one(&mut other).await?.try_get(0)?;
            if first == second {
                bail!(
                    "database.url leads to a pooler that lends one connection to several clients (transaction or \
                     statement pooling); Queqiao needs sessions of its own: set the pooler to session pooling \
                     (PgBouncer: pool_mode = session), or give the address of PostgreSQL itself"
                );
            }
        }
        let _ = other.close().await;
        let mut standing = self.witness.standing.lock().await;
        *standing = Some(self.witness.reuse_or_connect(standing.take(), &self.writers).await?);
        drop(standing);
        let (allowed, whose) = allowed(&mut one).await.context("how many connections the server allows")?;
        let _ = one.close().await;
        if allowed < i64::from(needed) {
            bail!(
                "database.connections: {} and {BESIDES} besides are {needed} connections, and {whose} allows {allowed}: \
                 allow more, or set database.connections to {} or less",
                needed - BESIDES,
                (allowed - i64::from(BESIDES)).max(0)
            );
        }
        Ok(())
    }

    /// Begins a transaction.
    ///
    /// # Errors
    /// Where no connection is to be had in time.
    pub async fn begin(self, lane: Option<Arc<str>>) -> Result<Transaction, DbErr> {
        let until = Instant::now() + self.wait;
        let place = match lane {
            Some(lane) => match timeout(self.wait, self.lanes.of(&lane).acquire_owned()).await {
                Ok(place) => place.ok(),
                Err(_) => return Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)),
            },
            None => None,
        };
        loop {
            let mut lent = self.writers.acquire().await?;
            // The number of the transaction comes with the beginning, in one breath: were it asked for
            // at the end, it would be lost with the answer it is to stand in for.
            let began = Instant::now();
            lent.inside = true;
            let begun =
                lent.exchange(|line| Box::pin(around(raw_sql("BEGIN; SELECT txid_current()").fetch_one(line)))).await;
            match begun {
                Ok(row) => {
                    let number = row.try_get(0).map_err(not_queried)?;
                    return Ok(Transaction { lent, number, began, server: self, _place: place });
                }
                // The connection had died at rest; nothing was begun.
                Err(fault) if was_dead(&fault) && Instant::now() < until => {}
                Err(fault) => return Err(not_executed(fault)),
            }
        }
    }

    /// What became of a transaction whose commit was not answered.
    async fn look_up(&self, number: i64, began: Instant) -> Option<bool> {
        let until = Instant::now() + LOOKED_UP;
        while Instant::now() < until {
            match self.witness.ask(&self.writers, number, began).await {
                Ok(Seen::Committed) => return Some(true),
                Ok(Seen::Aborted) => return Some(false),
                Ok(Seen::Strange) => return None,
                Ok(Seen::Running) | Err(_) => sleep(Duration::from_millis(100)).await,
            }
        }
        None
    }

    /// Has the witness write a row of the house's own.
    ///
    /// # Errors
    /// Where it cannot.
    pub async fn prove(&self, sentence: &'static str) -> sqlx::Result<()> {
        let mut standing = self.witness.standing.lock().await;
        let (connection, made) = self.witness.reuse_or_connect(standing.take(), &self.writers).await?;
        let mut connection = connection;
        match connection.execute(sentence).await {
            Ok(_) => {}
            // Somebody holds our row: the server is there all the same, and writes.
            Err(fault) if fault.as_database_error().is_some_and(|error| error.code().as_deref() == Some("55P03")) => {}
            Err(fault) => {
                if !is_broken(&fault) {
                    *standing = Some((connection, made));
                }
                return Err(fault);
            }
        }
        *standing = Some((connection, made));
        Ok(())
    }

    pub fn close(&self) {
        self.readers.close();
        self.writers.close();
    }
}

/// Where transactions about one event stand in line, so that they never take every writer.
#[derive(Debug)]
struct Lanes {
    share: usize,
    open: Mutex<HashMap<Arc<str>, Weak<Semaphore>>>,
}

impl Lanes {
    fn of(&self, lane: &Arc<str>) -> Arc<Semaphore> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = open.get(lane).and_then(Weak::upgrade) {
            return known;
        }
        open.retain(|_, lane| lane.strong_count() > 0);
        let places = Arc::new(Semaphore::new(self.share));
        open.insert(Arc::clone(lane), Arc::downgrade(&places));
        places
    }
}

/// How many connections this role may have on this database, and who says so.
async fn allowed(connection: &mut PgConnection) -> anyhow::Result<(i64, &'static str)> {
    let question = "SELECT current_setting('max_connections')::bigint AS server, \
        current_setting('superuser_reserved_connections')::bigint \
            + coalesce(current_setting('reserved_connections', true), '0')::bigint AS reserved, \
        rolsuper, rolconnlimit::bigint AS role, \
        (SELECT datconnlimit::bigint FROM pg_database WHERE datname = current_database()) AS base \
        FROM pg_roles WHERE rolname = current_user";
    let row = raw_sql(question).fetch_one(connection).await?;
    let server: i64 = row.try_get("server")?;
    if row.try_get::<bool, _>("rolsuper")? {
        return Ok((server, "the server (max_connections)"));
    }
    let reserved: i64 = row.try_get("reserved")?;
    let mut allowed = (server - reserved, "the server (max_connections, less those reserved)");
    for (name, whose) in [("role", "the role (CONNECTION LIMIT)"), ("base", "the database (CONNECTION LIMIT)")] {
        let limit: i64 = row.try_get(name)?;
        if (0..allowed.0).contains(&limit) {
            allowed = (limit, whose);
        }
    }
    Ok(allowed)
}
