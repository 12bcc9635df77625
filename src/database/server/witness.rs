//! What became of a transaction whose commit was not answered, from a connection that was there before it.

use std::time::{Duration, Instant};

use sea_orm::sqlx::{self, Connection, Executor, PgConnection, query_scalar};
use tokio::time::timeout;

use crate::database::pool::{Pool, silent};
use crate::database::readiness::PROBE;

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
        let seen = async {
            let before = made < began;
            Ok(match status(&mut connection, number, before).await?.as_deref() {
                Some("aborted") => Seen::Aborted,
                Some("committed") if before => {
                    // Where a standby must have it before anybody is answered: whatever is committed after it is
                    // answered once the standby has this as well.
                    connection.execute(PROBE).await?;
                    Seen::Committed
                }
                Some("in progress") => Seen::Running,
                _ => Seen::Strange,
            })
        };
        let seen = timeout(Duration::from_secs(2), seen).await.unwrap_or_else(|_| Err(silent()))?;
        *standing = Some((connection, made));
        Ok(seen)
    }
}

/// What the server says of a transaction. One that still runs has lost us, and is ended: not where it is committed and
/// waits for a standby to have it, for then its end would be taken for an answer; nor where the number may be
/// somebody else's by now.
async fn status(connection: &mut PgConnection, number: i64, is_ours: bool) -> sqlx::Result<Option<String>> {
    let reported = query_scalar("SELECT txid_status($1)").bind(number).fetch_one(&mut *connection).await;
    let reported: Option<String> = match reported {
        // A number that is yet to come: it was lost in a crash.
        Err(fault) if fault.as_database_error().is_some_and(|reported| reported.code().as_deref() == Some("22023")) => {
            Some("aborted".to_owned())
        }
        reported => reported?,
    };
    if is_ours && reported.as_deref() == Some("in progress") {
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
            WHERE backend_xid::text::bigint = $1 & 4294967295 AND wait_event IS DISTINCT FROM 'SyncRep'";
        sqlx::query(end).bind(number).execute(connection).await?;
    }
    Ok(reported)
}
