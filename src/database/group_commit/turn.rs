//! A verb's turn: its savepoint, which becomes part of the whole or is taken back.

use anyhow::anyhow;
use sea_orm::sqlx::SqliteConnection;
use tokio::sync::OwnedMutexGuard;

use super::WriteQueue;
use super::desk::Desk;
use crate::database::commit_dependency::Outcome;
use crate::database::spoken::not_executed;
use crate::error::Fault;
use crate::error::trouble::Trouble;
use crate::remembered::table::Part;

/// A verb's turn: its savepoint, and the right to write that it hands on.
#[derive(Debug)]
pub struct Turn {
    line: WriteQueue,
    desk: OwnedMutexGuard<Desk>,
}

impl Turn {
    pub(super) fn new(line: WriteQueue, desk: OwnedMutexGuard<Desk>) -> Self {
        Self { line, desk }
    }

    /// None where the writer is gone, and the turn with it.
    pub fn writer(&mut self) -> Option<&mut SqliteConnection> {
        self.desk.writer.as_mut()
    }

    /// Whether those before this verb in its group come to be on disk; None where there are none.
    #[must_use]
    pub fn others(&self) -> Option<Outcome> {
        self.desk.group.as_ref().filter(|open| open.members > 0).map(|open| open.outcome.subscribe())
    }

    /// Makes the verb's savepoint part of the whole, and waits until the whole is on disk.
    ///
    /// # Errors
    /// A fault where it is not; it says whether anything may have become true.
    pub async fn commit(self, changed: Vec<Part>) -> Result<(), Fault> {
        let Self { line, mut desk } = self;
        if let Err(fault) = desk.tell("RELEASE verb").await {
            let trouble = Trouble::of_driver(&fault);
            desk.give_up(trouble).await;
            return Err(not_executed(fault).into());
        }
        let Some(open) = desk.group.as_mut() else { return Err(anyhow!("the group is gone").into()) };
        open.members += 1;
        open.changed.extend(changed);
        let mut outcome = open.outcome.subscribe();
        hand_on(&line, desk).await;
        let kept =
            *outcome.wait_for(Option::is_some).await.map_err(|gone| Fault::with_trouble(Trouble::Unknown, gone))?;
        match kept {
            Some(Ok(())) => Ok(()),
            Some(Err(trouble)) => Err(Fault::with_trouble(trouble, anyhow!("the shared commit failed"))),
            None => Err(Fault::with_trouble(Trouble::Unknown, anyhow!("the shared commit told nothing"))),
        }
    }

    /// Takes back the verb's savepoint and lets the next one write; `after` is what failed before.
    pub async fn take_back(self, after: Option<Trouble>) {
        let Self { line, mut desk } = self;
        let mut back = desk.tell("ROLLBACK TO verb").await;
        if back.is_ok() {
            back = desk.tell("RELEASE verb").await;
        }
        match back {
            Ok(()) => hand_on(&line, desk).await,
            Err(fault) => desk.give_up(after.unwrap_or_else(|| Trouble::of_driver(&fault))).await,
        }
    }
}

/// Commits the group where nobody is in line for it, else leaves it open to the next.
async fn hand_on(line: &WriteQueue, mut desk: OwnedMutexGuard<Desk>) {
    if desk.group.as_ref().is_some_and(|open| line.is_full(open)) {
        desk.finish(line).await;
    }
}
