//! Who may talk, in which order it stands, and what it earns.

use futures_util::future::join_all;
use queqiao::events::phase::Phase;
use queqiao::registrations::registration::Status;
use reqwest::Method;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use serde_json::json;

use super::{CHAT, LINES, PAGE, QUEUE, bodies, chatting, decide, quick, reads, say, say_with_picture};
use crate::fixtures::browser::{Browser, header};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::person::{Person, refused};

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_takes_part_talks_where_the_event_says_so(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let organizer = evening.organizer.clone();
    let her = evening.participant("women").await;
    refused(&her.get(LINES).await, 404, "not_found");
    let plan = json!({ "chat": { "open": true, "slow_seconds": 601 } });
    let wrong = organizer.patch("/api/v1/events/qixi", plan).await;
    assert_eq!((wrong.status, &wrong.json["errors"][0]["field"]), (422, &json!("chat.slow_seconds")));
    let amended = organizer.patch("/api/v1/events/qixi", json!({ "chat": { "open": true } })).await;
    assert_eq!(amended.status, 200, "{}", amended.text());
    refused(&her.get(LINES).await, 409, "phase_closed");
    refused(&her.post(LINES, json!({ "body": "早" })).await, 409, "phase_closed");
    evening.move_to(Phase::Online).await;
    let him = evening.participant("men").await;
    let waits = evening.participant_as("men", Status::Applied).await;
    refused(&waits.get(LINES).await, 403, "not_approved");
    refused(&waits.post(LINES, json!({ "body": "在吗" })).await, 403, "not_approved");
    assert_eq!(evening.stranger().await.get(LINES).await.status, 403);
    assert_eq!(evening.visitor().get(LINES).await.status, 401);
    say(&her, " 大家好 <b>👋</b> ").await;
    let seen = him.get(LINES).await;
    let line = &seen.json["lines"][0];
    assert_eq!((&line["body"], &line["mine"]), (&json!("大家好 <b>👋</b>"), &json!(false)));
    assert_eq!(line["author"], json!({ "badge": "", "nickname": her.nickname() }));
    for secret in ["wx-guest", "13800000000", "@example.com", &her.registration_id.to_string()] {
        assert!(!seen.text().contains(secret), "{secret}: {}", seen.text());
    }
    refused(&her.post(LINES, json!({ "body": "  " })).await, 422, "invalid");
    refused(&her.get(&format!("{CHAT}/nowhere/lines")).await, 404, "not_found");
    refused(&her.get(&format!("{CHAT}/1/lines")).await, 404, "not_found");
    // The plan takes it back.
    assert_eq!(organizer.patch("/api/v1/events/qixi", json!({ "chat": { "open": false } })).await.status, 200);
    refused(&her.get(LINES).await, 404, "not_found");
}

