//! A transaction that writes, as the rooms see it.

use std::any::Any;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement};
use tokio::runtime::Handle;

use super::group::Turn;
use super::hearsay;
use crate::crash;
use crate::error::Error;
use crate::once;
use crate::secrets::digest;

/// A transaction that writes. Dropped without [`Write::commit`], it leaves nothing.
pub struct Write(Option<Way>);

/// How it becomes durable.
pub(super) enum Way {
    /// By itself: PostgreSQL groups the commits of its connections on its own.
    Alone(DatabaseTransaction),
    /// Together with others that stand in line for the one writer.
    Grouped(Turn),
}

impl From<Way> for Write {
    fn from(way: Way) -> Self {
        Self(Some(way))
    }
}

impl Write {
    /// Makes everything of this transaction true at once and durable.
    ///
    /// # Errors
    /// A fault where the database cannot; nothing is true then.
    pub async fn commit(self) -> Result<(), Error> {
        self.commit_telling(&()).await
    }

    async fn make_true(mut self) -> Result<(), Error> {
        crash::point();
        match self.0.take() {
            Some(Way::Alone(transaction)) => transaction.commit().await?,
            Some(Way::Grouped(turn)) => turn.commit().await?,
            None => {}
        }
        crash::point();
        Ok(())
    }

    /// As [`Write::commit`]. Where the request carries an `Idempotency-Key`, its answer follows from
    /// this, and becomes true and durable with the rest.
    ///
    /// # Errors
    /// As [`Write::commit`].
    pub async fn commit_telling<T: Any>(self, told: &T) -> Result<(), Error> {
        if let Some((claim, answer)) = once::told(told) {
            once::keep(&self, &claim, answer).await?;
        }
        self.make_true().await
    }

    /// Waits until no other transaction is at the same matter, and keeps others waiting until this one
    /// ends: where what is to be counted has no row that could be held. On the embedded database
    /// nobody else writes anyway.
    ///
    /// # Errors
    /// What the database says.
    pub async fn queue_for(&self, matter: &[u8]) -> Result<(), DbErr> {
        if self.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        let first = digest(matter).first_chunk().map_or(0, |first| i64::from_be_bytes(*first));
        let wait =
            Statement::from_sql_and_values(DbBackend::Postgres, "SELECT pg_advisory_xact_lock($1)", [first.into()]);
        self.query_one_raw(wait).await.map(drop)
    }

    fn transaction(&self) -> Result<&DatabaseTransaction, DbErr> {
        crash::point();
        match &self.0 {
            Some(Way::Alone(transaction)) => Ok(transaction),
            Some(Way::Grouped(turn)) => Ok(turn.transaction()),
            None => Err(DbErr::Custom("the transaction is over".to_owned())),
        }
    }
}

impl Drop for Write {
    fn drop(&mut self) {
        // A verb that refused, or whose task was dropped, must not keep the others waiting. Where
        // no runtime is left there is nobody to wait either.
        if let (Some(Way::Grouped(turn)), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            // What it answers may rest on the others all the same.
            if let Some(outcome) = turn.others() {
                hearsay::note(outcome);
            }
            runtime.spawn(turn.take_back());
        }
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Write {
    fn get_database_backend(&self) -> DbBackend {
        match &self.0 {
            Some(Way::Alone(transaction)) => transaction.get_database_backend(),
            _ => DbBackend::Sqlite,
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.transaction()?.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.transaction()?.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.transaction()?.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.transaction()?.query_all_raw(statement).await
    }
}
