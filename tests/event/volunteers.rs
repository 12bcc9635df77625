//! Stories of the room `volunteers`.

use chrono::Duration;
use queqiao::events::crew::Role;
use queqiao::volunteers::remind::remind;
use rstest::rstest;
use serde_json::{Value, json};

use crate::fixtures::couples::{consent, matched};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::hours;

const OUTCOMES: &str = "/api/v1/events/qixi/outcomes";

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn volunteers_see_couples_that_agreed_and_no_others(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((hall, id)) = matched(engine).await else { return };
    let volunteer = hall.evening.crew(Role::Volunteer).await;
    let before = volunteer.get(OUTCOMES).await;
    assert_eq!((before.status, &before.json["couples"]), (200, &json!([])), "{}", before.text());
    assert_eq!(before.json["counts"]["matches"], Value::Null, "a small number tells who matched and kept it");
    consent(&hall.men[0], &id, true, false).await;
    consent(&hall.women[0], &id, true, false).await;
    let outcomes = volunteer.get(OUTCOMES).await.json;
    assert_eq!(outcomes["couples"][0]["nicknames"], json!(["guest-3", "guest-1"]));
    assert_eq!(outcomes["couples"][0]["follow_up"], false);
    assert_eq!((&outcomes["counts"]["couples"], &outcomes["counts"]["attended"]), (&json!(1), &json!(4)));
    assert_eq!(hall.evening.organizer.get(OUTCOMES).await.json, outcomes);
    let stranger = hall.evening.stranger().await;
    for person in [&hall.men[0], &hall.host, &stranger] {
        assert_eq!(person.get(OUTCOMES).await.code(), "wrong_role");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn couples_are_asked_at_three_days_three_weeks_three_months_and_a_year(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let Some((hall, id)) = matched(engine).await else { return };
    let app = &hall.evening.app;
    let mut volunteer = hall.evening.crew(Role::Volunteer).await;
    let other = hall.evening.crew(Role::Volunteer).await;
    consent(&hall.men[0], &id, true, true).await;
    let couple = consent(&hall.women[0], &id, true, true).await["couple"]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/couples/{couple}/follow-ups");
    let first = volunteer.get("/api/v1/me/cases").await.json["items"][0].clone();
    assert_eq!(
        (&first["milestone"], &first["due"], &first["mine"]),
        (&json!("three_days"), &json!(false), &json!(false))
    );
    remind(app).await.unwrap();
    assert!(hall.evening.letters_to(&volunteer, "case_due").await.is_empty(), "asked too early");
    let chat = volunteer.post(&path, json!({ "state": "getting_to_know", "note": "聊得来" })).await;
    assert_eq!((chat.status, &chat.json["milestone"]), (201, &Value::Null), "{}", chat.text());
    for (days, milestone, state) in [
        (3, "three_days", "dating"),
        (18, "three_weeks", "dating"),
        (75, "three_months", "engaged"),
        (270, "one_year", "married"),
    ] {
        hall.evening.clock.advance(Duration::days(days));
        volunteer = hall.evening.again(&volunteer);
        remind(app).await.unwrap();
        remind(app).await.unwrap();
        let case = volunteer.get("/api/v1/me/cases").await.json["items"][0].clone();
        assert_eq!((&case["milestone"], &case["due"]), (&json!(milestone), &json!(true)), "{case}");
        let noted = volunteer.post(&path, json!({ "state": state, "note": "" })).await;
        assert_eq!((noted.status, &noted.json["milestone"]), (201, &json!(milestone)), "{}", noted.text());
    }
    for (person, kind) in [(&volunteer, "case_due"), (&hall.men[0], "follow_up"), (&hall.women[0], "follow_up")] {
        assert_eq!(hall.evening.letters_to(person, kind).await.len(), 4);
    }
    assert!(hall.evening.letters_to(&other, "case_due").await.is_empty(), "the case is in another's care");
    assert_eq!(hall.evening.again(&other).get("/api/v1/me/cases").await.json, json!({ "items": [], "next": null }));
    let done = volunteer.get("/api/v1/me/cases").await.json["items"][0].clone();
    assert_eq!((&done["milestone"], &done["state"], &done["mine"]), (&Value::Null, &json!("married"), &json!(true)));
    assert_eq!(volunteer.get(OUTCOMES).await.json["couples"][0]["state"], "married");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_follow_up_takes_a_couple_that_wants_it_and_a_volunteer_of_theirs(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let Some((hall, id)) = matched(engine).await else { return };
    let volunteer = hall.evening.crew(Role::Volunteer).await;
    let other = hall.evening.crew(Role::Volunteer).await;
    consent(&hall.men[0], &id, true, false).await;
    let couple = consent(&hall.women[0], &id, true, true).await["couple"]["id"].as_str().unwrap().to_owned();
    let (path, case) = (format!("/api/v1/couples/{couple}/follow-ups"), format!("/api/v1/couples/{couple}/case"));
    let heard = json!({ "state": "dating", "note": "" });
    for answer in [volunteer.post(&path, heard.clone()).await, volunteer.post(&case, json!({})).await] {
        assert_eq!((answer.status, answer.code()), (409, "follow_up_not_agreed"));
    }
    consent(&hall.men[0], &id, true, true).await;
    let stranger = hall.evening.stranger().await;
    for person in [&hall.men[0], &hall.host, &stranger] {
        assert_eq!(person.post(&path, heard.clone()).await.status, 404);
        assert_eq!(person.post(&case, json!({})).await.status, 404);
    }
    let now = hall.evening.app.now();
    for body in [
        json!({ "state": "bliss", "note": "" }),
        json!({ "state": "dating", "note": "x".repeat(2001) }),
        json!({ "state": "dating", "note": "", "at": now + hours(1) }),
        json!({ "state": "dating", "note": "", "at": now - hours(72) }),
        json!({ "state": "dating", "mood": "good" }),
        json!({ "note": "" }),
    ] {
        assert_eq!(volunteer.post(&path, body).await.code(), "invalid");
    }
    for _ in 0..2 {
        assert_eq!(volunteer.post(&case, json!({})).await.status, 204);
    }
    for answer in [other.post(&case, json!({})).await, other.post(&path, heard.clone()).await] {
        assert_eq!((answer.status, answer.code()), (409, "case_taken"));
    }
    assert_eq!(hall.evening.organizer.post(&path, heard.clone()).await.status, 201);
    assert_eq!(volunteer.post(&path, json!({ "state": "parted", "note": "", "at": now })).await.status, 201);
    let cases = volunteer.get("/api/v1/me/cases").await.json;
    assert_eq!(cases["items"][0]["milestone"], Value::Null, "whoever parted is not asked again");
    // Taking it back ends it.
    consent(&hall.women[0], &id, true, false).await;
    assert_eq!(volunteer.post(&path, heard).await.code(), "follow_up_not_agreed");
    assert_eq!(volunteer.get("/api/v1/me/cases").await.json, json!({ "items": [], "next": null }));
}
