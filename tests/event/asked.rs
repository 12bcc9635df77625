//! Everybody is asked afterwards: those who came, and those who took part online and were not selected.

use chrono::Duration;
use queqiao::events::phase::Phase;
use queqiao::feedback::ask;
use queqiao::registrations::registration::Status;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};

use crate::fixtures::browser::Browser;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::hall::Hall;
use crate::fixtures::person::{Person, refused};

const OURS: &str = "/api/v1/events/qixi/feedback/online";

fn answers(overall: i32) -> Value {
    json!({ "overall": overall, "effort": "heavy", "clear": false, "again": true, "words": "题目有点难" })
}

/// An evening that is over, with people inside and people who were not selected.
async fn over(engine: Engine) -> Option<(Hall, Vec<Person>)> {
    let mut hall = Hall::begin(engine, 3).await?;
    let mut outside = hall.evening.participants("women", 3, Status::NotSelected).await;
    outside.extend(hall.evening.participants("men", 2, Status::Waitlisted).await);
    outside.extend(hall.evening.participants("men", 1, Status::Approved).await);
    hall.evening.move_to(Phase::Closed).await;
    Some((hall, outside))
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_was_not_selected_answers_questions_of_their_own(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut hall) = Hall::begin(engine, 3).await else { return };
    let early = hall.evening.participant_as("women", Status::NotSelected).await;
    refused(&early.put(OURS, answers(4)).await, 409, "phase_closed");
    let mut outside = hall.evening.participants("men", 5, Status::NotSelected).await;
    outside.push(early);
    hall.evening.move_to(Phase::Closed).await;
    let organizer = &hall.evening.organizer;
    for (place, person) in outside.iter().enumerate() {
        let summary = organizer.get(&format!("{OURS}/summary")).await.json;
        let hidden = (1..5).contains(&place);
        assert_eq!((summary["answers"].is_null(), summary["shares"].is_null()), (hidden, place < 5), "{summary}");
        assert_eq!(person.put(OURS, answers(2)).await.status, 204);
        assert_eq!(person.put(OURS, answers(5)).await.status, 204, "again, in place of the first");
    }
    let summary = organizer.get(&format!("{OURS}/summary")).await.json;
    assert_eq!((&summary["answers"], &summary["shares"]["overall"]), (&json!(6), &json!([0, 0, 0, 0, 100])));
    assert_eq!((&summary["shares"]["clear"], &summary["shares"]["effort"]), (&json!(0), &json!([0, 0, 100])));
    // Counted apart: nothing of it is among the answers of those who came, and likewise in the report.
    assert_eq!(organizer.get("/api/v1/events/qixi/feedback/summary").await.json["answers"], 0);
    let report = organizer.get("/api/v1/events/qixi/report").await.json;
    let feedback = &report["feedback"];
    assert_eq!((&feedback["answers"], &feedback["online_answers"]), (&json!(0), &json!(6)), "{report}");
    assert_eq!((&feedback["online_content"], &feedback["online_again"]), (&json!(100), &json!(100)));
    // Whoever had a seat is asked about the evening, and nobody answers twice.
    refused(&hall.men[0].put(OURS, answers(1)).await, 404, "not_found");
    let declined = hall.evening.participant_as("men", Status::Declined).await;
    refused(&declined.put(OURS, answers(1)).await, 404, "not_found");
    for person in [&outside[0], &hall.host] {
        assert_eq!(person.get(&format!("{OURS}/summary")).await.status, 403);
    }
    // No row leads to its author; they take it home and take it away.
    let rows = crate::fixtures::rows::everything(&hall.evening).await;
    for row in rows.iter().filter(|row| row.contains("题目有点难")) {
        assert!(!outside.iter().any(|person| row.contains(&person.registration_id.to_string())), "{row}");
    }
    assert_eq!(outside[0].get(OURS).await.json, answers(5));
    assert_eq!(hall.evening.leaves(&outside[0]).await.status, 204);
    assert_eq!(hall.evening.organizer.get(&format!("{OURS}/summary")).await.json["answers"], 5);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_page_leads_each_to_their_own_questions(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((hall, outside)) = over(engine).await else { return };
    let her = Browser::of(&hall.evening, &outside[0]).await;
    assert!(her.get("/e/qixi/me").await.1.contains("/e/qixi/feedback/online"));
    let answer = her.request(reqwest::Method::GET, "/e/qixi/feedback").send().await.unwrap();
    assert_eq!(crate::fixtures::browser::header(&answer, "location"), "/e/qixi/feedback/online");
    assert!(her.get("/e/qixi/feedback/online").await.1.contains("name=\"effort\""));
    let form = [("overall", "3"), ("effort", "right"), ("clear", "yes"), ("again", "no"), ("words", "<b>谢谢</b>")];
    assert_eq!(her.send("/e/qixi/feedback/online", &form[..2]).await.status().as_u16(), 422);
    assert_eq!(her.send("/e/qixi/feedback/online", &form).await.status().as_u16(), 303);
    assert!(her.get("/e/qixi/feedback/online").await.1.contains("value=\"3\" checked"));
    let him = Browser::of(&hall.evening, &hall.men[0]).await;
    assert!(him.get("/e/qixi/feedback").await.1.contains("name=\"met\""));
    assert!(!him.get("/e/qixi/feedback/online").await.1.contains("name=\"effort\""));
    for person in &outside[1..5] {
        assert_eq!(person.put(OURS, answers(5)).await.status, 204);
    }
    let office = Browser::of(&hall.evening, &hall.evening.organizer).await.get("/office/e/qixi/feedback").await.1;
    assert!(office.contains("没有入选的人") && office.contains("&#60;b&#62;谢谢"), "{office}");
}

/// Of an event that was called off nobody is asked, and nobody answers.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_an_event_that_was_called_off_there_is_nothing_to_say(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::Online).await else { return };
    let person = evening.participant("women").await;
    evening.move_to(Phase::Closed).await;
    assert_eq!(person.put(OURS, answers(4)).await.status, 204);
    let before = evening.event.starts_at - Duration::days(1);
    evening.change(|row| row.closed_at = Set(Some(before))).await;
    refused(&person.put(OURS, answers(5)).await, 404, "not_found");
    let page = Browser::of(&evening, &person).await.get("/e/qixi/feedback/online").await.1;
    assert!(!page.contains("name=\"effort\""), "{page}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_letters_go_out_the_morning_after_and_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((hall, outside)) = over(engine).await else { return };
    let evening = &hall.evening;
    evening.change(|row| row.ends_at = Set(evening.app.now() - Duration::hours(1))).await;
    let stayed_away = evening.participant_as("men", Status::Confirmed).await;
    let turned_away = evening.participant_as("men", Status::Rejected).await;
    ask::due(&evening.app).await.unwrap();
    let of = async |person: &Person| {
        let letters = evening.letters().await.into_iter().filter(|letter| letter.recipient == person.email);
        letters.map(|letter| letter.kind.clone()).filter(|kind| kind.contains("feedback")).collect::<Vec<_>>()
    };
    assert!(of(&hall.men[0]).await.is_empty(), "not in the same night");
    // Two answer in the same night.
    let how = json!({ "overall": 4, "pace": "right", "met": true, "again": false });
    assert_eq!(hall.men[2].put("/api/v1/events/qixi/feedback", how).await.status, 204);
    assert_eq!(outside[5].put(OURS, answers(4)).await.status, 204);
    evening.clock.advance(Duration::hours(30));
    // Several processes at once.
    let rounds = (0..4).map(|_| ask::due(&evening.app));
    for round in futures_util::future::join_all(rounds).await {
        round.unwrap();
    }
    ask::due(&evening.app).await.unwrap();
    for person in hall.men[..2].iter().chain(&hall.women) {
        assert_eq!(of(person).await, ["feedback"]);
    }
    for person in &outside[..5] {
        assert_eq!(of(person).await, ["online_feedback"]);
    }
    for person in [&stayed_away, &turned_away, &hall.host, &hall.men[2], &outside[5]] {
        assert!(of(person).await.is_empty());
    }
}
