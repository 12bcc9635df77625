//! Many transactions, one durable commit: the embedded database writes through one connection and
//! waits for the disk at every commit, so verbs that stand in line share that wait.
//!
//! Each verb is a savepoint in a transaction that stays open while others are in line. A verb is
//! told that it is done only after the commit of the whole; one that refuses or fails takes back
//! its own savepoint and nobody else's. With nobody in line a verb commits at once, so that a
//! single writer waits no longer than before.
//!
//! SQLite takes a whole transaction back by itself where it has no room or cannot read, and a driver
//! that counts how deep it is inside does not hear of it. So nothing is counted here: every group
//! begins with a `BEGIN IMMEDIATE`, which SQLite refuses inside a transaction, and a writer on which
//! anything but a room's own statement failed is closed and another one opened.

mod desk;
#[cfg(test)]
mod tests;
pub mod turn;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use sea_orm::sqlx::{Executor, query_scalar};
use sea_orm::{DbErr, sqlx};
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::timeout;

use super::spoken::not_executed;
use crate::error::trouble::Trouble;
use crate::remembered::Changes;
use desk::{Desk, Group};
use turn::Turn;

/// How many verbs share one commit at most, and how long the first of them waits for the last; where it is
/// tested who shares one, no slow machine decides.
const LARGEST: usize = 128;
const LONGEST: Duration = if cfg!(test) { Duration::MAX } else { Duration::from_millis(20) };

/// What the planner knows of the tables, looked at anew where they have grown much.
const MEASURE: &str = "PRAGMA analysis_limit = 400; PRAGMA optimize";

/// The line in front of the one writer.
#[derive(Clone, Debug)]
pub struct WriteQueue {
    options: SqliteConnectOptions,
    /// Whoever holds this writes; tokio hands it on in the order of asking.
    desk: Arc<Mutex<Desk>>,
    waiting: Arc<AtomicUsize>,
    /// What the verbs change of what the house remembers.
    pub changes: Arc<Changes>,
    /// When something last came to be on disk.
    kept: Arc<std::sync::Mutex<Option<Instant>>>,
}

impl WriteQueue {
    #[must_use]
    pub fn before(options: SqliteConnectOptions) -> Self {
        Self { options, desk: Arc::default(), waiting: Arc::default(), kept: Arc::default(), changes: Arc::default() }
    }

    /// Waits for its turn and begins. To be run in a task of its own: a caller who goes away must
    /// not leave the line.
    pub async fn begin(self) -> Result<Turn, DbErr> {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let mut desk = Arc::clone(&self.desk).lock_owned().await;
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        if desk.group.is_none() {
            desk.open(&self.options).await.map_err(not_executed)?;
        }
        if let Err(fault) = desk.tell("SAVEPOINT verb").await {
            desk.give_up(Trouble::of_driver(&fault)).await;
            return Err(not_executed(fault));
        }
        Ok(Turn::new(self, desk))
    }

    /// How many stand in it.
    #[cfg(test)]
    pub fn people(&self) -> usize {
        self.waiting.load(Ordering::SeqCst)
    }

    /// How long ago something last came to be on disk.
    #[must_use]
    pub fn last_kept(&self) -> Option<Duration> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).map(|at| at.elapsed())
    }

    /// Changes with everything that somebody else than the line's writer writes into the file; where the
    /// writer was replaced, nobody knows.
    ///
    /// # Errors
    /// Only faults.
    pub async fn version(&self) -> sqlx::Result<(u64, i64)> {
        let mut desk = self.desk.lock().await;
        if desk.writer.is_none() && !desk.closed {
            desk.hire(&self.options).await?;
        }
        let Some(writer) = desk.writer.as_mut() else { return Err(sqlx::Error::WorkerCrashed) };
        let version = query_scalar("PRAGMA data_version").fetch_one(writer).await?;
        Ok((desk.writers, version))
    }

    /// Brings the write-ahead log into the file and empties it; false where a reader is in the way.
    ///
    /// # Errors
    /// Only faults.
    pub async fn checkpoint(&self) -> sqlx::Result<bool> {
        self.idle_desk().await?.checkpoint().await
    }

    /// Has the planner look again at tables that have grown much since it last did: what it thinks of a table decides
    /// whether an index is asked.
    ///
    /// # Errors
    /// Only faults.
    pub async fn measure_tables(&self) -> sqlx::Result<()> {
        let mut desk = self.idle_desk().await?;
        let Some(writer) = desk.writer.as_mut() else { return Err(sqlx::Error::WorkerCrashed) };
        writer.execute(MEASURE).await.map(drop)
    }

    /// The desk with a writer that is outside of every transaction; whoever is next begins another.
    async fn idle_desk(&self) -> sqlx::Result<MutexGuard<'_, Desk>> {
        let mut desk = self.desk.lock().await;
        desk.finish(self).await;
        if desk.writer.is_none() {
            desk.hire(&self.options).await?;
        }
        Ok(desk)
    }

    /// Closes the writer; a verb that does not come to an end is not waited for.
    pub async fn close(&self) {
        let Ok(mut desk) = timeout(Duration::from_secs(5), self.desk.lock()).await else { return };
        desk.closed = true;
        desk.finish(self).await;
        if let Some(writer) = desk.writer.as_mut() {
            // For the next time.
            let _ = writer.execute(MEASURE).await;
        }
        // A reader that outlives the writer could not bring the log into the file: whoever copies the file has it whole.
        let _ = desk.checkpoint().await;
        desk.throw_away().await;
    }

    /// Whether the group is to be committed now rather than handed on.
    fn is_full(&self, group: &Group) -> bool {
        self.waiting.load(Ordering::SeqCst) == 0 || group.members >= LARGEST || group.begun.elapsed() >= LONGEST
    }
}
