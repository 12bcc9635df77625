//! 每日签到, and a request that is repeated.

use Engine::{Postgres, Sqlite};
use queqiao::error::Error;
use queqiao::events::phase::Phase;
use queqiao::idempotency;
use queqiao::plaza::contribution;
use queqiao::plaza::daily_check_in::{self, Request, sign_in_all};
use queqiao::registrations::access::Participant;
use queqiao::registrations::registration::Status;
use queqiao::server::jobs;
use reqwest::Method;
use rstest::rstest;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use super::{POSTS, SIGN_INS, lines, moment, points};
use crate::fixtures::evening::{Engine, Evening};

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_hands_sign_in_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    let hands: Vec<_> = (0..32)
        .map(|_| {
            let her = her.clone();
            tokio::spawn(async move { her.post(SIGN_INS, json!({})).await })
        })
        .collect();
    let mut first = 0;
    for hand in hands {
        let answer = hand.await.unwrap();
        match (answer.status, answer.json["awarded"]["points"].as_i64().unwrap()) {
            (201, 4) => first += 1,
            (200, 0) => {}
            other => panic!("{other:?} {}", answer.text()),
        }
    }
    assert_eq!((first, lines(&evening).await, points(&her).await), (1, 1, 4));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_sign_ins_that_come_in_one_moment_each_is_judged_by_itself(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let approved = evening.participants("women", 3, Status::Approved).await;
    let waiting = evening.participant_as("men", Status::Applied).await;
    assert_eq!(approved[1].post(SIGN_INS, json!({})).await.status, 201);
    let mut requests = Vec::new();
    for person in [&approved[0], &waiting, &approved[1], &approved[2], &approved[0]] {
        let event = evening.event.clone();
        requests.push(Request(Participant::find(&evening.app, person.signed_in(), event).await.unwrap().unwrap()));
    }
    let answers = sign_in_all(&evening.app, &requests).await.unwrap();
    let answered: Vec<_> = answers
        .iter()
        .map(|answer| answer.as_ref().map_err(Error::code).map(|done| (done.first, done.awarded.points)))
        .collect();
    assert_eq!(answered, [Ok((true, 4)), Err("not_approved"), Ok((false, 0)), Ok((true, 4)), Ok((false, 0))]);
    assert_eq!(lines(&evening).await, 3);
    for person in &approved {
        assert_eq!(points(person).await, 4);
    }
    assert!(daily_check_in::days_of(evening.app.database.reader(), waiting.registration_id).await.unwrap().is_empty());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_day_ends_at_midnight_in_shanghai(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    evening.clock.set(moment("2026-08-22T15:59:59.999999Z"));
    let her = evening.again(&her);
    let last = her.post(SIGN_INS, json!({})).await;
    assert_eq!((last.status, &last.json["day"]), (201, &json!("2026-08-22")));
    evening.clock.set(moment("2026-08-22T16:00:00Z"));
    let her = evening.again(&her);
    let next = her.post(SIGN_INS, json!({})).await;
    assert_eq!((next.status, &next.json["day"]), (201, &json!("2026-08-23")));
    let mine = her.get(SIGN_INS).await;
    assert_eq!(mine.json, json!({"days": ["2026-08-22", "2026-08-23"], "today": "2026-08-23", "done_today": true}));
    assert_eq!(points(&her).await, 8);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_request_again_gives_the_first_answer(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    let send = |path: &'static str, body: Value| {
        her.send(her.request(Method::POST, path).header("Idempotency-Key", "once-1").json(&body))
    };
    let first = send(SIGN_INS, json!({})).await;
    let again = send(SIGN_INS, json!({})).await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.bytes, again.bytes);
    let post = send(POSTS, json!({"body": "一"})).await;
    assert_eq!(send(POSTS, json!({"body": "一"})).await.bytes, post.bytes);
    assert_eq!(send(POSTS, json!({"body": "二"})).await.code(), "idempotency_key_reused");
    let written = contribution::Entity::find().count(evening.app.database.reader()).await.unwrap();
    assert_eq!((written, lines(&evening).await), (1, 1));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_answer_kept_for_repetition_is_forgotten_in_time(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    let request = her.request(Method::POST, POSTS).header("Idempotency-Key", "once-1");
    let first = her.send(request.json(&json!({"body": "一"}))).await;
    assert_eq!(first.status, 201);
    let held = async || idempotency::Entity::find().count(evening.app.database.reader()).await.unwrap();
    evening.clock.advance(chrono::Duration::hours(47));
    jobs::once(&evening.app).await;
    assert_eq!(held().await, 1);
    evening.clock.advance(chrono::Duration::hours(1));
    jobs::once(&evening.app).await;
    assert_eq!(held().await, 0);
}
