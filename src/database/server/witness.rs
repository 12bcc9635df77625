//! What became of a transaction whose commit was not answered, from a connection that was there before it.

use std::time::{Duration, Instant};

use sea_orm::sqlx::{self, Connection, Executor, PgConnection, query_scalar};
use tokio::time::timeout;

use crate::database::pool::{Pool, silent};

/// A connection that stands beside the others and remembers. Numbers of transactions are given out
/// again after a crash that lost them, so "committed" is believed only from a connection that was there
/// before the transaction began: no crash, restart or failover leaves one alive.
#[derive(Debug, Default)]
pub struct Witness {
    pub standing: tokio::sync::Mutex<Option<(PgConnection, Instant)>>,
}

pub enum Seen {
    Committed,
    Aborted,
    Running,
    /// The server says committed, and may speak of another transaction.
    Strange,
}

impl Witness {
    /// The one that stands, if it still does; else a new one.
    pub async fn reuse_or_connect(
        &self,
        standing: Option<(PgConnection, Instant)>,
        pool: &Pool,
    ) -> sqlx::Result<(PgConnection, Instant)> {
        if let Some((mut connection, made)) = standing
            && matches!(timeout(Duration::from_secs(1), connection.ping()).await, Ok(Ok(())))
        {
            return Ok((connection, made));
        }
        let mut connection = pool.connect().await?;
        connection.execute("SET lock_timeout = '500ms'").await?;
        Ok((connection, Instant::now()))
    }

    pub async fn ask(&self, pool: &Pool, number: i64, began: Instant) -> sqlx::Result<Seen> {
        let mut standing = self.standing.lock().await;
        let (mut connection, made) = self.reuse_or_connect(standing.take(), pool).await?;
        let answer = timeout(Duration::from_secs(2), status(&mut connection, number));
        let reported = answer.await.unwrap_or_else(|_| Err(silent()))?;
        *standing = Some((connection, made));
        Ok(match reported.as_deref() {
            Some("aborted") => Seen::Aborted,
            Some("committed") if made < began => Seen::Committed,
            Some("in progress") => Seen::Running,
            _ => Seen::Strange,
        })
    }
}

/// What the server says of a transaction. One that still runs has lost us, and is ended.
async fn status(connection: &mut PgConnection, number: i64) -> sqlx::Result<Option<String>> {
    let reported = query_scalar("SELECT txid_status($1)").bind(number).fetch_one(&mut *connection).await;
    let reported: Option<String> = match reported {
        // A number that is yet to come: it was lost in a crash.
        Err(fault) if fault.as_database_error().is_some_and(|reported| reported.code().as_deref() == Some("22023")) => {
            Some("aborted".to_owned())
        }
        reported => reported?,
    };
    if reported.as_deref() == Some("in progress") {
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
            WHERE backend_xid::text::bigint = $1 & 4294967295";
        sqlx::query(end).bind(number).execute(connection).await?;
    }
    Ok(reported)
}
