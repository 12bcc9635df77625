//! The preview is the run without its commit.

use queqiao::events::phase::Phase;
use queqiao::registrations::registration::Status;
use rstest::rstest;
use serde_json::{Value, json};

use super::history::{confirmed, earlier};
use super::{LIST, ME, RUNS, freeze, rules};
use crate::fixtures::browser::Browser;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::person::{Person, refused};

const EVENT: &str = "/api/v1/events/qixi";
const PREVIEW: &str = "/api/v1/events/qixi/screening/preview";
const STUDIO: &str = "/office/e/qixi/screening";

/// Four men for two seats. The first two have more points than the others, and were there two months ago.
async fn with_a_past(engine: Engine) -> Option<(Evening, Vec<Person>)> {
    let mut evening = Evening::begin(engine, Phase::Online).await?;
    rules(&evening, json!({ "by_history": true })).await;
    let men = evening.participants("men", 4, Status::Approved).await;
    evening.participants("women", 2, Status::Approved).await;
    let lately = earlier(&evening, 60, evening.event.organization_id).await;
    for (man, number) in men[..2].iter().zip(1..) {
        confirmed(&evening, lately, man, number, true).await;
        let line = json!({
            "registrations": [man.registration_id], "rule": "game", "subject": "猜谜", "reason": "现场登记",
        });
        let given = evening.organizer.post(&format!("{EVENT}/ledger/entries"), line).await;
        assert_eq!(given.status, 201, "{}", given.text());
    }
    evening.move_to(Phase::Screening).await;
    evening.organizer = evening.again(&evening.organizer);
    let men = men.iter().map(|man| evening.again(man)).collect();
    Some((evening, men))
}

async fn numbers(people: &[Person]) -> Vec<String> {
    let mut numbers = Vec::new();
    for person in people {
        numbers.push(person.get(ME).await.json["number"].as_str().unwrap().to_owned());
    }
    numbers
}

