//! Whoever decided on an application may think again.

use queqiao::events::phase::Phase;
use queqiao::mail::postman::Postman;
use queqiao::registrations::registration::Status;
use rstest::rstest;
use serde_json::json;

use crate::fixtures::browser::{Browser, header};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::person::{Person, refused};

const PATH: &str = "/api/v1/events/qixi/registrations";

async fn decide(evening: &Evening, person: &Person, decision: &str) -> crate::fixtures::person::Answer {
    let body = json!({ "decision": decision, "reason": "看错了" });
    evening.organizer.post(&format!("{PATH}/{}/decision", person.registration_id), body).await
}

async fn letters(evening: &Evening, person: &Person) -> Vec<String> {
    let all = evening.letters().await.into_iter().filter(|letter| letter.recipient == person.email);
    all.map(|letter| letter.kind.clone()).collect()
}

/// The postman goes round once.
async fn delivered(evening: &Evening) -> u64 {
    let postman = Postman::new(&evening.app).unwrap();
    postman.step().await.unwrap().sent
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_rejection_is_taken_back_before_anybody_hears_of_it(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let person = evening.participant_as("men", Status::Applied).await;
    assert_eq!(decide(&evening, &person, "reject").await.status, 200);
    assert_eq!((delivered(&evening).await, letters(&evening, &person).await), (0, vec!["rejected".to_owned()]));
    let back = decide(&evening, &person, "restore").await;
    assert_eq!((back.status, &back.json["status"], &back.json["reason"]), (200, &json!("applied"), &json!(null)));
    assert_eq!(letters(&evening, &person).await, Vec::<String>::new(), "the letter was called back");
    evening.clock.advance(chrono::Duration::seconds(60));
    assert_eq!(delivered(&evening).await, 0);
    refused(&decide(&evening, &person, "restore").await, 409, "not_decidable");
    // Rejected and heard of: then it is said that it holds no longer.
    assert_eq!(decide(&evening, &person, "reject").await.status, 200);
    evening.clock.advance(chrono::Duration::seconds(60));
    assert_eq!(delivered(&evening).await, 1);
    let organizer = evening.again(&evening.organizer);
    let path = format!("{PATH}/{}/decision", person.registration_id);
    assert_eq!(organizer.post(&path, json!({ "decision": "restore" })).await.status, 200);
    assert_eq!(letters(&evening, &person).await, ["rejected", "restored"]);
    assert_eq!(evening.status(&person).await, Status::Applied);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn only_the_last_decision_is_written_to_anybody(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let person = evening.participant_as("women", Status::Applied).await;
    for (decision, letter) in [("approve", "approved"), ("reject", "rejected")] {
        assert_eq!(decide(&evening, &person, decision).await.status, 200);
        assert_eq!(letters(&evening, &person).await, [letter]);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_are_restored_but_nobody_twice(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let people = evening.participants("men", 3, Status::Applied).await;
    for person in &people {
        assert_eq!(decide(&evening, person, "reject").await.status, 200);
    }
    let wish = json!({ "unit_id": evening.units[0].id });
    assert_eq!(people[0].post(PATH, wish).await.status, 201, "applied again meanwhile");
    refused(&decide(&evening, &people[0], "restore").await, 409, "applied_again");
    let ids: Vec<_> = people.iter().map(|person| person.registration_id).collect();
    let many = json!({ "decision": "restore", "ids": ids });
    let restored = evening.organizer.post(&format!("{PATH}/decisions"), many).await;
    assert_eq!(restored.json["decided"].as_array().map(Vec::len), Some(2), "{}", restored.text());
    assert_eq!(restored.json["unchanged"][0]["code"], "applied_again");
    assert_eq!(evening.status(&people[0]).await, Status::Rejected);
    for person in &people[1..] {
        assert_eq!(evening.status(person).await, Status::Applied);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn after_the_screening_nothing_is_promised_any_more(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Screening).await else { return };
    let late = evening.participants("men", 2, Status::Applied).await;
    evening.participant_as("women", Status::Selected).await;
    refused(&decide(&evening, &late[0], "approve").await, 409, "seats_given");
    assert_eq!(decide(&evening, &late[0], "reject").await.status, 200);
    refused(&decide(&evening, &late[0], "restore").await, 409, "seats_given");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_page_of_an_application_takes_a_decision_back(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let man = evening.participant_as("men", Status::Applied).await;
    let browser = Browser::of(&evening, &evening.organizer).await;
    let one = format!("/office/e/qixi/registrations/{}", man.registration_id);
    let (_, page) = browser.get(&one).await;
    assert!(page.contains("30 秒后寄出") && !page.contains("value=\"restore\""), "{page}");
    assert_eq!(decide(&evening, &man, "reject").await.status, 200);
    let (_, page) = browser.get(&one).await;
    assert!(page.contains("value=\"restore\"") && page.contains("恢复待审核"), "{page}");
    let (_, list) = browser.get("/office/e/qixi/registrations?status=rejected").await;
    assert!(list.contains(&format!("value=\"{}\"", man.registration_id)), "{list}");
    let answer = browser.send(&one, &[("decision", "restore")]).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, one.as_str()));
    assert_eq!(evening.status(&man).await, Status::Applied);
    let (_, page) = browser.get(&one).await;
    assert!(page.contains("审核不通过") && page.contains("恢复待审核"), "on record: {page}");
}
