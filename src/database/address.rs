//! Where a database is, and how a connection to it is opened.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use sea_orm::ConnectOptions;
use sea_orm::sqlx::ConnectOptions as _;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
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

/// Connects when it is needed, to this server: migrations are rare.
pub(super) fn lazily(options: &PgConnectOptions) -> PgPool {
    let pool = PgPoolOptions::new().max_connections(1).idle_timeout(Duration::from_secs(5));
    pool.acquire_timeout(Duration::from_secs(30)).connect_lazy_with(options.clone())
}

/// How each of the servers that an address names is spoken to: `postgres://USER@HOST:PORT,HOST:PORT/NAME`. Of several
/// one takes writes, and the others follow it.
///
/// # Errors
/// Where this is no address, or asks for servers that do not take writes.
pub fn spoken_to(url: &SecretString) -> anyhow::Result<Vec<PgConnectOptions>> {
    each_server(url.expose_secret())?.iter().map(|url| Ok(plainly(url.parse()?).disable_statement_logging())).collect()
}

/// The address of each server that one with several names.
fn each_server(url: &str) -> anyhow::Result<Vec<String>> {
    let (scheme, rest) = url.split_once("://").context("no address")?;
    let (place, question) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = place.split_once('/').unwrap_or((place, ""));
    let (user, hosts) = match authority.rsplit_once('@') {
        Some((user, hosts)) => (format!("{user}@"), hosts),
        None => (String::new(), authority),
    };
    let mut kept = Vec::new();
    for pair in question.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            // What is asked of every server anyway: the house writes.
            Some(("target_session_attrs", "read-write" | "primary" | "any")) => {}
            Some(("target_session_attrs", other)) => {
                bail!("target_session_attrs={other}: the house needs one that writes")
            }
            _ => kept.push(pair),
        }
    }
    let question = if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) };
    Ok(hosts.split(',').map(|host| format!("{scheme}://{user}{host}/{path}{question}")).collect())
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
    let url = url.split('?').next().unwrap_or_default();
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, place))) => format!("{scheme}://…@{place}"),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::sqlx::{Connection as _, SqliteConnection, query_scalar};

    use super::*;

    #[test]
    fn an_address_may_name_several_servers() {
        let named = |url: &str| {
            let options = spoken_to(&url.into()).unwrap();
            options.iter().map(|one| (one.get_host().to_owned(), one.get_port())).collect::<Vec<_>>()
        };
        let one = |host: &str, port| (host.to_owned(), port);
        assert_eq!(named("postgres://u:p@north/house"), [one("north", 5432)]);
        let both = [one("north", 5432), one("south", 6543)];
        assert_eq!(named("postgres://u:p@north,south:6543/house?target_session_attrs=read-write"), both);
        assert_eq!(named("postgresql://u@north,south:6543/house?sslmode=disable&target_session_attrs=primary"), both);
        let several = spoken_to(&"postgres://u:p%40ss@[::1]:5433,south/house?application_name=queqiao".into()).unwrap();
        assert!(several.iter().all(|one| {
            (one.get_username(), one.get_database(), one.get_application_name())
                == ("u", Some("house"), Some("queqiao"))
        }));
        for wrong in ["standby", "read-only", "prefer-standby"] {
            let refused =
                spoken_to(&format!("postgres://u@a,b/house?target_session_attrs={wrong}").into()).unwrap_err();
            assert!(refused.to_string().contains("writes"), "{refused}");
        }
    }

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
