//! The floor: the same statements straight at the same kind of database, as durable, without HTTP and without
//! anything of the service in between. It has a database of its own beside that of the service.
//!
//! On SQLite, which has one writer, as many share a commit as there are clients waiting for one.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use argon2::{Argon2, Block};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Connection, PgConnection, SqliteConnection};
use tokio::runtime::Handle;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use crate::turn::Outcome;

/// What is done at the floor.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Hold the badge, let in or out, put on record.
    CheckIn,
    /// A number off one counter that everybody reaches for, and the row that has it.
    Application,
    /// One row of one's own, written over.
    Ballot,
    /// One more line.
    Award,
    /// A password's proof: no database, the cores.
    Password,
}

const TABLES: [&str; 7] = [
    "CREATE TABLE floor_badge (id INTEGER PRIMARY KEY, inside INTEGER NOT NULL)",
    "CREATE TABLE floor_attempt (badge INTEGER NOT NULL, nonce TEXT NOT NULL PRIMARY KEY)",
    "CREATE TABLE floor_event (id INTEGER PRIMARY KEY, taken INTEGER NOT NULL)",
    "CREATE TABLE floor_registration (nonce TEXT NOT NULL PRIMARY KEY)",
    "CREATE TABLE floor_ballot (person INTEGER PRIMARY KEY, sealed TEXT NOT NULL)",
    "CREATE TABLE floor_entry (nonce TEXT NOT NULL PRIMARY KEY, person INTEGER NOT NULL, points INTEGER NOT NULL)",
    "INSERT INTO floor_event (id, taken) VALUES (1, 0)",
];
const FILL: &str = "INSERT INTO floor_badge (id, inside) VALUES ($1, 0)";
const HOLD: &str = "SELECT inside FROM floor_badge WHERE id = $1";
const HOLD_LOCKED: &str = "SELECT inside FROM floor_badge WHERE id = $1 FOR UPDATE";
const PASS: &str = "UPDATE floor_badge SET inside = 1 - inside WHERE id = $1";
const RECORD: &str = "INSERT INTO floor_attempt (badge, nonce) VALUES ($1, $2)";
const COUNT: &str = "UPDATE floor_event SET taken = taken + 1 WHERE id = 1";
const REGISTER: &str = "INSERT INTO floor_registration (nonce) VALUES ($1)";
const PICK: &str = "INSERT INTO floor_ballot (person, sealed) VALUES ($1, $2) \
    ON CONFLICT (person) DO UPDATE SET sealed = excluded.sealed";
const AWARD: &str = "INSERT INTO floor_entry (nonce, person, points) VALUES ($1, $2, 2)";

/// As many connections as work at once on PostgreSQL, whoever waits.
const CONNECTIONS: usize = 32;
const BADGES: i32 = 64;
/// What a sealed ballot is in length.
const SEALED: &str = "x7x7x7x7x7x7x7x7x7x7x7x7x7x7x7x7x7x7x7x7x7x7x7x7x7x7x7x7x7x7x7x7x7x7x7x7x7x7x7x7x7x7x7x7x7x7x7x7";

fn nonce() -> String {
    static MADE: AtomicU64 = AtomicU64::new(0);
    // Spread as random ones are: a sequence would be kinder to an index than life is.
    format!("{:016x}{:016x}", MADE.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9E37_79B9_7F4A_7C15), 7)
}

/// A bare database, worked on by a runtime of its own with a thread a core.
pub struct Floor {
    runtime: Handle,
    bare: Bare,
}

enum Bare {
    Sqlite(Arc<Mutex<SqliteConnection>>),
    Postgres(Vec<Arc<Mutex<PgConnection>>>),
}

