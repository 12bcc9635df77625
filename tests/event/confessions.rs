//! 真情告白: somebody asks to speak to somebody on stage, and only what both want becomes known.

use chrono::Duration;
use queqiao::confessions::confession;
use queqiao::events::crew::Role;
use queqiao::events::phase::Phase;
use queqiao::server::jobs;
use rstest::rstest;
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::{Value, json};

use crate::fixtures::browser::{Browser, read, unmarked};
use crate::fixtures::ear::Ear;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::hall::Hall;
use crate::fixtures::person::{Answer, Person};

const CONFESSIONS: &str = "/api/v1/events/qixi/confessions";
const STAGE: &str = "/api/v1/events/qixi/stage";

/// A hall of an event that has 真情告白: everybody may ask `each` times, and has five minutes to answer.
async fn hall(engine: Engine, pairs: u32, each: u32) -> Option<Hall> {
    let hall = Hall::begin(engine, pairs).await?;
    let stage = json!({ "confessions": { "each": each, "answer_minutes": 5 } });
    let amended = hall.evening.organizer.patch("/api/v1/events/qixi", json!({ "stage": stage })).await;
    assert_eq!(amended.status, 200, "{}", amended.text());
    Some(hall)
}

async fn ask(person: &Person, to: &str) -> Answer {
    person.post(CONFESSIONS, json!({ "to": to })).await
}

async fn questions(person: &Person) -> Vec<Value> {
    person.get(CONFESSIONS).await.json["questions"].as_array().unwrap().clone()
}

async fn answer(person: &Person, question: &Value, agrees: bool) -> u16 {
    let path = format!("{CONFESSIONS}/{}/answer", question["id"].as_str().unwrap());
    person.put(&path, json!({ "agrees": agrees })).await.status
}

async fn ready(host: &Person) -> Value {
    host.get(STAGE).await.json["confessions"].clone()
}

