use sea_orm::sqlx::ConnectOptions as _;
use std::path::Path;

use sea_orm::sqlx::SqliteConnection;

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
    let options = crate::database::address::embedded(file);
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
    turn.commit(Vec::new()).await.unwrap();
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
            assert_eq!(turn.commit(Vec::new()).await.unwrap_err().trouble(), Trouble::Ours);
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
    let first = tokio::spawn(first.commit(Vec::new()));
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
    looks.execute("CREATE TABLE child (of TEXT REFERENCES said(word) DEFERRABLE INITIALLY DEFERRED)").await.unwrap();
    for _ in 0..2 {
        let mut turn = line.clone().begin().await.unwrap();
        turn.writer().unwrap().execute("INSERT INTO child VALUES ('nobody')").await.unwrap();
        turn.commit(Vec::new()).await.unwrap_err();
    }
    says(&line, "kept").await;
    assert_eq!(committed_words(&mut looks).await, ["kept"]);
}
