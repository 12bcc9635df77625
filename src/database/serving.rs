//! Whether somebody serves this database. On PostgreSQL every process that serves holds a lock that
//! others can see, for as long as its connection lives; the embedded database has locks of its file.

use sea_orm::sqlx::{self, PgConnection, query};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

/// Among the advisory locks of PostgreSQL.
const SERVING: (i32, i32) = (0x6272_6467, 1);

/// Says on this connection that its process serves.
///
/// # Errors
/// Only faults.
pub async fn mark(connection: &mut PgConnection) -> sqlx::Result<()> {
    let lock = query("SELECT pg_advisory_lock_shared($1, $2)").bind(SERVING.0).bind(SERVING.1);
    lock.execute(connection).await.map(drop)
}

/// Whether any process says so, of those on this PostgreSQL database.
pub async fn is_marked(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let others = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2 \
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
        AND classid::bigint = $1 AND objid::bigint = $2";
    let values = [i64::from(SERVING.0).into(), i64::from(SERVING.1).into()];
    let found = db.query_one_raw(Statement::from_sql_and_values(DbBackend::Postgres, others, values)).await?;
    Ok(found.is_some())
}
