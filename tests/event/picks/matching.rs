//! Who picked each other, and what everybody is told of it.

use std::collections::HashSet;

use queqiao::couples::begin;
use queqiao::registrations::registration::Side;
use rstest::rstest;
use serde_json::{Value, json};

use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::hall::{Hall, ROUNDS, absent, light, mine};
use crate::fixtures::person::Person;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_who_pick_each_other_learn_of_it_and_nobody_else_does(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 3).await else { return };
    let n = hall.open(2).await;
    assert_eq!(mine(&hall.men[0], n).await.code(), "round_not_tallied");
    for (person, badges) in [
        (&hall.men[0], ["女001", "女002"].as_slice()),
        (&hall.women[0], &["男003", "男001"]),
        (&hall.men[1], &["女001"]),
    ] {
        assert_eq!(light(person, n, badges).await.status, 200);
    }
    let closed = hall.close(n).await;
    assert_eq!((closed.status, &closed.json["state"]), (200, &json!("tallied")), "{}", closed.text());
    assert_eq!(hall.matches().await.len(), 1);
    assert_eq!(mine(&hall.men[0], n).await.json["badges"], json!(["女001"]));
    let hers = mine(&hall.women[0], n).await;
    assert_eq!(hers.json["badges"], json!(["男001"]));
    assert_eq!(hers.json["matches"][0]["nickname"], "guest-1");
    // Picked by somebody, picking somebody, neither: the same bytes.
    let nothing = mine(&hall.men[1], n).await.bytes;
    for person in [&hall.women[1], &hall.men[2], &hall.women[2]] {
        assert_eq!(mine(person, n).await.bytes, nothing);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn everybody_who_took_part_gets_one_and_the_same_letter(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 2).await else { return };
    absent(&hall.evening, Side::Women, 9).await;
    let n = hall.open(2).await;
    light(&hall.men[0], n, &["女002", "女001"]).await;
    light(&hall.women[0], n, &["男001"]).await;
    hall.close(n).await;
    let mut letters = HashSet::new();
    for person in hall.men.iter().chain(&hall.women) {
        let mut sent = hall.evening.letters_to(person, "round_over").await;
        assert_eq!(sent.len(), 1);
        let letter = sent.remove(0);
        assert!(letter.plain.contains("/e/qixi/matches"), "{}", letter.plain);
        let nameless = |text: &str| {
            ["guest-1", "guest-2", "guest-3", "guest-4"]
                .iter()
                .fold(text.to_owned(), |text, name| text.replace(name, ""))
        };
        letters.insert((letter.subject.clone(), nameless(&letter.plain), nameless(&letter.html), letter.not_before));
    }
    assert_eq!(letters.len(), 1, "the outbox tells who was picked back: {letters:?}");
    assert_eq!(hall.evening.letters().await.len(), 4, "somebody who never came got a letter");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_willing_go_on_stage_with_whom_they_would_rather(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 2).await else { return };
    let n = hall.open(2).await;
    let path = format!("{ROUNDS}/{n}/picks");
    // Known answer C1.
    for (person, badges) in [
        (&hall.men[0], ["女001", "女002"].as_slice()),
        (&hall.men[1], &["女001"]),
        (&hall.women[0], &["男002", "男001"]),
        (&hall.women[1], &["男001"]),
    ] {
        assert_eq!(person.put(&path, json!({ "badges": badges, "stage": true })).await.status, 200);
    }
    hall.close(n).await;
    let stage = async |person: &Person| {
        let found = person.get("/api/v1/matches").await.json["items"].clone();
        let mut found: Vec<(String, Value)> = found
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["badge"].as_str().unwrap().to_owned(), one["on_stage"].clone()))
            .collect();
        found.sort_by(|one, other| one.0.cmp(&other.0));
        found
    };
    let woman = |number: &str, on_stage: bool| (format!("女{number}"), json!(on_stage));
    // What the other one said on the ballot is not told before both are asked and both say yes.
    assert!(mine(&hall.men[0], n).await.json["matches"][0].get("on_stage").is_none());
    assert_eq!(stage(&hall.men[0]).await, [woman("001", false), woman("002", false)]);
    begin::due(&hall.evening.app).await.unwrap();
    assert_eq!(stage(&hall.men[0]).await, [woman("001", false), woman("002", true)]);
    assert_eq!(stage(&hall.men[1]).await, [woman("001", true)]);
    // Whoever takes it back is a couple no more, and reads of no stage.
    let id = mine(&hall.men[1], n).await.json["matches"][0]["id"].as_str().unwrap().to_owned();
    let answer = hall.women[0].put(&format!("/api/v1/matches/{id}/consent"), json!({ "show": false })).await;
    assert_eq!(answer.status, 200);
    assert_eq!(stage(&hall.men[1]).await, [woman("001", false)]);
}
