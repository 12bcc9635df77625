//! A round that is closed by mistake before anybody chose costs the evening nothing; and what the console
//! says of how picking stands.

use rstest::rstest;
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};

use crate::fixtures::ear::Ear;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::hall::{Hall, ROUNDS, light, mine};

/// An evening on which everybody may pick three people in all.
async fn begin(engine: Engine, pairs: u32) -> Option<Hall> {
    let hall = Hall::begin(engine, pairs).await?;
    hall.evening.change(|row| row.settings = Set(json!({ "picks": { "limit": 3, "event_limit": 3 } }))).await;
    Some(hall)
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_round_nobody_used_is_no_round_of_the_evening(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = begin(engine, 10).await else { return };
    let first = hall.open(3).await;
    assert_eq!(hall.close(first).await.status, 200);
    assert!(hall.round(first).await.unused);
    let again = hall.open(3).await;
    assert_eq!(light(&hall.men[0], again, &["女001"]).await.status, 200);
    assert_eq!(light(&hall.women[0], again, &["男001"]).await.status, 200);
    assert_eq!(hall.close(again).await.status, 200);
    assert_eq!(mine(&hall.men[0], again).await.json["badges"], json!(["女001"]));
    // It opens once, like any other; and whoever picked is not asked three more questions.
    assert_eq!(hall.host.post(&format!("{ROUNDS}/{first}/open"), json!({})).await.code(), "round_closed");
    assert!(!hall.round(again).await.unused);
    let refused = hall.host.post(ROUNDS, json!({ "limit": 1 })).await;
    assert_eq!((refused.status, refused.code()), (409, "too_many_picks"));
    assert_eq!((&refused.json["most"], &refused.json["planned"]), (&json!(3), &json!(3)));
}

/// An empty ballot is one: somebody may have taken back what was on it. And in a small room it is told of
/// nobody whether they sent one.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_round_somebody_used_counts_however_little_it_says(#[values(Sqlite, Postgres)] engine: Engine) {
    for (pairs, sends) in [(10, true), (9, false)] {
        let Some(hall) = begin(engine, pairs).await else { return };
        let n = hall.open(3).await;
        if sends {
            assert_eq!(light(&hall.men[0], n, &[]).await.status, 200);
        }
        assert_eq!(hall.close(n).await.status, 200);
        assert!(!hall.round(n).await.unused, "{pairs}");
        assert_eq!(hall.host.post(ROUNDS, json!({ "limit": 1 })).await.code(), "too_many_picks", "{pairs}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_console_hears_how_many_pairs_there_are(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 10).await else { return };
    let mut console = Ear::of(&hall.host, "", None).await;
    let n = hall.open(1).await;
    assert_eq!(console.hear_until("/picks/state", json!("open")).await["picks"]["matches"], Value::Null);
    for (place, number) in (0..10).zip(1..) {
        light(&hall.men[place], n, &[&format!("女{number:03}")]).await;
        light(&hall.women[place], n, &[&format!("男{number:03}")]).await;
    }
    hall.close(n).await;
    assert_eq!(console.hear_until("/picks/state", json!("tallied")).await["picks"]["matches"], 10);
}
