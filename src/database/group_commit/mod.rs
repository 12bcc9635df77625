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

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use anyhow::anyhow;
use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use sea_orm::sqlx::{ConnectOptions, Connection, Executor, SqliteConnection, query_scalar};
use sea_orm::{DbErr, sqlx};
use tokio::sync::{Mutex, OwnedMutexGuard, watch};
use tokio::time::timeout;

use super::commit_dependency::{Fate, Outcome};
use super::spoken::not_executed;
use crate::error::Fault;
use crate::error::trouble::Trouble;
use crate::failpoint::around;

/// How many verbs share one commit at most, and how long the first of them waits for the last.
const LARGEST: usize = 128;
const LONGEST: Duration = Duration::from_millis(20);

/// The line in front of the one writer.
#[derive(Clone, Debug)]
pub struct WriteQueue {
    options: SqliteConnectOptions,
    /// Whoever holds this writes; tokio hands it on in the order of asking.
    desk: Arc<Mutex<Desk>>,
    waiting: Arc<AtomicUsize>,
    /// When something last came to be on disk.
    kept: Arc<std::sync::Mutex<Option<Instant>>>,
}

/// The writer, and the transaction it is in. None where it was thrown away or not yet opened.
#[derive(Debug, Default)]
struct Desk {
    writer: Option<SqliteConnection>,
    group: Option<Group>,
}

/// A transaction that more than one verb writes in.
#[derive(Debug)]
struct Group {
    members: usize,
    begun: Instant,
    /// None until the commit; then whether it is on disk.
    outcome: watch::Sender<Option<Fate>>,
}

/// A verb's turn: its savepoint, and the right to write that it hands on.
#[derive(Debug)]
pub struct Turn {
    line: WriteQueue,
    desk: OwnedMutexGuard<Desk>,
}

