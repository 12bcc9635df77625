//! How the rooms' statements are said to a connection that is in our own hands.

use sea_orm::sea_query::Values;
use sea_orm::sqlx::{AssertSqlSafe, Executor, PgConnection, SqliteConnection, query_with};
use sea_orm::{DbErr, ExecResult, QueryResult, RuntimeErr, Statement, sqlx};
use sea_query_sqlx::SqlxValues;

use crate::failpoint::around;

/// The same four sentences for either database.
macro_rules! spoken {
    ($engine:ident, $connection:ty) => {
        pub mod $engine {
            use super::*;

            pub async fn execute(to: &mut $connection, statement: Statement) -> sqlx::Result<ExecResult> {
                let (sql, values) = super::parts(statement);
                around(query_with(AssertSqlSafe(sql), values).execute(to)).await.map(ExecResult::from)
            }

            pub async fn unprepared(to: &mut $connection, sql: String) -> sqlx::Result<ExecResult> {
                around(to.execute(AssertSqlSafe(sql))).await.map(ExecResult::from)
            }

            pub async fn one(to: &mut $connection, statement: Statement) -> sqlx::Result<Option<QueryResult>> {
                let (sql, values) = super::parts(statement);
                let row = around(query_with(AssertSqlSafe(sql), values).fetch_optional(to)).await?;
                Ok(row.map(QueryResult::from))
            }

            pub async fn all(to: &mut $connection, statement: Statement) -> sqlx::Result<Vec<QueryResult>> {
                let (sql, values) = super::parts(statement);
                let rows = around(query_with(AssertSqlSafe(sql), values).fetch_all(to)).await?;
                Ok(rows.into_iter().map(QueryResult::from).collect())
            }
        }
    };
}

spoken!(embedded, SqliteConnection);
spoken!(server, PgConnection);

/// Writes a statement to the log, without its values, for whoever wants to read what is asked and how it is
/// planned: `log.filter = "queqiao::sql=trace"`.
pub fn trace(sql: &str) {
    tracing::trace!(target: "queqiao::sql", sql);
}

fn parts(statement: Statement) -> (String, SqlxValues) {
    trace(&statement.sql);
    (statement.sql, SqlxValues(statement.values.unwrap_or(Values(Vec::new()))))
}

pub fn not_executed(fault: sqlx::Error) -> DbErr {
    DbErr::Exec(RuntimeErr::SqlxError(fault.into()))
}

pub fn not_queried(fault: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(fault.into()))
}
