//! Many transactions, one durable commit: the embedded database writes through one connection and
//! waits for the disk at every commit, so verbs that stand in line share that wait.
//!
//! Each verb is a savepoint in a transaction that stays open while others are in line. A verb is
//! told that it is done only after the commit of the whole; one that refuses or fails takes back
//! its own savepoint and nobody else's. With nobody in line a verb commits at once, so that a
//! single writer waits no longer than before.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::anyhow;
use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use tokio::sync::{Mutex, OwnedMutexGuard, watch};

use super::hearsay::Outcome;
use crate::error::Error;

/// How many verbs share one commit at most, and how long the first of them waits for the last.
const LARGEST: usize = 128;
const LONGEST: Duration = Duration::from_millis(20);

/// The line in front of the one writer.
#[derive(Clone, Debug)]
pub struct Line {
    writer: DatabaseConnection,
    /// Whoever holds this writes; tokio hands it on in the order of asking.
    turn: Arc<Mutex<Option<Group>>>,
    waiting: Arc<AtomicUsize>,
}

/// A transaction that more than one verb writes in.
#[derive(Debug)]
struct Group {
    shared: DatabaseTransaction,
    members: usize,
    begun: Instant,
    /// None until the commit; then whether it is on disk.
    outcome: watch::Sender<Option<bool>>,
}

/// A verb's turn: its savepoint, and the right to write that it hands on.
#[derive(Debug)]
pub struct Turn {
    line: Line,
    own: DatabaseTransaction,
    group: OwnedMutexGuard<Option<Group>>,
}

impl Line {
    #[must_use]
    pub fn before(writer: DatabaseConnection) -> Self {
        Self { writer, turn: Arc::default(), waiting: Arc::default() }
    }

    /// Waits for its turn and begins. To be run in a task of its own: a caller who goes away must
    /// not leave the line.
    ///
    /// # Errors
    /// Only faults.
    pub async fn begin(self) -> Result<Turn, DbErr> {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let mut group = Arc::clone(&self.turn).lock_owned().await;
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        let shared = match group.take() {
            Some(open) => group.insert(open),
            None => group.insert(Group::open(&self.writer).await?),
        };
        match shared.shared.begin().await {
            Ok(own) => Ok(Turn { line: self, own, group }),
            Err(fault) => {
                give_up(&mut group).await;
                Err(fault)
            }
        }
    }

    /// How many stand in it.
    #[cfg(test)]
    pub fn people(&self) -> usize {
        self.waiting.load(Ordering::SeqCst)
    }

    /// Whether the group is to be committed now rather than handed on.
    fn is_full(&self, group: &Group) -> bool {
        self.waiting.load(Ordering::SeqCst) == 0 || group.members >= LARGEST || group.begun.elapsed() >= LONGEST
    }
}

impl Group {
    async fn open(writer: &DatabaseConnection) -> Result<Self, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let shared = writer.begin_with_options(options).await?;
        Ok(Self { shared, members: 0, begun: Instant::now(), outcome: watch::Sender::new(None) })
    }
}

impl Turn {
    #[must_use]
    pub fn transaction(&self) -> &DatabaseTransaction {
        &self.own
    }

    /// Whether those before this verb in its group come to be on disk; None where there are none.
    #[must_use]
    pub fn others(&self) -> Option<Outcome> {
        self.group.as_ref().filter(|open| open.members > 0).map(|open| open.outcome.subscribe())
    }

    /// Makes the verb's savepoint part of the whole, and waits until the whole is on disk.
    ///
    /// # Errors
    /// A fault where it is not; then nothing of the group is true.
    pub async fn commit(self) -> Result<(), Error> {
        let Self { line, own, mut group } = self;
        if let Err(fault) = own.commit().await {
            give_up(&mut group).await;
            return Err(fault.into());
        }
        let Some(open) = group.as_mut() else { return Err(anyhow!("the group is gone").into()) };
        open.members += 1;
        let mut outcome = open.outcome.subscribe();
        hand_on(&line, group).await;
        let kept = outcome.wait_for(Option::is_some).await.map_err(Error::fault)?;
        match *kept {
            Some(true) => Ok(()),
            _ => Err(anyhow!("the shared commit failed").into()),
        }
    }

    /// Takes back the verb's savepoint and lets the next one write.
    pub async fn take_back(self) {
        let Self { line, own, mut group } = self;
        if own.rollback().await.is_err() {
            give_up(&mut group).await;
        } else {
            hand_on(&line, group).await;
        }
    }
}

/// Commits the group where nobody is in line for it, else leaves it open to the next.
async fn hand_on(line: &Line, mut group: OwnedMutexGuard<Option<Group>>) {
    if !group.as_ref().is_some_and(|open| line.is_full(open)) {
        return;
    }
    if let Some(Group { shared, outcome, .. }) = group.take() {
        let kept = shared.commit().await;
        if let Err(fault) = &kept {
            tracing::error!(%fault, "a shared commit failed");
        }
        outcome.send_replace(Some(kept.is_ok()));
    }
}

/// The whole cannot be trusted any more: nothing of it becomes true, and everybody in it is told.
async fn give_up(group: &mut Option<Group>) {
    if let Some(Group { shared, outcome, .. }) = group.take() {
        let _ = shared.rollback().await;
        outcome.send_replace(Some(false));
    }
}
