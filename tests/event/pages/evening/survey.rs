//! What people say when it is over.

use queqiao::events::phase::Phase;
use queqiao::registrations::registration::Status;
use rstest::rstest;
use serde_json::json;

use super::{EVIL, exported};
use crate::fixtures::browser::{Browser, read};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::hall::Hall;
use crate::fixtures::person::Person;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_union_reads_what_many_said_and_not_who(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut hall) = Hall::begin(engine, 3).await else { return };
    let ours = "/e/qixi/feedback";
    let answers = [("overall", "5"), ("pace", "short"), ("met", "yes"), ("again", "yes"), ("words", EVIL)];
    let him = Browser::of(&hall.evening, &hall.men[0]).await;
    assert!(him.get(ours).await.1.contains("活动结束之后"));
    assert_eq!(him.send(ours, &answers).await.status().as_u16(), 409);
    hall.evening.move_to(Phase::Closed).await;
    let (status, page) = read(him.send(ours, &[("overall", "6"), ("words", "好")]).await).await;
    assert!(status == 422 && page.contains("role=\"alert\"") && page.contains(">\n好</textarea>"), "{page}");
    let office = Browser::of(&hall.evening, &hall.evening.organizer).await;
    let everybody: Vec<&Person> = hall.men.iter().chain(&hall.women).collect();
    for (place, person) in everybody.iter().enumerate() {
        let (_, page) = office.get("/office/e/qixi/feedback").await;
        assert!(place < 5 && page.contains("满 5 份才显示") || place == 5 && page.contains("100 %"), "{place}: {page}");
        let browser = Browser::of(&hall.evening, person).await;
        assert_eq!(browser.send(ours, &answers).await.status().as_u16(), 303);
        // Said again, it replaces what was said.
        assert_eq!(browser.send(ours, &answers).await.status().as_u16(), 303);
    }
    let (_, page) = office.get("/office/e/qixi/feedback").await;
    assert!(page.contains("6 份") && page.contains("&#60;b&#62;1") && !page.contains(EVIL), "{page}");
    // Nothing in a row leads to its author; the author still finds it, takes it home, and takes it away.
    for row in crate::fixtures::rows::everything(&hall.evening).await.iter().filter(|row| row.contains("feedback")) {
        assert!(!everybody.iter().any(|person| row.contains(&person.registration_id.to_string())), "{row}");
    }
    assert!(him.get(ours).await.1.contains("value=\"5\" checked"));
    assert!(exported(&hall.evening.takes_home(&hall.men[0]).await.bytes, "feedback.json").contains("short"));
    assert_eq!(hall.evening.leaves(&hall.men[0]).await.status, 204);
    assert!(office.get("/office/e/qixi/feedback").await.1.contains("5 份"));
    let absent = guest_who_stayed_away(&hall).await;
    assert_eq!(absent.send(ours, &answers).await.status().as_u16(), 404);
    assert_eq!(him.get("/office/e/qixi/feedback").await.0, 303, "nobody's session outlives them");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn programs_answer_and_read_as_the_pages_do(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut hall) = Hall::begin(engine, 3).await else { return };
    let ours = "/api/v1/events/qixi/feedback";
    let answers = json!({ "overall": 4, "pace": "right", "met": true, "again": false, "words": "音乐很好" });
    let he = hall.men[0].clone();
    assert_eq!(he.get(ours).await.code(), "not_found");
    assert_eq!(he.put(ours, answers.clone()).await.code(), "phase_closed");
    hall.evening.move_to(Phase::Closed).await;
    assert_eq!(he.put(ours, json!({ "overall": 0, "pace": "right", "met": true, "again": true })).await.status, 422);
    let summary = format!("{ours}/summary");
    for (place, person) in hall.men.iter().chain(&hall.women).enumerate() {
        let figures = hall.evening.organizer.get(&summary).await.json;
        assert_eq!((&figures["answers"], figures["shares"].is_null()), (&json!(place), place < 5), "{figures}");
        assert_eq!(person.put(ours, answers.clone()).await.status, 204);
    }
    assert_eq!(he.get(ours).await.json, answers);
    let shares = hall.evening.organizer.get(&summary).await.json["shares"].clone();
    assert_eq!(
        (&shares["overall"], &shares["met"], &shares["again"]),
        (&json!([0, 0, 0, 100, 0]), &json!(100), &json!(0))
    );
    for person in [&he, &hall.host, &hall.evening.stranger().await] {
        assert_eq!(person.get(&summary).await.status, 403);
    }
}

async fn guest_who_stayed_away(hall: &Hall) -> Browser {
    let person = hall.evening.participant_as("men", Status::Confirmed).await;
    Browser::of(&hall.evening, &person).await
}