async fn show(host: &Person, id: &Value, named: bool) -> Answer {
    let from = host.get(STAGE).await.json["moves"].clone();
    let cue = json!({ "kind": "confession", "confession": id, "named": named });
    host.post(&format!("{STAGE}/show"), json!({ "from": from, "cue": cue })).await
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_is_asked_says_yes_in_private_and_only_then_may_be_called(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = hall(engine, 2, 1).await else { return };
    let (he, she) = (&hall.men[0], &hall.women[1]);
    let mut her_phone = Ear::of(she, "", None).await;
    let mut screen = Ear::of(&hall.host, "?as=screen", None).await;
    let quiet = her_phone.hear().await.unwrap()["personal"].clone();
    let reply = ask(he, "女２").await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    // Her phone hears that it is worth looking, and nobody's hears more.
    let heard = her_phone.hear_that(|personal| personal["personal"] != quiet).await;
    assert!(!heard.to_string().contains("男001") && heard["confessions"].is_null(), "{heard}");
    assert_eq!(ready(&hall.host).await, json!([]), "nothing was agreed to yet");
    let question = questions(she).await.remove(0);
    assert_eq!((&question["badge"], &question["agreed"]), (&json!("男001"), &json!(false)));
    for bystander in [&hall.women[0], &hall.men[1], he] {
        assert!(questions(bystander).await.is_empty());
        assert_eq!(answer(bystander, &question, true).await, 404);
    }
    assert_eq!(answer(she, &question, true).await, 204);
    let id = ready(&hall.host).await[0]["id"].clone();
    let early = show(&hall.host, &id, true).await;
    assert_eq!((early.status, early.code()), (409, "too_soon"));
    assert_eq!(show(&hall.host, &id, false).await.status, 200);
    let scene = screen.hear_until("/stage/shows/kind", json!("confession")).await;
    let pair = &scene["stage"]["shows"]["pair"];
    assert_eq!((&pair[0]["badge"], &pair[1]["badge"]), (&json!("男001"), &json!("女002")));
    assert!(pair[0]["nickname"].is_null() && !scene["stage"].to_string().contains("guest-"), "{scene}");
    assert_eq!(show(&hall.host, &id, true).await.json["confessions"][0]["state"], "revealed");
    let named = screen.hear_until("/stage/shows/named", json!(true)).await;
    assert!(named["stage"]["shows"]["pair"][1]["nickname"].as_str().unwrap().starts_with("guest-"));
    let phone = Ear::of(&hall.men[1], "", None).await.hear().await.unwrap();
    assert!(!phone.to_string().contains("guest-"), "phones are told no names: {phone}");
    // She thinks better of it, and both are gone from the screen.
    assert_eq!(answer(she, &question, false).await, 204);
    let gone = screen.hear_until("/stage/shows/kind", json!("blank")).await;
    assert!(!gone["stage"].to_string().contains("guest-"), "{gone}");
    assert_eq!(ready(&hall.host).await, json!([]));
    assert_eq!(answer(she, &question, true).await, 404, "a no is forgotten");
}

/// What somebody who asked can see, ids masked.
async fn seen_by(person: &Person) -> (String, String) {
    let own = person.get(CONFESSIONS).await;
    let id = own.json["asked"][0]["id"].as_str().unwrap().to_owned();
    let page = person.get("/e/qixi/confessions").await;
    (own.text().replace(&id, "#"), unmarked(&page.text().replace(&id, "#")))
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_no_silence_a_block_and_a_host_without_time_are_the_same(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut hall) = hall(engine, 4, 1).await else { return };
    let blocked =
        hall.women[3].post("/api/v1/events/qixi/dates/exclusions", json!({ "badge": "男004", "because": "blocked" }));
    assert_eq!(blocked.await.status, 204);
    let mut answers = Vec::new();
    for (place, man) in hall.men.iter().enumerate() {
        let reply = ask(man, &format!("女{:03}", place + 1)).await;
        answers.push((reply.status, reply.text().replace(reply.json["id"].as_str().unwrap(), "#")));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert!(questions(&hall.women[3]).await.is_empty(), "whoever blocked somebody is not asked by them");
    let kept = confession::Entity::find().order_by_asc(confession::Column::Id).all(hall.evening.app.database.reader());
    let kept: Vec<bool> = kept.await.unwrap().iter().map(|row| row.asked_of.is_some()).collect();
    assert_eq!(kept, [true, true, true, false], "not even on paper");
    assert_eq!(answer(&hall.women[0], &questions(&hall.women[0]).await[0], false).await, 204);
    assert_eq!(answer(&hall.women[2], &questions(&hall.women[2]).await[0], true).await, 204);
    let silent = questions(&hall.women[1]).await.remove(0);
    hall.evening.clock.advance(Duration::minutes(5));
    let late = questions(&hall.women[1]).await;
    assert!(late.is_empty(), "five minutes of silence are a no: {late:?}");
    assert_eq!(answer(&hall.women[1], &silent, true).await, 404, "and stay one");
    jobs::once(&hall.evening.app).await;
    for over in [false, true] {
        if over {
            hall.evening.move_to(Phase::Closed).await;
            jobs::once(&hall.evening.app).await;
        }
        let mut seen = Vec::new();
        for man in &hall.men {
            seen.push(seen_by(&hall.evening.again(man)).await);
        }
        assert!(seen.iter().all(|one| *one == seen[0]), "over: {over}, {seen:?}");
    }
    let db = hall.evening.app.database.reader();
    let rows = confession::Entity::find().order_by_asc(confession::Column::Id).all(db).await.unwrap();
    let left: Vec<_> = rows.iter().map(|row| (row.asked_of, row.agreed, row.withdrawn)).collect();
    assert_eq!(left, [(None, false, false); 4], "the rows tell no more than the pages");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_asks_as_often_as_one_may_however_fast(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = hall(engine, 16, 2).await else { return };
    let asks = (1..=16).map(|number| {
        let he = hall.men[0].clone();
        tokio::spawn(async move { ask(&he, &format!("女{number:03}")).await })
    });
    let mut answers = Vec::new();
    for reply in futures_util::future::join_all(asks).await {
        let reply = reply.unwrap();
        answers.push((reply.status, reply.code().to_owned()));
    }
    answers.sort();
    assert!(answers[..2].iter().all(|(status, _)| *status == 201), "{answers:?}");
    assert!(answers[2..].iter().all(|refused| *refused == (409, "confessions_spent".to_owned())), "{answers:?}");
    // Taking one back gives nothing back: nobody asks round the hall.
    let mine = hall.men[0].get(CONFESSIONS).await.json;
    let path = format!("{CONFESSIONS}/{}", mine["asked"][0]["id"].as_str().unwrap());
    assert_eq!(hall.men[1].delete(&path).await.status, 404, "it is not his to take back");
    assert_eq!(hall.men[0].delete(&path).await.status, 204);
    assert_eq!(hall.men[0].delete(&path).await.status, 204);
    assert_eq!(ask(&hall.men[0], "女001").await.code(), "confessions_spent");
    let mut questions_left = 0;
    for woman in &hall.women {
        questions_left += questions(woman).await.len();
    }
    assert_eq!(questions_left, 1, "the one that was taken back asks nobody any more");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn only_who_is_in_the_hall_asks_and_is_asked(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut hall) = hall(engine, 2, 1).await else { return };
    let leave = json!({ "badge": "女002", "nonce": "f".repeat(32), "device": "door", "kind": "exit" });
    let desk = hall.evening.crew(Role::Desk).await;
    assert_eq!(desk.post("/api/v1/events/qixi/check-ins", leave).await.status, 200);
    for (to, code) in [
        ("女002", "not_here"),
        ("女077", "unknown_badge"),
        ("你好", "unknown_badge"),
        ("男002", "same_side"),
        ("男001", "oneself"),
    ] {
        let refused = ask(&hall.men[0], to).await;
        assert_eq!(
            (refused.status, &refused.json["errors"][0]["code"]),
            (422, &json!(code)),
            "{to}: {}",
            refused.text()
        );
    }
    let outside = ask(&hall.women[1], "男001").await;
    assert_eq!((outside.status, outside.code()), (409, "not_inside"));
    for (person, status) in [(&hall.host, 403), (&desk, 403), (&hall.evening.visitor(), 401)] {
        assert_eq!(ask(person, "女001").await.status, status);
    }
    // Both agreed, and then she goes home: nobody is called who is not here.
    assert_eq!(ask(&hall.men[0], "女001").await.status, 201);
    assert_eq!(answer(&hall.women[0], &questions(&hall.women[0]).await[0], true).await, 204);
    let id = ready(&hall.host).await[0]["id"].clone();
    let gone = json!({ "badge": "女001", "nonce": "d".repeat(32), "device": "door", "kind": "exit" });
    assert_eq!(desk.post("/api/v1/events/qixi/check-ins", gone).await.status, 200);
    assert_eq!(ready(&hall.host).await, json!([]));
    assert_eq!(show(&hall.host, &id, false).await.code(), "not_for_stage");
    // An event without it has none, and an evening that is over neither.
    let without = hall.evening.organizer.patch("/api/v1/events/qixi", json!({ "stage": {} })).await;
    assert_eq!(without.status, 200);
    assert_eq!(ask(&hall.men[1], "女001").await.code(), "no_confessions");
    hall.evening.move_to(Phase::Closed).await;
    assert_eq!(ask(&hall.evening.again(&hall.men[1]), "女001").await.code(), "phase_closed");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_the_page_the_number_is_read_back_before_anybody_is_asked(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = hall(engine, 1, 1).await else { return };
    let (he, she) = (&hall.men[0], &hall.women[0]);
    let his = Browser::of(&hall.evening, he).await;
    let hers = Browser::of(&hall.evening, she).await;
    let page = "/e/qixi/confessions";
    let (status, wrong) = read(his.send(page, &[("to", "<b>女099")]).await).await;
    assert!(status == 422 && wrong.contains("没有人戴这个号码") && wrong.contains("&#60;b&#62;女099"), "{wrong}");
    let (status, checked) = read(his.send(page, &[("to", "女1")]).await).await;
    assert!(status == 200 && checked.contains("女001"), "{checked}");
    assert!(questions(she).await.is_empty(), "read back, and nobody asked");
    assert_eq!(his.send(page, &[("to", "女001"), ("sure", "yes")]).await.status(), 303);
    let question = questions(she).await.remove(0);
    let (_, reply) = hers.get(page).await;
    assert!(reply.contains("男001") && reply.contains("愿意上台"), "{reply}");
    let path = format!("{page}/{}/answer", question["id"].as_str().unwrap());
    assert_eq!(hers.send(&path, &[("agrees", "yes")]).await.status(), 303);
    assert_eq!(ready(&hall.host).await.as_array().unwrap().len(), 1);
}
