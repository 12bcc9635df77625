//! Where a database is, and how a connection to it is opened.

use std::path::PathBuf;
use std::time::Duration;

use sea_orm::ConnectOptions;
use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{self, ConnectOptions as _};
use secrecy::{ExposeSecret, SecretString};

/// Where the embedded database lies, by its address; None for PostgreSQL.
#[must_use]
pub fn file_of(url: &SecretString) -> Option<PathBuf> {
    let path = url.expose_secret().strip_prefix("sqlite://")?;
    Some(PathBuf::from(path.split('?').next().unwrap_or(path)))
}

pub(super) fn sqlite(url: &str, connections: u32, reads_only: bool) -> ConnectOptions {
    let mut options = quiet(url, connections);
    options.map_sqlx_sqlite_opts(move |options| {
        let options = embedded(options);
        if reads_only { options.pragma("query_only", "on").pragma("cache_size", READER_CACHE) } else { options }
    });
    options
}

/// KiB of pages that each reader keeps by itself: the inner ones of its trees. What else it reads lies in the
/// memory of the operating system.
const READER_CACHE: &str = "-2000";

/// How many connections read an embedded database: it reads with this machine's cores, and each takes a
/// thread, a cache and its prepared questions.
pub(super) fn readers(wished: u32) -> u32 {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    wished.min(u32::try_from(2 * cores).unwrap_or(u32::MAX).max(4))
}

/// How every connection to an embedded database is opened.
///
/// The database itself is compiled with what `.cargo/config.toml` says. A plan does not depend on what is bound
/// (`ENABLE_QPSG`): else whatever asks for `LIMIT ?` is compiled anew each time it is asked, which was a quarter of
/// what a short question cost. Each connection has a cache of its own, and memory is not counted: with
/// `ENABLE_MEMORY_MANAGEMENT` and `MEMSTATUS` all of them wait for one lock at every page and every piece of memory.
pub(super) fn embedded(options: SqliteConnectOptions) -> SqliteConnectOptions {
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
pub(super) fn lazily(url: &str) -> ConnectOptions {
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

/// The database address without its password, for error messages.
#[must_use]
pub fn without_password(url: &SecretString) -> String {
    let url = url.expose_secret();
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, place))) => format!("{scheme}://…@{place}"),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::sqlx::{Connection as _, SqliteConnection, query_scalar};

    #[tokio::test]
    async fn the_embedded_database_is_compiled_as_it_should_be() {
        let mut memory = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        let options: Vec<String> = query_scalar("PRAGMA compile_options").fetch_all(&mut memory).await.unwrap();
        for wanted in ["ENABLE_QPSG", "DEFAULT_MEMSTATUS=0"] {
            assert!(options.iter().any(|option| option == wanted), "{wanted} is missing: {options:?}");
        }
        assert!(!options.iter().any(|option| option == "ENABLE_MEMORY_MANAGEMENT"), "{options:?}");
    }
}
