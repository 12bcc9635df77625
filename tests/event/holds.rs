//! Whoever changes an evening waits for whoever is just changing it, and is then judged by what it has become.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join, join_all};
use queqiao::database::Write;
use queqiao::events::event;
use queqiao::events::phase::Phase;
use queqiao::plaza::quiz;
use queqiao::registrations::registration::Status;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde_json::{Value, json};

use crate::fixtures::browser::Browser;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::hall::{Hall, ROUNDS};
use crate::fixtures::person::Answer;

const API: &str = "/api/v1/events/qixi";

/// Everybody asks in the instant in which an organizer closes the event: all wait, and nothing of it is done.
async fn asked_at_closing(evening: &Evening, requests: Vec<BoxFuture<'_, Answer>>) {
    let many = i64::try_from(requests.len()).unwrap();
    let answers = evening.amid(async |txn| evening.closing(txn).await, many, join_all(requests)).await;
    for (place, answer) in answers.iter().enumerate() {
        assert_eq!((answer.status, answer.code()), (409, "phase_closed"), "{place}: {}", answer.text());
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_begins_in_a_hall_that_is_just_closing(#[values(Sqlite, Postgres)] engine: Engine) {
    let begun = Evening::begin_with(engine, Phase::OnSite, |settings| settings.database.connections = 32).await;
    let Some(evening) = begun else { return };
    let hall = Hall::fill(evening, 2).await;
    let (evening, host) = (&hall.evening, &hall.host);
    let (cues, rounds) = (format!("{API}/programme/cues"), ROUNDS);
    let called = host.post(&cues, json!({ "segment": null, "from": null })).await;
    assert_eq!(host.post(rounds, json!({ "limit": 1 })).await.status, 201);
    evening.participant_as("men", Status::Confirmed).await;
    let cue = called.json["cue"].clone();
    let back = format!("{cues}/{}", cue.as_str().unwrap());
    let requests = vec![
        async { host.post(&cues, json!({ "segment": null, "from": cue })).await }.boxed(),
        async { host.delete(&back).await }.boxed(),
        async { host.put(&format!("{API}/programme/groups"), json!({ "groups": 2 })).await }.boxed(),
        async { host.post(&format!("{API}/programme/icebreakers"), json!({})).await }.boxed(),
        async { hall.men[0].put(&format!("{API}/programme/talent"), json!({ "title": "吉他" })).await }.boxed(),
        async { host.post(rounds, json!({ "limit": 1 })).await }.boxed(),
        async { host.post(&format!("{rounds}/1/open"), json!({})).await }.boxed(),
        async { evening.organizer.post(&format!("{API}/badges"), json!({})).await }.boxed(),
    ];
    asked_at_closing(evening, requests).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_is_screened_at_an_event_that_is_just_closing(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Screening).await else { return };
    let ask = |path: &'static str, body: Value| {
        let organizer = &evening.organizer;
        async move { organizer.post(path, body).await }.boxed()
    };
    let requests = vec![
        ask("/api/v1/events/qixi/screening/runs", json!({})),
        ask("/api/v1/events/qixi/screening/list", json!({ "draw": "双色球 2026090 期" })),
    ];
    asked_at_closing(&evening, requests).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_draft_that_is_just_being_published_is_published_once_and_keeps_its_address(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let Some(evening) = Evening::begin(engine, Phase::Draft).await else { return };
    let publishing = async |txn: &Write| {
        let mut row = event::hold(txn, evening.event.id).await.unwrap().into_active_model();
        row.published_at = Set(Some(evening.app.now()));
        row.update(txn).await.unwrap();
    };
    let publish = format!("{API}/publish");
    let requests =
        join(evening.organizer.post(&publish, json!({})), evening.organizer.patch(API, json!({ "slug": "elsewhere" })));
    let (published, amended) = evening.amid(publishing, 2, requests).await;
    assert_eq!((published.status, published.code()), (409, "already_published"), "{}", published.text());
    assert_eq!((amended.status, amended.code()), (409, "too_late"), "{}", amended.text());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_quiz_is_not_reworded_while_the_event_closes(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let question = json!({ "text": "谁在银河上搭桥?", "options": ["喜鹊", "乌鸦"], "correct": 0 });
    let quiz = json!({ "title": "七夕知多少", "opens_at": "2026-08-22T07:00:00Z", "closes_at": "2026-08-22T09:00:00Z", "questions": [question] });
    let quiz_answer = evening.organizer.post(&format!("{API}/quizzes"), quiz).await;
    assert_eq!(quiz_answer.status, 201, "{}", quiz_answer.text());
    let office = Arc::new(Browser::of(&evening, &evening.organizer).await);
    let form = [
        ("title", "改过的一题"),
        ("opens_at", "2026-08-22T15:00"),
        ("closes_at", "2026-08-22T18:00"),
        ("questions[0].text", "搭桥的是哪一种鸟？"),
        ("questions[0].options[0]", "燕子"),
        ("questions[0].options[1]", "喜鹊"),
        ("questions[0].correct", "1"),
    ];
    let path = format!("/office/e/qixi/quizzes/{}", quiz_answer.json["id"].as_str().unwrap());
    let answer = evening.amid(async |txn| evening.closing(txn).await, 1, office.send(&path, &form)).await;
    assert_eq!(answer.status(), 409);
    let kept = quiz::Entity::find().one(evening.app.database.reader()).await.unwrap().unwrap();
    assert_eq!(kept.title, "七夕知多少");
}