/// Forty hands at once: every line has a place of its own, and everybody reads them alike.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn lines_stand_in_one_order_for_everybody(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((_evening, people)) = chatting(engine, 4, quick()).await else { return };
    let texts: Vec<String> = (0..40).map(|number| format!("第{number}句")).collect();
    join_all(texts.iter().zip(people.iter().cycle()).map(|(body, person)| say(person, body))).await;
    let first = people[0].get(LINES).await.json;
    let numbers: Vec<i64> =
        first["lines"].as_array().unwrap().iter().map(|line| line["number"].as_i64().unwrap()).collect();
    assert_eq!(numbers, (1..=40).collect::<Vec<i64>>());
    for person in &people {
        assert_eq!(bodies(&person.get(LINES).await.json["lines"]), bodies(&first["lines"]));
    }
    // From the end to the beginning, a part at a time.
    let last = people[1].get(&format!("{LINES}?limit=15")).await.json;
    assert_eq!((last["lines"][0]["number"].as_i64(), last["earlier"].as_i64()), (Some(26), Some(26)));
    let before = people[1].get(&format!("{LINES}?limit=30&before=26")).await.json;
    assert_eq!((before["lines"].as_array().unwrap().len(), before["earlier"].as_i64()), (25, None));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_line_that_is_sent_again_stands_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((_evening, people)) = chatting(engine, 2, quick()).await else { return };
    let send = || {
        let request = people[0].request(Method::POST, LINES).header("Idempotency-Key", "9d1f6e9e-1111-4222-8333-1");
        people[0].send(request.json(&json!({ "body": "只说一次" })))
    };
    let answers = join_all((0..6).map(|_| send())).await;
    let first = answers.iter().find(|answer| answer.status == 201).unwrap();
    for answer in &answers {
        assert!(answer.status == 409 || answer.json["id"] == first.json["id"], "{}", answer.text());
    }
    assert_eq!(send().await.json["id"], first.json["id"]);
    assert_eq!(reads(&people[1]).await, ["只说一次"]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_slow_room_lets_each_speak_now_and_then(#[values(Sqlite, Postgres)] engine: Engine) {
    let terms = json!({ "chat": { "open": true, "slow_seconds": 10 } });
    let Some((evening, people)) = chatting(engine, 2, terms).await else { return };
    let tries = join_all((0..8).map(|_| people[0].post(LINES, json!({ "body": "抢" })))).await;
    assert_eq!(tries.iter().filter(|answer| answer.status == 201).count(), 1, "two hands of one person");
    let slow = people[0].post(LINES, json!({ "body": "再来" })).await;
    refused(&slow, 429, "too_many_requests");
    say(&people[1], "我可以").await;
    evening.clock.advance(chrono::Duration::seconds(10));
    say(&people[0], "十秒到了").await;
    // The host says otherwise, for this room.
    let rules = json!({ "read_only": false, "slow_seconds": 0 });
    let set = evening.organizer.put(&format!("{CHAT}/all/rules"), rules).await;
    assert_eq!(set.status, 204, "{}", set.text());
    say(&people[0], "快").await;
    say(&people[0], "更快").await;
    assert_eq!(
        people[0].put(&format!("{CHAT}/all/rules"), json!({ "read_only": true, "slow_seconds": 0 })).await.status,
        403
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn words_earn_only_where_the_organizer_says_so_and_never_more_than_the_cap(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let Some((evening, people)) = chatting(engine, 2, quick()).await else { return };
    let points =
        async |person: &Person| person.get("/api/v1/events/qixi/ledger/me").await.json["points"].as_i64().unwrap();
    say(&people[1], "没有分").await;
    assert_eq!(points(&people[1]).await, 0, "by no rule");
    let mut terms = quick();
    terms["points"] = json!({ "chat": { "per_day": [2, 1], "cap": 4 } });
    evening.change(|row| row.settings = Set(terms)).await;
    let first = say(&people[0], "一").await;
    say(&people[0], "二").await;
    say(&people[0], "三").await;
    assert_eq!((points(&people[0]).await, points(&people[1]).await), (3, 0), "one's own words, two steps a day");
    // What the organizer hides pays nothing; what one takes down neither, and nobody earns it again.
    assert_eq!(decide(&evening.organizer, &first, "hide").await.status, 200);
    assert_eq!(points(&people[0]).await, 2);
    assert_eq!(decide(&evening.organizer, &first, "show").await.status, 200);
    assert_eq!(points(&people[0]).await, 3);
    assert_eq!(people[0].delete(&format!("{LINES}/{first}")).await.status, 204);
    say(&people[0], "四").await;
    assert_eq!(points(&people[0]).await, 2);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_picture_waits_for_the_organizer(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, people)) = chatting(engine, 2, quick()).await else { return };
    let sent = say_with_picture(&people[0], "看这里").await;
    assert_eq!((sent.status, &sent.json["state"]), (201, &json!("pending")), "{}", sent.text());
    let id = sent.json["id"].as_str().unwrap();
    let picture = format!("{CHAT}/photos/{id}/small");
    say(&people[1], "后说的").await;
    assert_eq!(reads(&people[1]).await, ["后说的"]);
    assert_eq!(people[1].get(&picture).await.status, 404);
    assert_eq!(people[0].get(&picture).await.status, 200, "one's own");
    assert_eq!(evening.organizer.get(&picture).await.status, 200);
    let queue = evening.organizer.get(QUEUE).await.json;
    assert_eq!((&queue["items"][0]["id"], &queue["items"][0]["state"]), (&json!(id), &json!("pending")));
    assert_eq!(decide(&evening.organizer, id, "show").await.status, 200);
    // It comes last, as everybody sees it now for the first time.
    assert_eq!(reads(&people[1]).await, ["后说的", "看这里"]);
    assert_eq!(people[1].get(&picture).await.status, 200);
    assert_eq!(people[0].delete(&format!("{LINES}/{id}")).await.status, 204);
    for person in [&people[0], &people[1], &evening.organizer] {
        assert_eq!(person.get(&picture).await.status, 404, "gone with its line");
    }
    let mut terms = quick();
    terms["chat"]["pictures"] = json!("none");
    evening.change(|row| row.settings = Set(terms.clone())).await;
    refused(&say_with_picture(&people[0], "看").await, 403, "no_pictures");
    terms["chat"]["pictures"] = json!("at_once");
    evening.change(|row| row.settings = Set(terms)).await;
    assert_eq!(say_with_picture(&people[0], "").await.json["state"], "shown", "a picture says enough");
}

/// So many pictures a day, whatever became of them.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn pictures_that_were_taken_down_count(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((_evening, people)) = chatting(engine, 2, quick()).await else { return };
    for _ in 0..20 {
        let sent = say_with_picture(&people[0], "").await;
        assert_eq!(sent.status, 201, "{}", sent.text());
        let id = sent.json["id"].as_str().unwrap();
        assert_eq!(people[0].delete(&format!("{LINES}/{id}")).await.status, 204);
    }
    refused(&say_with_picture(&people[0], "").await, 429, "too_many_requests");
    say(&people[0], "话还可以说").await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_page_works_without_a_script(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, people)) = chatting(engine, 2, quick()).await else { return };
    say(&people[1], "你好 <script>alert(1)</script>").await;
    let browser = Browser::of(&evening, &people[0]).await;
    let (status, page) = browser.get(PAGE).await;
    assert_eq!(status, 200);
    assert!(page.contains("你好 &#60;script&#62;"), "{page}");
    assert!(page.contains("data-last=\"1\"") && page.contains("enctype=\"multipart/form-data\""));
    let send = async |body: &str| {
        let form = reqwest::multipart::Form::new().text("body", body.to_owned());
        let request = browser.request(Method::POST, &format!("{PAGE}/all")).header("Sec-Fetch-Site", "same-origin");
        request.multipart(form).send().await.unwrap()
    };
    let sent = send("没有脚本").await;
    assert_eq!(sent.status().as_u16(), 303);
    assert!(header(&sent, "location").starts_with("/e/qixi/chat/all"));
    assert_eq!(reads(&people[1]).await.last().unwrap(), "没有脚本");
    let sent = send(" ").await;
    assert_eq!(sent.status().as_u16(), 422);
    let (_, mine) = browser.get(PAGE).await;
    let down = mine.split("action=\"").find(|rest| rest.contains("/down\"")).unwrap().split('"').next().unwrap();
    assert_eq!(browser.send(down, &[("x", "")]).await.status().as_u16(), 303);
    assert_eq!(reads(&people[1]).await.len(), 1);
    // Words go through where pictures do not.
    let mut terms = quick();
    terms["chat"]["pictures"] = json!("none");
    evening.change(|row| row.settings = Set(terms)).await;
    assert_eq!(send("只有字").await.status().as_u16(), 303);
}