async fn preview(evening: &Evening) -> Value {
    let preview = evening.organizer.post(PREVIEW, json!({})).await;
    assert_eq!(preview.status, 200, "{}", preview.text());
    preview.json
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_preview_and_the_run_use_the_same_classes(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, men)) = with_a_past(engine).await else { return };
    let names = numbers(&men).await;
    let browser = Browser::of(&evening, &evening.organizer).await;
    for listed in [false, true] {
        if listed {
            freeze(&evening).await;
            assert_eq!(evening.organizer.post(LIST, json!({ "draw": "drand 7" })).await.status, 201);
        }
        let tried = preview(&evening).await;
        let seated: Vec<String> = serde_json::from_value(tried["selected"].clone()).unwrap();
        assert!(!seated.contains(&names[0]) && !seated.contains(&names[1]), "{tried}");
        assert!(seated.contains(&names[2]) && seated.contains(&names[3]), "{tried}");
        assert_eq!((&tried["by_history"], &tried["sides"][0]["passed_over"]), (&json!(true), &json!(2)), "{tried}");
    }
    // Somebody who is approved after the list was fixed is neither in the run nor in its preview.
    evening.participants("men", 1, Status::Approved).await;
    assert_eq!(preview(&evening).await["applicants"], 6);
    let (_, page) = browser.get(STUDIO).await;
    for answer in ["这个活动先看以往", "以往参加过或未到场的，排在其他人之后", "fill=\"url(#passed-men)\""]
    {
        assert!(page.contains(answer), "{answer}: {page}");
    }
    let run = evening.organizer.post(RUNS, json!({ "beacon": "7" })).await;
    assert_eq!((run.status, &run.json["by_history"]), (201, &json!(true)), "{}", run.text());
    let mut stood = Vec::new();
    for man in &men {
        stood.push(evening.status(man).await);
    }
    assert_eq!(stood, [Status::Waitlisted, Status::Waitlisted, Status::Selected, Status::Selected]);
    let (_, page) = browser.get(STUDIO).await;
    for answer in ["先看以往", "以往参加过或未到场的，排在其他人之后", "fill=\"url(#passed-men)\""]
    {
        assert!(page.contains(answer), "{answer}: {page}");
    }
    let why = men[0].get(ME).await.json["explanation"]["words"].to_string();
    assert!(why.contains("近六个月参加过"), "{why}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn without_the_rule_points_alone_decide_whatever_stood_there(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, men)) = with_a_past(engine).await else { return };
    // What their classes were when they applied is forgotten with the rule.
    let off = evening.organizer.patch(EVENT, json!({ "screening": { "standby": 3 } })).await;
    assert_eq!((off.status, &off.json["plan"]["screening"]["by_history"]), (200, &json!(false)), "{}", off.text());
    let names = numbers(&men).await;
    let tried = preview(&evening).await;
    let seated: Vec<String> = serde_json::from_value(tried["selected"].clone()).unwrap();
    assert!(seated.contains(&names[0]) && seated.contains(&names[1]), "{tried} {names:?}");
    assert_eq!((&tried["by_history"], &tried["sides"][0]["passed_over"]), (&json!(false), &json!(0)));
    for man in &men {
        assert_eq!(man.get(ME).await.json["class"], 1);
    }
    let (_, page) = Browser::of(&evening, &evening.organizer).await.get(STUDIO).await;
    assert!(!page.contains("这个活动先看以往"), "{page}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn that_the_past_counts_is_said_before_anybody_applies(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::Draft).await else { return };
    let counts = json!({ "screening": { "by_history": true } });
    let answer = evening.organizer.patch(EVENT, counts.clone()).await;
    assert_eq!(
        (answer.status, &answer.json["plan"]["screening"]["by_history"]),
        (200, &json!(true)),
        "{}",
        answer.text()
    );
    evening.move_to(Phase::Registration).await;
    let organizer = evening.again(&evening.organizer);
    let (_, page) = Browser::open(&evening).get("/e/qixi").await;
    assert!(page.contains("近六个月参加过本工会活动的，排在没有参加过的人之后"), "{page}");
    // It may be given up, and not be taken up again.
    assert_eq!(organizer.patch(EVENT, json!({ "screening": {} })).await.status, 200);
    let (_, page) = Browser::open(&evening).get("/e/qixi").await;
    assert!(!page.contains("近六个月参加过本工会活动的"), "{page}");
    let late = organizer.patch(EVENT, counts).await;
    refused(&late, 409, "too_late");
    assert_eq!(late.json["errors"][0]["field"], "screening.by_history");
    let (_, settings) = Browser::of(&evening, &organizer).await.get("/office/e/qixi/settings").await;
    assert!(settings.contains("要在报名之前说明") && !settings.contains("name=\"screening.by_history\""), "{settings}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_published_list_keeps_the_classes_it_was_fixed_with(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, _)) = with_a_past(engine).await else { return };
    freeze(&evening).await;
    assert_eq!(evening.organizer.post(LIST, json!({ "draw": "drand 7" })).await.status, 201);
    let late = evening.organizer.patch(EVENT, json!({ "screening": { "by_history": false } })).await;
    refused(&late, 409, "too_late");
    // What the studio has no input for stays when its rules are saved.
    let browser = Browser::of(&evening, &evening.organizer).await;
    let rules = [
        ("seats", "4"),
        ("screening.side.men.min", "2"),
        ("screening.side.men.max", "2"),
        ("screening.side.women.min", "2"),
        ("screening.side.women.max", "2"),
        ("screening.unit_side.max", "2"),
        ("screening.unit.max", ""),
        ("screening.fallback", "none"),
        ("act", "save"),
    ];
    assert_eq!(browser.send(STUDIO, &rules).await.status().as_u16(), 303);
    let plan = evening.organizer.get(EVENT).await.json["plan"]["screening"].clone();
    assert_eq!((&plan["by_history"], &plan["unit_side"]["max"]), (&json!(true), &json!(2)), "{plan}");
}
