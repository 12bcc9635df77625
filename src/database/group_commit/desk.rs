//! The one writer, and the transaction it is in for a whole group of verbs.

use std::sync::PoisonError;
use std::time::Instant;

use sea_orm::sqlx;
use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use sea_orm::sqlx::{ConnectOptions, Connection, Executor, SqliteConnection, query_scalar};
use tokio::sync::watch;

use super::WriteQueue;
use crate::database::commit_dependency::Fate;
use crate::error::trouble::Trouble;
use crate::failpoint::around;
use crate::remembered::changes::Counting;
use crate::remembered::table::Part;

/// The writer, and the transaction it is in. None where it was thrown away or not yet opened.
#[derive(Debug, Default)]
pub struct Desk {
    pub writer: Option<SqliteConnection>,
    /// How many writers there were.
    pub writers: u64,
    /// The house is closing.
    pub closed: bool,
    pub group: Option<Group>,
}

/// A transaction that more than one verb writes in.
#[derive(Debug)]
pub struct Group {
    pub members: usize,
    pub begun: Instant,
    /// What they change of what the house remembers.
    pub changed: Vec<Part>,
    /// None until the commit; then whether it is on disk.
    pub outcome: watch::Sender<Option<Fate>>,
}

impl Desk {
    pub async fn tell(&mut self, sentence: &'static str) -> sqlx::Result<()> {
        let Some(writer) = self.writer.as_mut() else { return Err(sqlx::Error::WorkerCrashed) };
        around(writer.execute(sentence)).await.map(|_| ())
    }

    /// Begins a group, on a writer that is proved to be outside of every transaction.
    pub async fn open(&mut self, options: &SqliteConnectOptions) -> sqlx::Result<()> {
        let rested = self.writer.is_some();
        let mut begun = self.begin(options).await;
        if rested && begun.as_ref().is_err_and(|fault| Trouble::of_driver(fault) != Trouble::Busy) {
            begun = self.begin(options).await;
        }
        begun?;
        self.group =
            Some(Group { members: 0, begun: Instant::now(), changed: Vec::new(), outcome: watch::Sender::new(None) });
        Ok(())
    }

    /// A writer in the place of one that is gone.
    pub async fn hire(&mut self, options: &SqliteConnectOptions) -> sqlx::Result<&mut SqliteConnection> {
        self.writers += 1;
        Ok(self.writer.insert(options.connect().await?))
    }

    async fn begin(&mut self, options: &SqliteConnectOptions) -> sqlx::Result<()> {
        if self.writer.is_none() {
            self.hire(options).await?;
        }
        let begun = self.tell("BEGIN IMMEDIATE").await;
        if let Err(fault) = &begun {
            tracing::warn!(%fault, "the writer could not begin and is replaced");
            self.throw_away().await;
        }
        begun
    }

    /// Ends the group: what its verbs did is on disk, or none of it.
    pub async fn finish(&mut self, line: &WriteQueue) {
        let Some(Group { outcome, members, changed, .. }) = self.group.take() else { return };
        // Before anybody is told.
        let counting = Counting::from(&line.changes, changed);
        let ended = self.tell(if members == 0 { "ROLLBACK" } else { "COMMIT" }).await;
        let fate = match ended {
            Ok(()) => Ok(()),
            Err(fault) => {
                tracing::error!(%fault, members, "a shared commit failed; the writer is replaced");
                self.throw_away().await;
                Err(of_commit(&fault))
            }
        };
        if members > 0 && fate.is_ok() {
            *line.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        }
        drop(counting);
        outcome.send_replace(Some(fate));
    }

    /// The whole cannot be trusted any more: nothing of it becomes true, and everybody in it is told.
    pub async fn give_up(&mut self, trouble: Trouble) {
        self.throw_away().await;
        if let Some(Group { outcome, members, .. }) = self.group.take() {
            tracing::error!(members, "a shared transaction is given up; the writer is replaced");
            // Whatever it was, nobody asked for a commit.
            let trouble = if trouble == Trouble::Full { trouble } else { Trouble::Busy };
            outcome.send_replace(Some(Err(trouble)));
        }
    }

    /// Brings the write-ahead log into the file and empties it; false where a reader is in the way, or there is no writer.
    /// Whoever reads for long (a backup) is hardly waited for. Only outside of a transaction.
    pub async fn checkpoint(&mut self) -> sqlx::Result<bool> {
        let Some(mut writer) = self.writer.take() else { return Ok(false) };
        writer.execute("PRAGMA busy_timeout = 50").await?;
        let held_up: i32 = query_scalar("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut writer).await?;
        writer.execute("PRAGMA busy_timeout = 5000").await?;
        self.writer = Some(writer);
        Ok(held_up == 0)
    }

    /// Closes the writer: whatever transaction it is in comes to nothing.
    pub async fn throw_away(&mut self) {
        if let Some(writer) = self.writer.take() {
            let _ = writer.close().await;
        }
    }
}

/// A commit that found no room wrote no end of it. One that could not be brought to the disk may have
/// been, and may be found there after a power cut.
fn of_commit(fault: &sqlx::Error) -> Trouble {
    let code = fault.as_database_error().and_then(|error| error.code()).and_then(|code| code.parse::<i32>().ok());
    match code.map(|code| code & 0xff) {
        Some(13) => Trouble::Full,
        Some(5) => Trouble::Busy,
        _ => Trouble::Unknown,
    }
}
