//! A transaction that writes, as the rooms see it.

use std::any::Any;
use std::sync::{Mutex, PoisonError};

use anyhow::anyhow;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement, sqlx};
use tokio::runtime::Handle;
use tokio::sync::Mutex as Held;
use tracing::Instrument;

use super::commit_dependency;
use super::errand;
use super::group_commit::turn::Turn;
use super::server::transaction::Transaction;
use super::spoken::{embedded, not_executed, not_queried, server};
use crate::error::trouble::Trouble;
use crate::error::{Error, Fault};
use crate::failpoint;
use crate::idempotency;
use crate::remembered::statement::{changed_by, mentioned_in};
use crate::remembered::table::Part;
use crate::secrets::digest;

/// A transaction that writes. Dropped without [`Write::commit`], it leaves nothing.
pub struct Write {
    way: Option<Way>,
    /// What a statement failed of, where the database may have taken back more than that statement:
    /// nothing may be added to it, and nothing of it may be told as done.
    spoilt: Mutex<Option<Trouble>>,
    /// What it changes of what this process remembers ([`crate::remembered`]).
    changed: Mutex<Vec<Part>>,
}

/// How it becomes durable.
pub(super) enum Way {
    /// By itself: PostgreSQL groups the commits of its connections on its own.
    Alone(Held<Transaction>),
    /// Together with others that stand in line for the one writer.
    Grouped(Held<Turn>),
}

impl From<Transaction> for Write {
    fn from(alone: Transaction) -> Self {
        Self { way: Some(Way::Alone(Held::new(alone))), spoilt: Mutex::default(), changed: Mutex::default() }
    }
}

impl From<Turn> for Write {
    fn from(turn: Turn) -> Self {
        Self { way: Some(Way::Grouped(Held::new(turn))), spoilt: Mutex::default(), changed: Mutex::default() }
    }
}

impl Way {
    async fn commit(self, changed: Vec<Part>) -> Result<(), Fault> {
        match self {
            Self::Alone(alone) => alone.into_inner().commit(changed).await,
            Self::Grouped(turn) => turn.into_inner().commit(changed).await,
        }
    }

    async fn take_back(self, after: Option<Trouble>) {
        match self {
            Self::Alone(alone) => alone.into_inner().take_back().await,
            Self::Grouped(turn) => turn.into_inner().take_back(after).await,
        }
    }
}

impl Write {
    /// Makes everything of this transaction true at once and durable.
    ///
    /// # Errors
    /// A fault where the database cannot, or where a statement failed before: PostgreSQL would answer
    /// the commit of such a transaction kindly, and take it back.
    pub async fn commit(self) -> Result<(), Error> {
        self.commit_telling(&()).await
    }

    async fn make_true(mut self) -> Result<(), Fault> {
        failpoint::point();
        if let Some(trouble) = self.spoilt() {
            return Err(Fault::with_trouble(
                trouble,
                anyhow!("a transaction in which a statement failed is not committed"),
            ));
        }
        let Some(way) = self.way.take() else { return Ok(()) };
        let pending = errand::commits();
        // In a task of its own: a caller who goes away, or has no more time, must not break it off.
        let kept = tokio::spawn(way.commit(self.changed()).in_current_span()).await;
        let kept = kept.unwrap_or_else(|broken| Err(Fault::with_trouble(Trouble::Unknown, broken)));
        if let Err(fault) = &kept
            && fault.trouble() != Trouble::Unknown
        {
            pending.failed();
        }
        kept?;
        idempotency::is_durable();
        failpoint::point();
        Ok(())
    }

    /// As [`Write::commit`]. Where the request carries an `Idempotency-Key`, its answer follows from
    /// this, and becomes true and durable with the rest.
    ///
    /// # Errors
    /// As [`Write::commit`].
    pub async fn commit_telling<T: Any>(self, committed: &T) -> Result<(), Error> {
        if let Some((claim, answer)) = idempotency::answer_from_commit(committed) {
            idempotency::keep(&self, &claim, answer).await?;
        }
        Ok(self.make_true().await?)
    }

    /// Waits until no other transaction is at the same matter, and keeps others waiting until this one
    /// ends: where what is to be counted has no row that could be held. On the embedded database
    /// nobody else writes anyway.
    pub async fn queue_for(&self, matter: &[u8]) -> Result<(), DbErr> {
        if self.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        let first = digest(matter).first_chunk().map_or(0, |first| i64::from_be_bytes(*first));
        let wait =
            Statement::from_sql_and_values(DbBackend::Postgres, "SELECT pg_advisory_xact_lock($1)", [first.into()]);
        self.query_one_raw(wait).await.map(drop)
    }

