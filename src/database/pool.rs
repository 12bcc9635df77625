//! Connections to PostgreSQL, each with limits on both ends: the server gives up a statement, a lock or
//! an idle transaction after a while, and this end gives up a connection that has gone silent. One that
//! was broken off in the midst of something is closed, never handed on.
//!
//! A pool of our own because sqlx's asks a connection whether it is alive when it is given back, without
//! a limit: on a network that has gone silent each such question holds a place for ever.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::{BoxFuture, select_ok};
use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row, raw_sql};
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, sqlx};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

use crate::settings::DatabaseSettings;

/// A connection that was in use so lately is not asked whether the server is still there.
const SURELY_ALIVE: Duration = Duration::from_secs(1);
/// How long a living server takes to say that it lives.
const SIGN_OF_LIFE: Duration = Duration::from_secs(2);
/// Connections are made anew now and then, so that a server's memory of them stays small.
const OLD: Duration = Duration::from_mins(30);
/// How long the server that wrote last is given before another one is asked, where an address names several.
const HEAD_START: Duration = Duration::from_millis(300);
/// How much longer than the server's own limit this end waits for a statement.
const GRACE: Duration = Duration::from_secs(2);

/// How long anything may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For a connection out of the pool.
    pub wait: Duration,
    /// For the server to take a connection.
    pub connect: Duration,
    /// For a lock that somebody else holds.
    pub lock: Duration,
    /// For one statement.
    pub statement: Duration,
}

impl From<&DatabaseSettings> for Limits {
    fn from(settings: &DatabaseSettings) -> Self {
        let seconds = |seconds: u64| Duration::from_secs(seconds.max(1));
        Self {
            wait: seconds(settings.wait_seconds),
            connect: seconds(settings.connect_seconds),
            lock: seconds(settings.lock_seconds),
            statement: seconds(settings.statement_seconds),
        }
    }
}

/// What a session is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Reads,
    Writes,
}

/// The servers one address names, of which one takes writes.
#[derive(Debug)]
pub struct Servers {
    options: Vec<PgConnectOptions>,
    /// Which of them took writes when one was last found.
    current: AtomicUsize,
}

impl Servers {
    #[must_use]
    pub fn new(options: Vec<PgConnectOptions>) -> Self {
        Self { options, current: AtomicUsize::new(0) }
    }

    /// The one that took writes when one was last found; None where an address names none.
    #[must_use]
    pub fn current(&self) -> Option<&PgConnectOptions> {
        self.options.get(self.current.load(Ordering::Relaxed))
    }

    /// All of them with their places, beginning with that one.
    fn in_turn(&self) -> impl Iterator<Item = (usize, &PgConnectOptions)> {
        let (first, count) = (self.current.load(Ordering::Relaxed), self.options.len());
        self.options.iter().enumerate().cycle().skip(first).take(count)
    }
}

#[derive(Clone, Debug)]
pub struct Pool(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    servers: Arc<Servers>,
    limits: Limits,
    purpose: Purpose,
    places: Arc<Semaphore>,
    idle: Mutex<Vec<Idle>>,
}

#[derive(Debug)]
struct Idle {
    connection: PgConnection,
    made: Instant,
    since: Instant,
}

/// A connection in somebody's hands; it goes back when it is dropped, where it is sound.
#[derive(Debug)]
pub struct Lent {
    pool: Pool,
    connection: Option<PgConnection>,
    made: Instant,
    /// In the midst of an exchange; where that was broken off, nobody knows what comes next on the line.
    engaged: bool,
    /// Inside a transaction: not to be handed on like that.
    pub inside: bool,
    _place: OwnedSemaphorePermit,
}

impl Pool {
    #[must_use]
    pub fn new(servers: Arc<Servers>, limits: Limits, purpose: Purpose, size: usize) -> Self {
        let places = Arc::new(Semaphore::new(size.max(1)));
        Self(Arc::new(Inner { servers, limits, purpose, places, idle: Mutex::default() }))
    }

