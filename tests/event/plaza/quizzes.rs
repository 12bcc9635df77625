//! Quizzes are asked, and answered once.

use Engine::{Postgres, Sqlite};
use queqiao::events::phase::Phase;
use rstest::rstest;
use serde_json::{Value, json};

use super::{QUIZZES, lines};
use crate::fixtures::evening::{Engine, Evening, hours};

fn quiz(opens: &str, closes: &str) -> Value {
    json!({"title": "七夕知多少", "opens_at": opens, "closes_at": closes, "questions": [
        {"text": "七夕是农历几月初七?", "options": ["六月", "七月", "八月"], "correct": 1},
        {"text": "谁在银河上搭桥?", "options": ["喜鹊", "乌鸦"], "correct": 0},
    ]})
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_quiz_is_answered_once_and_tells_what_was_right_afterwards(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    let created = evening.organizer.post(QUIZZES, quiz("2026-08-22T07:00:00Z", "2026-08-22T09:00:00Z")).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let answers = format!("{QUIZZES}/{}/answers", created.json["id"].as_str().unwrap());
    assert_eq!(her.get(QUIZZES).await.json["items"], json!([]), "nobody knows of it yet");
    assert_eq!(her.post(&answers, json!({"choices": [1, 0]})).await.status, 404);

    evening.clock.advance(hours(1));
    let her = evening.again(&her);
    let seen = her.get(QUIZZES).await;
    assert_eq!((&seen.json["items"][0]["open"], &seen.json["items"][0]["choices"]), (&json!(true), &Value::Null));
    assert_eq!(seen.json["items"][0]["questions"][0]["correct"], Value::Null, "{}", seen.text());
    for choices in [json!([1]), json!([1, 2]), json!([1, -1]), json!([])] {
        assert_eq!(her.post(&answers, json!({ "choices": choices })).await.status, 422);
    }
    let hands: Vec<_> = (0..16)
        .map(|_| {
            let (her, answers) = (her.clone(), answers.clone());
            tokio::spawn(async move { her.post(&answers, json!({"choices": [1, 1]})).await })
        })
        .collect();
    let mut taken = 0;
    for hand in hands {
        let answer = hand.await.unwrap();
        if answer.status == 201 {
            taken += 1;
            assert_eq!(answer.json, json!({"awarded": {"points": 4, "rule": "quiz", "capped": false}}));
        } else {
            assert_eq!((answer.status, answer.code()), (409, "already_answered"));
        }
    }
    assert_eq!((taken, lines(&evening).await), (1, 1));
    assert_eq!(her.get(QUIZZES).await.json["items"][0]["correct"], Value::Null);

    evening.clock.advance(hours(2));
    let her = evening.again(&her);
    let seen = her.get(QUIZZES).await;
    assert_eq!((&seen.json["items"][0]["correct"], &seen.json["items"][0]["open"]), (&json!(1), &json!(false)));
    assert_eq!(seen.json["items"][0]["questions"][1]["correct"], 0);
    let him = evening.participant("men").await;
    assert_eq!(him.post(&answers, json!({"choices": [1, 0]})).await.code(), "quiz_closed");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_asks_a_quiz_while_the_event_closes(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let asking = evening.organizer.post(QUIZZES, quiz("2026-08-22T07:00:00Z", "2026-08-22T09:00:00Z"));
    let refused = evening.amid(async |txn| evening.closing(txn).await, 1, asking).await;
    assert_eq!((refused.status, refused.code()), (409, "phase_closed"), "{}", refused.text());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_quiz_that_makes_no_sense_is_not_asked(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    let good = quiz("2026-08-22T07:00:00Z", "2026-08-22T09:00:00Z");
    let with = |path: &str, value: Value| {
        let mut body = good.clone();
        *body.pointer_mut(path).unwrap() = value;
        body
    };
    for (path, value, code) in [
        ("/closes_at", json!("2026-08-22T06:30:00Z"), "before_opening"),
        ("/title", json!(" "), "blank"),
        ("/questions", json!([]), "invalid"),
        ("/questions/0/correct", json!(3), "not_an_option"),
        ("/questions/0/options", json!(["只有一个"]), "invalid"),
        ("/questions/0/options/1", json!(""), "blank"),
        ("/opens_at", json!("昨天"), "wrong_type"),
    ] {
        let refused = evening.organizer.post(QUIZZES, with(path, value)).await;
        let codes: Vec<_> =
            refused.json["errors"].as_array().unwrap().iter().map(|error| error["code"].clone()).collect();
        assert_eq!(refused.status, 422);
        assert!(codes.contains(&json!(code)), "{path}: {}", refused.text());
    }
    let over = evening.organizer.post(QUIZZES, quiz("2026-08-22T04:00:00Z", "2026-08-22T05:00:00Z")).await;
    assert_eq!(over.json["errors"][0]["code"], "in_the_past");
    assert_eq!(her.post(QUIZZES, good.clone()).await.code(), "wrong_role");
    assert_eq!(evening.stranger().await.post(QUIZZES, good).await.status, 403);
}