impl WriteQueue {
    #[must_use]
    pub fn before(options: SqliteConnectOptions) -> Self {
        Self { options, desk: Arc::default(), waiting: Arc::default(), kept: Arc::default() }
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
        Ok(Turn { line: self, desk })
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

    /// Brings the write-ahead log into the file and empties it; false where a reader is in the way.
    ///
    /// # Errors
    /// Only faults.
    pub async fn checkpoint(&self) -> sqlx::Result<bool> {
        let mut desk = self.desk.lock().await;
        // A checkpoint cannot be taken inside a transaction, and whoever is next begins another.
        desk.finish(self).await;
        let mut writer = match desk.writer.take() {
            Some(writer) => writer,
            None => self.options.connect().await?,
        };
        // Whoever reads for long (a backup) must not keep the desks from writing meanwhile.
        writer.execute("PRAGMA busy_timeout = 50").await?;
        let held_up: i32 = query_scalar("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut writer).await?;
        writer.execute("PRAGMA busy_timeout = 5000").await?;
        desk.writer = Some(writer);
        Ok(held_up == 0)
    }

    /// Closes the writer; a verb that does not come to an end is not waited for.
    pub async fn close(&self) {
        let Ok(mut desk) = timeout(Duration::from_secs(5), self.desk.lock()).await else { return };
        desk.finish(self).await;
        if let Some(writer) = desk.writer.as_mut() {
            // What the planner knows of the tables, for the next time.
            let _ = writer.execute("PRAGMA analysis_limit = 400; PRAGMA optimize").await;
        }
        desk.throw_away().await;
    }

    /// Whether the group is to be committed now rather than handed on.
    fn is_full(&self, group: &Group) -> bool {
        self.waiting.load(Ordering::SeqCst) == 0 || group.members >= LARGEST || group.begun.elapsed() >= LONGEST
    }
}

impl Desk {
    async fn tell(&mut self, sentence: &'static str) -> sqlx::Result<()> {
        let Some(writer) = self.writer.as_mut() else { return Err(sqlx::Error::WorkerCrashed) };
        around(writer.execute(sentence)).await.map(|_| ())
    }

    /// Begins a group, on a writer that is proved to be outside of every transaction.
    async fn open(&mut self, options: &SqliteConnectOptions) -> sqlx::Result<()> {
        let rested = self.writer.is_some();
        let mut begun = self.begin(options).await;
        if rested && begun.as_ref().is_err_and(|fault| Trouble::of_driver(fault) != Trouble::Busy) {
            begun = self.begin(options).await;
        }
        begun?;
        self.group = Some(Group { members: 0, begun: Instant::now(), outcome: watch::Sender::new(None) });
        Ok(())
    }

    async fn begin(&mut self, options: &SqliteConnectOptions) -> sqlx::Result<()> {
        if self.writer.is_none() {
            self.writer = Some(options.connect().await?);
        }
        let begun = self.tell("BEGIN IMMEDIATE").await;
        if let Err(fault) = &begun {
            tracing::warn!(%fault, "the writer could not begin and is replaced");
            self.throw_away().await;
        }
        begun
    }

    /// Ends the group: what its verbs did is on disk, or none of it.
    async fn finish(&mut self, line: &WriteQueue) {
        let Some(Group { outcome, members, .. }) = self.group.take() else { return };
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
        outcome.send_replace(Some(fate));
    }

    /// The whole cannot be trusted any more: nothing of it becomes true, and everybody in it is told.
    async fn give_up(&mut self, trouble: Trouble) {
        self.throw_away().await;
        if let Some(Group { outcome, members, .. }) = self.group.take() {
            tracing::error!(members, "a shared transaction is given up; the writer is replaced");
            // Whatever it was, nobody asked for a commit.
            let trouble = if trouble == Trouble::Full { trouble } else { Trouble::Busy };
            outcome.send_replace(Some(Err(trouble)));
        }
    }

    /// Closes the writer: whatever transaction it is in comes to nothing.
    async fn throw_away(&mut self) {
        if let Some(writer) = self.writer.take() {
            let _ = writer.close().await;
        }
    }
}

/// A commit that found no room wrote no end of it. One that could not be brought to the disk may have
/// been, and may be found there after a power cut.
fn of_commit(fault: &sqlx::Error) -> Trouble {
    let code = fault.as_database_error().and_then(|said| said.code()).and_then(|code| code.parse::<i32>().ok());
    match code.map(|code| code & 0xff) {
        Some(13) => Trouble::Full,
        Some(5) => Trouble::Busy,
        _ => Trouble::Unknown,
    }
}

impl Turn {
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
    pub async fn commit(self) -> Result<(), Fault> {
        let Self { line, mut desk } = self;
        if let Err(fault) = desk.tell("RELEASE verb").await {
            let trouble = Trouble::of_driver(&fault);
            desk.give_up(trouble).await;
            return Err(not_executed(fault).into());
        }
        let Some(open) = desk.group.as_mut() else { return Err(anyhow!("the group is gone").into()) };
        open.members += 1;
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// Brings about what the disk does: SQLite takes everything back by itself.
    async fn taken_back_by_itself(turn: &mut Turn) {
        turn.writer().unwrap().execute("ROLLBACK").await.unwrap();
    }

    async fn put(turn: &mut Turn, word: &str) {
        let row = sqlx::query("INSERT INTO said (word) VALUES ($1)").bind(word.to_owned());
        row.execute(turn.writer().unwrap()).await.unwrap();
    }

    async fn line(folder: &Path) -> (WriteQueue, SqliteConnection) {
        let file = SqliteConnectOptions::new().filename(folder.join("line.sqlite3"));
        let options = crate::database::embedded(file);
        let mut looks = options.connect().await.unwrap();
        looks.execute("CREATE TABLE said (word TEXT PRIMARY KEY)").await.unwrap();
        (WriteQueue::before(options), looks)
    }

    /// What somebody else finds in the file.
    async fn committed_words(looks: &mut SqliteConnection) -> Vec<String> {
        query_scalar("SELECT word FROM said ORDER BY word").fetch_all(looks).await.unwrap()
    }

    async fn says(line: &WriteQueue, word: &str) {
        let mut turn = line.clone().begin().await.unwrap();
        put(&mut turn, word).await;
        turn.commit().await.unwrap();
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn nothing_is_lost_after_any_number_of_transactions_that_were_taken_back() {
        let folder = tempfile::tempdir().unwrap();
        let (line, mut looks) = line(folder.path()).await;
        let mut kept = Vec::new();
        for failures in 1..=8 {
            for _ in 0..failures {
                let mut turn = line.clone().begin().await.unwrap();
                put(&mut turn, "lost").await;
                taken_back_by_itself(&mut turn).await;
                assert_eq!(turn.commit().await.unwrap_err().trouble(), Trouble::Ours);
                let mut turn = line.clone().begin().await.unwrap();
                put(&mut turn, "lost").await;
                taken_back_by_itself(&mut turn).await;
                turn.take_back(None).await;
            }
            kept.push(format!("kept-{failures}"));
            says(&line, kept.last().unwrap()).await;
            assert_eq!(committed_words(&mut looks).await, kept);
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_writer_found_inside_a_transaction_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let (line, mut looks) = line(folder.path()).await;
        says(&line, "first").await;
        line.desk.lock().await.tell("BEGIN").await.unwrap();
        says(&line, "second").await;
        assert_eq!(committed_words(&mut looks).await, ["first", "second"]);
        // A writer that cannot even begin, for its thread is gone.
        line.desk.lock().await.throw_away().await;
        says(&line, "third").await;
        assert_eq!(committed_words(&mut looks).await, ["first", "second", "third"]);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn those_before_in_the_same_group_are_told_that_nothing_of_it_became_true() {
        let folder = tempfile::tempdir().unwrap();
        let (line, mut looks) = line(folder.path()).await;
        let mut first = line.clone().begin().await.unwrap();
        put(&mut first, "first").await;
        let second = tokio::spawn(line.clone().begin());
        while line.people() < 1 {
            tokio::task::yield_now().await;
        }
        let first = tokio::spawn(first.commit());
        let mut second = second.await.unwrap().unwrap();
        assert!(second.others().is_some(), "they share a commit");
        taken_back_by_itself(&mut second).await;
        second.take_back(Some(Trouble::Full)).await;
        assert_eq!(first.await.unwrap().unwrap_err().trouble(), Trouble::Full);
        says(&line, "third").await;
        assert_eq!(committed_words(&mut looks).await, ["third"]);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_commit_that_is_refused_takes_the_writer_along() {
        let folder = tempfile::tempdir().unwrap();
        let (line, mut looks) = line(folder.path()).await;
        looks
            .execute("CREATE TABLE child (of TEXT REFERENCES said(word) DEFERRABLE INITIALLY DEFERRED)")
            .await
            .unwrap();
        for _ in 0..2 {
            let mut turn = line.clone().begin().await.unwrap();
            turn.writer().unwrap().execute("INSERT INTO child VALUES ('nobody')").await.unwrap();
            turn.commit().await.unwrap_err();
        }
        says(&line, "kept").await;
        assert_eq!(committed_words(&mut looks).await, ["kept"]);
    }
}
