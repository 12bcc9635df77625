//! A commit whose answer does not arrive: what is known is told, what is not known is told as that.

use queqiao::accounts::profile::Gender;
use queqiao::database::Write;
use queqiao::events::phase::Phase;
use rstest::rstest;
use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::person::Person;
use crate::fixtures::wire::{Cut, Wire};

async fn on_a_wire() -> Option<(Evening, Wire)> {
    let mut wire = None;
    let evening = Evening::begin_with(Postgres, Phase::Registration, |settings| {
        settings.database.wait_seconds = 5;
        wire = Some(Wire::before(settings));
    });
    Some((evening.await?, wire?))
}

async fn is_called(person: &Person, name: &str) -> bool {
    person.get("/api/v1/me").await.json["nickname"] == name
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_done_is_told_as_done_although_the_answer_was_lost() {
    let Some((evening, wire)) = on_a_wire().await else { return };
    let guest = evening.account("lost", Gender::Female).await;
    for turn in 0..5 {
        let name = format!("after-{turn}");
        wire.cut_at_commit(Cut::After);
        let answer = guest.patch("/api/v1/me", json!({ "nickname": name })).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert!(is_called(&guest, &name).await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_not_done_is_told_as_not_done() {
    let Some((evening, wire)) = on_a_wire().await else { return };
    let guest = evening.account("lost", Gender::Female).await;
    for turn in 0..5 {
        let name = format!("before-{turn}");
        wire.cut_at_commit(Cut::Before);
        let answer = guest.patch("/api/v1/me", json!({ "nickname": name })).await;
        assert_eq!((answer.status, answer.code()), (503, "busy"), "{}", answer.text());
        assert_eq!(answer.headers["retry-after"], "2");
        assert!(!is_called(&guest, &name).await);
        assert_eq!(guest.patch("/api/v1/me", json!({ "nickname": name })).await.status, 200);
    }
}

/// After a crash the server gives numbers out again: "committed" may be said of somebody else's.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_nobody_can_know_is_told_as_that() {
    let Some((evening, wire)) = on_a_wire().await else { return };
    let guest = evening.account("lost", Gender::Female).await;
    wire.cut_at_commit(Cut::AfterAll);
    let answer = guest.patch("/api/v1/me", json!({ "nickname": "perhaps" })).await;
    assert_eq!((answer.status, answer.code()), (503, "outcome_unknown"), "{}", answer.text());
    assert!(!answer.text().contains("Nothing was changed"), "{}", answer.text());
    assert!(is_called(&guest, "perhaps").await, "it was done");
    let page = guest.request(reqwest::Method::GET, "/api/v1/me").header("accept", "text/html");
    assert_eq!(guest.send(page).await.status, 200);
}

/// PostgreSQL answers the commit of a transaction in which a statement failed kindly, and takes it back.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_transaction_that_the_database_would_take_back_is_not_told_as_kept(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let put = async |txn: &Write, name: &str| {
        txn.execute_unprepared(&format!("INSERT INTO schema_mark (name) VALUES ('{name}')")).await
    };
    let txn = evening.app.database.begin_write().await.unwrap();
    put(&txn, "first").await.unwrap();
    put(&txn, "first").await.unwrap_err();
    let told_as_kept = txn.commit().await.is_ok();
    let row = sea_orm::Statement::from_string(
        evening.app.database.reader().get_database_backend(),
        "SELECT 1 FROM schema_mark WHERE name = 'first'",
    );
    let kept = evening.app.database.reader().query_one_raw(row).await.unwrap().is_some();
    assert_eq!(told_as_kept, kept);
}