impl Floor {
    /// An empty one in a file.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub async fn sqlite(runtime: Handle, file: &Path) -> anyhow::Result<Self> {
        let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
        let options = options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
        let open = async move {
            let mut connection = SqliteConnection::connect_with(&options).await?;
            for table in TABLES {
                sqlx::query(table).execute(&mut connection).await?;
            }
            for badge in 0..BADGES {
                sqlx::query(FILL).bind(badge).execute(&mut connection).await?;
            }
            anyhow::Ok(Bare::Sqlite(Arc::new(Mutex::new(connection))))
        };
        let bare = runtime.spawn(open).await??;
        Ok(Self { runtime, bare })
    }

    /// An empty one of a server.
    ///
    /// # Errors
    /// Where the server refuses.
    pub async fn postgres(runtime: Handle, address: String) -> anyhow::Result<Self> {
        let open = async move {
            let mut first = PgConnection::connect(&address).await?;
            for table in TABLES {
                sqlx::query(table).execute(&mut first).await?;
            }
            for badge in 0..BADGES {
                sqlx::query(FILL).bind(badge).execute(&mut first).await?;
            }
            let mut connections = vec![Arc::new(Mutex::new(first))];
            while connections.len() < CONNECTIONS {
                connections.push(Arc::new(Mutex::new(PgConnection::connect(&address).await?)));
            }
            anyhow::Ok(Bare::Postgres(connections))
        };
        let bare = runtime.spawn(open).await??;
        Ok(Self { runtime, bare })
    }

    /// So many clients at work, for so long.
    ///
    /// # Errors
    /// Where the database refuses.
    pub async fn turn(&self, work: Work, clients: usize, last: Duration) -> anyhow::Result<Outcome> {
        let begun = Instant::now();
        let mut outcome = Outcome::nothing()?;
        outcome.done = match &self.bare {
            _ if work == Work::Password => hash_passwords(last)?,
            Bare::Sqlite(connection) => {
                let connection = Arc::clone(connection);
                self.runtime.spawn(sqlite(connection, work, clients, begun + last)).await??
            }
            Bare::Postgres(connections) => {
                let mut at_work = JoinSet::new();
                for (client, connection) in connections.iter().take(clients).enumerate() {
                    at_work.spawn_on(
                        postgres(Arc::clone(connection), work, i32::try_from(client)?, begun + last),
                        &self.runtime,
                    );
                }
                let mut done = 0;
                while let Some(client) = at_work.join_next().await {
                    done += client??;
                }
                done
            }
        };
        outcome.took = begun.elapsed();
        Ok(outcome)
    }
}

/// The statements of one piece of work. A macro, because the drivers have no connection in common.
macro_rules! run_statements {
    ($connection:expr, $work:expr, $client:expr, $hold:expr) => {{
        let connection = &mut *$connection;
        match $work {
            Work::CheckIn => {
                let badge = $client % BADGES;
                sqlx::query($hold).bind(badge).fetch_one(&mut *connection).await?;
                sqlx::query(PASS).bind(badge).execute(&mut *connection).await?;
                sqlx::query(RECORD).bind(badge).bind(nonce()).execute(connection).await?;
            }
            Work::Application => {
                sqlx::query(COUNT).execute(&mut *connection).await?;
                sqlx::query(REGISTER).bind(nonce()).execute(connection).await?;
            }
            Work::Ballot => {
                sqlx::query(PICK).bind($client).bind(SEALED).execute(connection).await?;
            }
            Work::Award => {
                sqlx::query(AWARD).bind(nonce()).bind($client).execute(connection).await?;
            }
            Work::Password => {}
        }
    }};
}

async fn sqlite(
    connection: Arc<Mutex<SqliteConnection>>,
    work: Work,
    clients: usize,
    until: Instant,
) -> anyhow::Result<u64> {
    let mut connection = connection.lock().await;
    let mut done = 0;
    while Instant::now() < until {
        let mut txn = connection.begin_with("BEGIN IMMEDIATE").await?;
        for client in 0..i32::try_from(clients)? {
            run_statements!(txn, work, client, HOLD);
            done += 1;
        }
        txn.commit().await?;
    }
    Ok(done)
}

async fn postgres(
    connection: Arc<Mutex<PgConnection>>,
    work: Work,
    client: i32,
    until: Instant,
) -> anyhow::Result<u64> {
    let mut connection = connection.lock().await;
    let mut done = 0;
    while Instant::now() < until {
        if matches!(work, Work::CheckIn | Work::Application) {
            let mut txn = connection.begin().await?;
            run_statements!(txn, work, client, HOLD_LOCKED);
            txn.commit().await?;
        } else {
            // One statement is a transaction by itself.
            run_statements!(connection, work, client, HOLD_LOCKED);
        }
        done += 1;
    }
    Ok(done)
}

/// What the cores give in Argon2id as the service asks for it (12 MiB, three times), one after the other on each.
fn hash_passwords(last: Duration) -> anyhow::Result<u64> {
    let cores = thread::available_parallelism()?.get();
    let until = Instant::now() + last;
    let hash = move || -> anyhow::Result<u64> {
        let argon2 = Argon2::default();
        let mut memory = vec![Block::new(); argon2.params().block_count()];
        let (mut out, mut done) = ([0; 32], 0);
        while Instant::now() < until {
            let hashed =
                argon2.hash_password_into_with_memory(b"queqiao-demo-2026", b"sixteen bytes of", &mut out, &mut memory);
            hashed.map_err(|refused| anyhow::anyhow!("{refused}"))?;
            done += 1;
        }
        Ok(done)
    };
    let threads: Vec<_> = (0..cores).map(|_| thread::spawn(hash)).collect();
    let mut done = 0;
    for thread in threads {
        done += thread.join().map_err(|_| anyhow::anyhow!("a thread ended by a mistake"))??;
    }
    Ok(done)
}
