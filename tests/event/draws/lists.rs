//! Who is in which list.

use chrono::Duration;
use queqiao::plaza::quiz::{self, Question, Questions};
use queqiao::plaza::quiz_answer::{self, Choices};
use queqiao::registrations::registration::{Side, Status};
use rstest::rstest;
use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};
use uuid::Uuid;

use super::recomputed::mine;
use super::{DRAWS, fix, one};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::hall::{Hall, absent};
use crate::fixtures::person::{Person, refused};

/// A quiz that opened an hour ago and closes in so many minutes.
async fn quiz(evening: &Evening, minutes: i64) -> Uuid {
    let txn = evening.app.database.begin_write().await.unwrap();
    let now = evening.app.now();
    let question = Question { text: "？".into(), options: vec!["甲".into(), "乙".into()], correct: 0 };
    let row = quiz::ActiveModel {
        id: Set(evening.app.new_id()),
        event_id: Set(evening.event.id),
        title: Set("七夕".into()),
        questions: Set(Questions(vec![question])),
        opens_at: Set(now - Duration::hours(1)),
        closes_at: Set(now + Duration::minutes(minutes)),
        created_by: Set(evening.organizer.account_id),
        created_at: Set(now),
    };
    let row = row.insert(&txn).await.unwrap();
    txn.commit().await.unwrap();
    row.id
}

async fn answers(evening: &Evening, quiz: Uuid, person: &Person) {
    let txn = evening.app.database.begin_write().await.unwrap();
    let row = quiz_answer::ActiveModel {
        quiz_id: Set(quiz),
        registration_id: Set(person.registration_id),
        choices: Set(Choices(vec![1])),
        correct: Set(0),
        at: Set(evening.app.now()),
    };
    row.insert(&txn).await.unwrap();
    txn.commit().await.unwrap();
}

async fn plan(evening: &Evening, among: Value) -> i64 {
    let source = json!({ "kind": "public", "named": "drand 4242" });
    let wish = json!({ "name": "抽奖", "among": among, "prizes": one("书", 1), "source": source });
    let planned = evening.again(&evening.organizer).post(DRAWS, wish).await;
    assert_eq!(planned.status, 201, "{}", planned.text());
    planned.json["number"].as_i64().unwrap()
}

/// Fixes a list of these people, and of nobody else.
async fn holds(evening: &Evening, among: Value, people: &[&Person], others: &[&Person]) {
    let number = plan(evening, among).await;
    let fixed = fix(&evening.again(&evening.organizer), number).await;
    assert_eq!((fixed.status, &fixed.json["people"]), (200, &json!(people.len())), "{}", fixed.text());
    let is_in = async |person: &Person| {
        mine(&evening.again(person)).await.as_array().unwrap().iter().any(|draw| draw["number"] == json!(number))
    };
    for person in people {
        assert!(is_in(person).await, "{}", person.email);
    }
    for person in others {
        assert!(!is_in(person).await, "{}", person.email);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_answered_is_in_it_once_nobody_can_any_more(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 2).await else { return };
    let evening = &hall.evening;
    let (morning, noon) = (quiz(evening, 10).await, quiz(evening, 20).await);
    for (quiz, person) in [(morning, &hall.men[0]), (noon, &hall.men[0]), (morning, &hall.women[0])] {
        answers(evening, quiz, person).await;
    }
    let number = plan(evening, json!({ "kind": "quiz", "quiz": morning })).await;
    refused(&fix(&evening.again(&evening.organizer), number).await, 409, "list_not_complete");
    evening.clock.advance(Duration::minutes(11));
    let of = |quiz: Uuid| json!({ "kind": "quiz", "quiz": quiz });
    let (he, she, others) = (&hall.men[0], &hall.women[0], [&hall.men[1], &hall.women[1]]);
    holds(evening, of(morning), &[he, she], &others).await;
    let day = json!({ "kind": "quizzes_of_day", "day": "2026-08-22" });
    let number = plan(evening, day.clone()).await;
    refused(&fix(&evening.again(&evening.organizer), number).await, 409, "list_not_complete");
    evening.clock.advance(Duration::minutes(10));
    holds(evening, day, &[he], &[she, others[0]]).await;
    for among in [of(Uuid::nil()), json!({ "kind": "quizzes_of_day", "day": "2026-08-01" })] {
        let source = json!({ "kind": "hall" });
        let wish = json!({ "name": "抽奖", "among": among, "prizes": one("书", 1), "source": source });
        let refused = evening.again(&evening.organizer).post(DRAWS, wish).await;
        assert_eq!((refused.status, &refused.json["errors"][0]["code"]), (422, &json!("no_such_quiz")));
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_is_here_who_came_early_and_who_takes_part(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 1).await else { return };
    let evening = &hall.evening;
    let early = evening.app.now();
    evening.clock.advance(Duration::minutes(5));
    let late = crate::fixtures::hall::guest(evening, Side::Men, 2).await;
    let at_home = absent(evening, Side::Women, 2).await;
    let waits = evening.participant_as("men", Status::Waitlisted).await;
    let chosen = evening.participant_as("women", Status::Selected).await;
    evening.goes(&hall.women[0]).await;
    let (he, she) = (&hall.men[0], &hall.women[0]);
    holds(evening, json!({ "kind": "inside" }), &[he, &late], &[she, &at_home, &waits]).await;
    // Whoever came early is in it, though they have gone.
    holds(evening, json!({ "kind": "early", "before": early }), &[he, she], &[&late, &at_home]).await;
    holds(evening, json!({ "kind": "taking_part" }), &[he, she, &late, &at_home, &chosen], &[&waits]).await;
    let ahead = early + Duration::hours(1);
    let number = plan(evening, json!({ "kind": "early", "before": ahead })).await;
    refused(&fix(&evening.again(&evening.organizer), number).await, 409, "list_not_complete");
}
