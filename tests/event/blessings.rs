//! 祝福: the hall taps for who is on the bridge; and what an event leaves out of the stage.

use queqiao::registrations::registration::Status;
use rstest::rstest;
use serde_json::{Value, json};

use crate::fixtures::couples::consent;
use crate::fixtures::ear::Ear;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::hall::Hall;
use crate::fixtures::person::{Answer, Person};
use crate::fixtures::stage::{STAGE, couple, matched, show, stage};

async fn bless(person: &Person, moves: &Value, taps: i32) -> Answer {
    person.post("/api/v1/events/qixi/blessings", json!({ "moves": moves, "taps": taps })).await
}

/// Puts the first couple on the bridge; the `moves` of that scene.
async fn on_the_bridge(hall: &Hall, matches: &[String]) -> Value {
    for person in [&hall.men[0], &hall.women[0]] {
        consent(person, &matches[0], true, false).await;
    }
    let id = stage(&hall.host).await["couples"][0]["id"].clone();
    for reveals in ["numbers", "nicknames", "bridge"] {
        assert_eq!(show(&hall.host, couple(&id, reveals)).await.status, 200);
    }
    stage(&hall.host).await["moves"].clone()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_hall_blesses_who_is_on_the_bridge_and_no_thumb_outweighs_the_others(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let Some((hall, matches)) = matched(engine, 2, 1).await else { return };
    let early = bless(&hall.men[1], &json!(0), 1).await;
    assert_eq!((early.status, early.code()), (409, "nobody_on_the_bridge"));
    let moves = on_the_bridge(&hall, &matches).await;
    let mut screen = Ear::of(&hall.host, "?as=screen", None).await;
    screen.hear_until("/stage/shows/blessings", json!(0)).await;
    // Forty taps of one phone, all at once: twenty count.
    let taps = (0..8).map(|_| {
        let (he, moves) = (hall.men[1].clone(), moves.clone());
        tokio::spawn(async move { bless(&he, &moves, 5).await })
    });
    let mut left = Vec::new();
    for tapped in futures_util::future::join_all(taps).await {
        left.push(tapped.unwrap().json["left"].as_i64().unwrap());
    }
    left.sort_unstable();
    assert_eq!(left, [0, 0, 0, 0, 0, 5, 10, 15]);
    assert_eq!(bless(&hall.women[1], &moves, 3).await.json["left"], 17);
    screen.hear_until("/stage/shows/blessings", json!(23)).await;
    let phone = Ear::of(&hall.men[1], "", None).await.hear().await.unwrap();
    let shows = &phone["stage"]["shows"];
    assert_eq!((&shows["blessable"], &shows["blessings"]), (&json!(true), &Value::Null));
    for wrong in [0, 101] {
        assert_eq!(bless(&hall.men[1], &moves, wrong).await.status, 422);
    }
    assert_eq!(bless(&hall.host, &moves, 1).await.status, 403);
    let at_home = hall.evening.participant_as("women", Status::Confirmed).await;
    assert_eq!(bless(&at_home, &moves, 1).await.code(), "not_inside");
    // What was tapped for this scene is not for the next.
    assert_eq!(show(&hall.host, json!({ "kind": "blank" })).await.status, 200);
    assert_eq!(bless(&hall.women[1], &moves, 1).await.code(), "nobody_on_the_bridge");
    let from = stage(&hall.host).await["moves"].clone();
    assert_eq!(hall.host.post(&format!("{STAGE}/undo"), json!({ "from": from })).await.status, 200);
    assert_eq!(bless(&hall.women[1], &moves, 1).await.code(), "stage_moved");
    screen.hear_until("/stage/shows/blessings", json!(23)).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_event_may_leave_out_nicknames_the_bridge_and_blessings(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((hall, matches)) = matched(engine, 1, 1).await else { return };
    let organizer = &hall.evening.organizer;
    let amend = async |stage: Value| organizer.patch("/api/v1/events/qixi", json!({ "stage": stage })).await;
    let refused = amend(json!({ "blessings": 101, "confessions": { "each": 4, "answer_minutes": 0 } })).await;
    let fields: Vec<_> =
        refused.json["errors"].as_array().unwrap().iter().map(|error| error["field"].clone()).collect();
    assert_eq!(fields, ["stage.blessings", "stage.confessions.each", "stage.confessions.answer_minutes"]);
    assert_eq!(amend(json!({ "nicknames": false, "blessings": 0 })).await.status, 200);
    for person in [&hall.men[0], &hall.women[0]] {
        consent(person, &matches[0], true, false).await;
    }
    let id = stage(&hall.host).await["couples"][0]["id"].clone();
    assert_eq!(show(&hall.host, couple(&id, "numbers")).await.status, 200);
    assert_eq!(show(&hall.host, couple(&id, "nicknames")).await.code(), "left_out");
    assert_eq!(show(&hall.host, couple(&id, "bridge")).await.status, 200);
    let screen = Ear::of(&hall.host, "?as=screen", None).await.hear().await.unwrap();
    let shows = &screen["stage"]["shows"];
    assert_eq!(
        (&shows["reveals"], &shows["blessable"], &shows["blessings"]),
        (&json!("bridge"), &json!(false), &Value::Null)
    );
    assert!(!shows.to_string().contains("guest-"), "no names where the event tells none: {shows}");
    let moves = stage(&hall.host).await["moves"].clone();
    assert_eq!(bless(&hall.men[0], &moves, 1).await.code(), "nobody_on_the_bridge");
    assert_eq!(amend(json!({ "bridge": false })).await.status, 200);
    let from = stage(&hall.host).await["moves"].clone();
    assert_eq!(hall.host.post(&format!("{STAGE}/undo"), json!({ "from": from })).await.status, 200);
    assert_eq!(show(&hall.host, couple(&id, "nicknames")).await.status, 200);
    assert_eq!(show(&hall.host, couple(&id, "bridge")).await.code(), "left_out");
}
