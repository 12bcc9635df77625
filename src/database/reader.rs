//! Questions outside a verb. These connections refuse to write, on either database.

use futures_util::future::BoxFuture;
use sea_orm::sqlx::PgConnection;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, Statement, sqlx};

use super::pool::{Pool, was_dead};
use super::spoken::{not_executed, not_queried, server, trace};
use crate::failpoint::mishap;

#[derive(Clone, Debug)]
pub enum Reader {
    Embedded(DatabaseConnection),
    Server(Pool),
}

/// Asks once more where the connection had died at rest: a question changes nothing.
async fn query_with_retry<T>(
    pool: &Pool,
    question: impl for<'c> Fn(&'c mut PgConnection) -> BoxFuture<'c, sqlx::Result<T>> + Send + Sync,
    unheard: fn(sqlx::Error) -> DbErr,
) -> Result<T, DbErr> {
    let first = pool.acquire().await?.exchange(&question).await;
    match first {
        Err(fault) if was_dead(&fault) => pool.acquire().await?.exchange(&question).await.map_err(unheard),
        heard => heard.map_err(unheard),
    }
}

/// The embedded readers, where no story has them fail.
fn whole<'p>(pool: &'p DatabaseConnection, sql: &str) -> Result<&'p DatabaseConnection, DbErr> {
    trace(sql);
    mishap::due().map_err(not_queried)?;
    Ok(pool)
}

#[async_trait::async_trait]
impl ConnectionTrait for Reader {
    fn get_database_backend(&self) -> DbBackend {
        match self {
            Self::Embedded(_) => DbBackend::Sqlite,
            Self::Server(_) => DbBackend::Postgres,
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match self {
            Self::Embedded(pool) => whole(pool, &statement.sql)?.execute_raw(statement).await,
            Self::Server(pool) => {
                query_with_retry(pool, |line| Box::pin(server::execute(line, statement.clone())), not_executed).await
            }
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match self {
            Self::Embedded(pool) => whole(pool, sql)?.execute_unprepared(sql).await,
            Self::Server(pool) => {
                let sql = sql.to_owned();
                query_with_retry(pool, |line| Box::pin(server::unprepared(line, sql.clone())), not_executed).await
            }
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match self {
            Self::Embedded(pool) => whole(pool, &statement.sql)?.query_one_raw(statement).await,
            Self::Server(pool) => {
                query_with_retry(pool, |line| Box::pin(server::one(line, statement.clone())), not_queried).await
            }
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match self {
            Self::Embedded(pool) => whole(pool, &statement.sql)?.query_all_raw(statement).await,
            Self::Server(pool) => {
                query_with_retry(pool, |line| Box::pin(server::all(line, statement.clone())), not_queried).await
            }
        }
    }
}