    /// Takes note of what a statement may change: before it is run, for one that fails changes nothing.
    fn note(&self, changed: Vec<Part>) {
        if !changed.is_empty() {
            self.changed.lock().unwrap_or_else(PoisonError::into_inner).extend(changed);
        }
    }

    fn changed(&self) -> Vec<Part> {
        std::mem::take(&mut *self.changed.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn spoilt(&self) -> Option<Trouble> {
        *self.spoilt.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn way(&self) -> Result<&Way, DbErr> {
        failpoint::point();
        match &self.way {
            _ if self.spoilt().is_some() => Err(DbErr::Custom("a statement failed before this one".to_owned())),
            Some(way) => Ok(way),
            None => Err(DbErr::Custom("the transaction is over".to_owned())),
        }
    }

    /// Lets nothing come after a statement that may have taken more with it.
    fn judged<T>(&self, done: sqlx::Result<T>) -> sqlx::Result<T> {
        if let Err(fault) = &done
            && (matches!(self.way, Some(Way::Alone(_))) || takes_all(fault))
        {
            *self.spoilt.lock().unwrap_or_else(PoisonError::into_inner) = Some(Trouble::of_driver(fault));
        }
        done
    }
}

/// Whether SQLite may have taken back the whole transaction by itself, rather than one statement.
fn takes_all(fault: &sqlx::Error) -> bool {
    let code = fault.as_database_error().and_then(|error| error.code()).and_then(|code| code.parse::<i32>().ok());
    // ERROR, SCHEMA, TOOBIG, CONSTRAINT, MISMATCH, RANGE: the statement alone.
    !matches!(code.map(|code| code & 0xff), Some(1 | 17 | 18 | 19 | 20 | 25))
}

impl Drop for Write {
    fn drop(&mut self) {
        // A verb that refused, or whose task was dropped, must not keep the others waiting. Where
        // no runtime is left there is nobody to wait either.
        let after = self.spoilt();
        if let (Some(way), Ok(runtime)) = (self.way.take(), Handle::try_current()) {
            // What it answers may rest on the others all the same.
            if let Way::Grouped(turn) = &way
                && let Ok(turn) = turn.try_lock()
                && let Some(outcome) = turn.others()
            {
                commit_dependency::note(outcome);
            }
            runtime.spawn(way.take_back(after));
        }
    }
}

fn no_writer() -> sqlx::Error {
    sqlx::Error::WorkerCrashed
}

#[async_trait::async_trait]
impl ConnectionTrait for Write {
    fn get_database_backend(&self) -> DbBackend {
        match &self.way {
            Some(Way::Alone(_)) => DbBackend::Postgres,
            _ => DbBackend::Sqlite,
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.note(changed_by(&statement.sql, statement.values.as_ref()));
        let done = match self.way()? {
            Way::Alone(alone) => {
                alone.lock().await.line().exchange(|line| Box::pin(server::execute(line, statement))).await
            }
            Way::Grouped(turn) => match turn.lock().await.writer() {
                Some(writer) => embedded::execute(writer, statement).await,
                None => Err(no_writer()),
            },
        };
        self.judged(done).map_err(not_executed)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.note(mentioned_in(sql));
        let done = match self.way()? {
            Way::Alone(alone) => {
                let sql = sql.to_owned();
                alone.lock().await.line().exchange(|line| Box::pin(server::unprepared(line, sql))).await
            }
            Way::Grouped(turn) => match turn.lock().await.writer() {
                Some(writer) => embedded::unprepared(writer, sql.to_owned()).await,
                None => Err(no_writer()),
            },
        };
        self.judged(done).map_err(not_executed)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.note(changed_by(&statement.sql, statement.values.as_ref()));
        let done = match self.way()? {
            Way::Alone(alone) => {
                alone.lock().await.line().exchange(|line| Box::pin(server::one(line, statement))).await
            }
            Way::Grouped(turn) => match turn.lock().await.writer() {
                Some(writer) => embedded::one(writer, statement).await,
                None => Err(no_writer()),
            },
        };
        self.judged(done).map_err(not_queried)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.note(changed_by(&statement.sql, statement.values.as_ref()));
        let done = match self.way()? {
            Way::Alone(alone) => {
                alone.lock().await.line().exchange(|line| Box::pin(server::all(line, statement))).await
            }
            Way::Grouped(turn) => match turn.lock().await.writer() {
                Some(writer) => embedded::all(writer, statement).await,
                None => Err(no_writer()),
            },
        };
        self.judged(done).map_err(not_queried)
    }
}