    /// A connection that is alive, within the limit; a server that is away for a moment is waited for.
    ///
    /// # Errors
    /// Where there is none in time, or the server refuses us.
    pub async fn acquire(&self) -> Result<Lent, DbErr> {
        let until = Instant::now() + self.0.limits.wait;
        let Ok(place) = timeout(self.0.limits.wait, Arc::clone(&self.0.places).acquire_owned()).await else {
            return Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout));
        };
        let place = place.map_err(|_| DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed))?;
        let (connection, made) = match self.rested().await {
            Some(rested) => rested,
            None => (self.connect_until(until).await.map_err(not_connected)?, Instant::now()),
        };
        Ok(Lent {
            pool: self.clone(),
            connection: Some(connection),
            made,
            engaged: false,
            inside: false,
            _place: place,
        })
    }

    /// One that was here already and is still alive.
    async fn rested(&self) -> Option<(PgConnection, Instant)> {
        loop {
            let Idle { mut connection, made, since } = self.idle().pop()?;
            if made.elapsed() > OLD {
                continue;
            }
            if since.elapsed() < SURELY_ALIVE {
                return Some((connection, made));
            }
            if matches!(timeout(SIGN_OF_LIFE, connection.ping()).await, Ok(Ok(()))) {
                return Some((connection, made));
            }
            // What broke one has broken those that rested longer.
            self.idle().clear();
        }
    }

    /// Tries until then: a server that starts, a proxy whose backend is just being replaced.
    async fn connect_until(&self, until: Instant) -> sqlx::Result<PgConnection> {
        let mut pause = Duration::from_millis(20);
        loop {
            match self.connect().await {
                Err(fault) if is_broken(&fault) && Instant::now() + pause < until => sleep(pause).await,
                done => return done,
            }
            pause = (pause * 2).min(Duration::from_secs(1));
        }
    }

    /// A connection outside the pool, with the same limits: to the one of the servers that takes writes.
    ///
    /// # Errors
    /// Where none does in time.
    pub async fn connect(&self) -> sqlx::Result<PgConnection> {
        let Inner { servers, limits, .. } = &*self.0;
        let tries = servers.in_turn().zip(0_u32..).map(|((place, options), turn)| {
            Box::pin(async move {
                if turn > 0 {
                    sleep(HEAD_START * turn).await;
                }
                Ok((place, self.connect_to(options).await?))
            })
        });
        let tries: Vec<BoxFuture<'_, sqlx::Result<_>>> = tries.map(|one| one as BoxFuture<'_, _>).collect();
        let found = async { if tries.is_empty() { Err(silent()) } else { select_ok(tries).await } };
        let ((place, connection), _) = timeout(limits.connect, found).await.unwrap_or_else(|_| Err(silent()))?;
        servers.current.store(place, Ordering::Relaxed);
        Ok(connection)
    }

    async fn connect_to(&self, options: &PgConnectOptions) -> sqlx::Result<PgConnection> {
        let Inner { limits, purpose, .. } = &*self.0;
        let mut connection = PgConnection::connect_with(options).await?;
        let greeting = AssertSqlSafe(format!("{}; SELECT pg_is_in_recovery()", session(limits, *purpose)));
        if raw_sql(greeting).fetch_one(&mut connection).await?.try_get(0)? {
            let _ = connection.close().await;
            return Err(follows_another());
        }
        if connection.server_version_num().is_some_and(|version| version >= 140_000) {
            // Not on every system; without it a backend notices a client that left when it answers.
            let _ = connection.execute("SET client_connection_check_interval = '2s'").await;
        }
        Ok(connection)
    }

    /// The longest anything may take on one of these connections.
    #[must_use]
    pub fn patience(&self) -> Duration {
        self.0.limits.statement + GRACE
    }

    pub fn close(&self) {
        self.0.places.close();
        self.idle().clear();
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Idle>> {
        self.0.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lent {
    /// Says something and hears the answer, within the limit.
    ///
    /// # Errors
    /// What the server says, or that the line is broken or silent.
    pub async fn exchange<T>(
        &mut self,
        work: impl for<'c> FnOnce(&'c mut PgConnection) -> BoxFuture<'c, sqlx::Result<T>> + Send,
    ) -> sqlx::Result<T> {
        if self.engaged {
            self.connection = None;
        }
        let Some(connection) = self.connection.as_mut() else { return Err(silent()) };
        self.engaged = true;
        let heard = timeout(self.pool.patience(), work(connection)).await.unwrap_or_else(|_| Err(silent()));
        if heard.as_ref().err().is_some_and(is_broken) {
            self.connection = None;
        }
        self.engaged = false;
        heard
    }

    /// Closes it instead of giving it back.
    pub fn close(mut self) {
        self.connection = None;
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if self.engaged || self.inside || self.pool.0.places.is_closed() {
            return;
        }
        if let Some(connection) = self.connection.take() {
            self.pool.idle().push(Idle { connection, made: self.made, since: Instant::now() });
        }
    }
}

/// Said to the server at the beginning of every session. Not as start-up options: poolers refuse those.
fn session(limits: &Limits, purpose: Purpose) -> String {
    let lock = limits.lock.as_millis();
    let statement = limits.statement.as_millis();
    let reads = if purpose == Purpose::Reads { "on" } else { "off" };
    format!(
        "SET lock_timeout = {lock}; SET statement_timeout = {statement}; \
         SET idle_in_transaction_session_timeout = '60s'; SET default_transaction_read_only = {reads}; \
         SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3; \
         SET tcp_user_timeout = 20000"
    )
}

/// Whether the line is of no use any more, rather than one statement refused.
#[must_use]
pub fn is_broken(fault: &sqlx::Error) -> bool {
    match fault {
        sqlx::Error::Database(work) => work.code().is_some_and(|code| {
            // 25006: it takes no writes any more; another one does by now.
            code.starts_with("57P") || code.starts_with("08") || ["25P03", "53300", "25006"].contains(&&*code)
        }),
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) => true,
        _ => false,
    }
}

/// Whether a connection was found dead at once, so that another one may be tried.
#[must_use]
pub fn was_dead(fault: &sqlx::Error) -> bool {
    is_broken(fault) && !matches!(fault, sqlx::Error::Io(io) if io.kind() == std::io::ErrorKind::TimedOut)
}

#[must_use]
pub fn silent() -> sqlx::Error {
    sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, "the database has gone silent"))
}

/// A server that only reads what another one writes: a standby. It may be promoted any moment.
fn follows_another() -> sqlx::Error {
    sqlx::Error::Io(std::io::Error::other("the database only reads: it is a standby"))
}

pub fn not_connected(fault: sqlx::Error) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(fault.into()))
}
