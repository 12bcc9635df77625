//! What desks and organizers are told beyond yes and no: groups, who has left, who was here, whose an old code is.

use chrono::Duration;
use queqiao::checkin::{attempt, review};
use queqiao::events::crew::Role;
use rstest::rstest;
use serde_json::{Value, json};

use Engine::{Postgres, Sqlite};

use crate::fixtures::browser::Browser;
use crate::fixtures::door::{
    DOOR, admitted, attempts, but, code_of, doors_open, entry_of, paired, queue, reviews, scan, turned_away, typed,
};
use crate::fixtures::evening::Engine;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_comes_back_hears_their_group(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, desk, guests)) = doors_open(engine, 1, 1).await else { return };
    let code = code_of(&guests[0]).await;
    let first = desk.post(DOOR, entry_of(&code)).await;
    assert_eq!(first.json["participant"]["group"], Value::Null, "nobody is in a group yet");
    let host = evening.crew(Role::Host).await;
    let formed = host.put("/api/v1/events/qixi/programme/groups", json!({"groups": 1})).await;
    assert_eq!(formed.status, 200, "{}", formed.text());
    for kind in ["exit", "entry"] {
        let answer = desk.post(DOOR, but(&entry_of(&code), json!({"kind": kind}))).await;
        admitted(&answer);
        assert_eq!(answer.json["participant"]["group"], "1", "{}", answer.text());
    }
    let (_, page) = Browser::of(&evening, &desk).await.get(&format!("/c/{code}")).await;
    assert!(page.contains("第 1 组"), "{page}");
    // Who has none is told none.
    let other = desk.post(DOOR, entry_of(&code_of(&guests[1]).await)).await;
    assert_eq!(other.json["participant"]["group"], Value::Null);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn leaving_twice_is_known_and_needs_nobodys_look(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, desk, guests)) = doors_open(engine, 2, 0).await else { return };
    let leaving = async |code: &str, device: &str| {
        desk.post(DOOR, but(&entry_of(code), json!({"kind": "exit", "device": device}))).await
    };
    let (one, other) = (code_of(&guests[0]).await, code_of(&guests[1]).await);
    admitted(&desk.post(DOOR, entry_of(&one)).await);
    let left = leaving(&one, "西门").await;
    admitted(&left);
    evening.clock.advance(Duration::minutes(3));
    let again = leaving(&one, "东门").await;
    turned_away(&again, "needs_review");
    assert_eq!(again.json["participant"]["attention"], json!(["already_left"]));
    assert_eq!((&again.json["at"], &again.json["by_device"]), (&left.json["at"], &json!("西门")));
    assert!(again.json.get("review").is_none() && reviews(&evening).await.is_empty(), "{}", again.text());
    // A queue that comes in late tells the same.
    let late = but(&entry_of(&one), json!({"kind": "exit", "offline": true, "device": "南门"}));
    let late = desk.post(&format!("{DOOR}/batch"), queue(&[late])).await;
    assert_eq!(late.json["items"][0]["answer"]["participant"]["attention"], json!(["already_left"]));
    assert!(reviews(&evening).await.is_empty());

    // Who never came has not left, nor who was never really in.
    let stranger = leaving(&other, "东门").await;
    turned_away(&stranger, "needs_review");
    assert_eq!(stranger.json["participant"]["attention"], json!([]));
    let wrong = desk.post(DOOR, typed("m2")).await.json["attempt"].as_str().unwrap().to_owned();
    let undo = json!({"nonce": "f".repeat(32), "device": "desk-1"});
    assert_eq!(desk.post(&format!("{DOOR}/{wrong}/undo"), undo).await.status, 200);
    let undone = leaving(&other, "东门").await;
    turned_away(&undone, "needs_review");
    assert_eq!((&undone.json["participant"]["attention"], reviews(&evening).await.len()), (&json!([]), 2));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_roster_says_when_and_where_people_went_through(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, desk, guests)) = doors_open(engine, 3, 0).await else { return };
    let roster = async || desk.get(&format!("{DOOR}/roster")).await.json;
    assert_eq!(roster().await["doors"], json!({}));
    let came = desk.post(DOOR, but(&entry_of(&code_of(&guests[0]).await), json!({"device": "东门"}))).await;
    desk.post(DOOR, typed("m2")).await;
    evening.clock.advance(Duration::minutes(9));
    let left = desk.post(DOOR, but(&typed("m2"), json!({"kind": "exit", "device": "西门"}))).await;
    let wrong = desk.post(DOOR, typed("m3")).await.json["attempt"].as_str().unwrap().to_owned();
    let undo = json!({"nonce": "f".repeat(32), "device": "desk-1"});
    assert_eq!(desk.post(&format!("{DOOR}/{wrong}/undo"), undo).await.status, 200);
    let report = roster().await;
    let doors = json!({
        "男001": {"inside": true, "at": came.json["at"], "by_device": "东门"},
        "男002": {"inside": false, "at": left.json["at"], "by_device": "西门"},
    });
    assert_eq!((&report["doors"], &report["inside"]), (&doors, &json!(["男001"])));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whose_an_old_code_is_only_an_organizer_is_told(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, desk, guests)) = doors_open(engine, 2, 0).await else { return };
    evening.calls_themselves(&guests[1], "小鹿🦌").await;
    let old = code_of(&guests[1]).await;
    let reissued = evening.organizer.post("/api/v1/events/qixi/badges/m2/reissue", json!({"reason": "丢了"})).await;
    assert_eq!(reissued.status, 200, "{}", reissued.text());
    let device = paired(&evening, "东门").await;
    let offline = |device: &str, nonce: u32| but(&scan(&old, device, nonce), json!({"offline": true}));
    let uploaded = device.post(&format!("{DOOR}/batch"), queue(&[offline("东门", 1)])).await;
    let answer = &uploaded.json["items"][0]["answer"];
    assert_eq!(answer["review"], json!(["would_have_refused"]), "{}", uploaded.text());
    assert!(answer.get("participant").is_none(), "a desk is not told: {}", uploaded.text());
    turned_away(&desk.post(DOOR, entry_of(&old)).await, "revoked_code");
    assert!(!desk.post(DOOR, entry_of(&old)).await.text().contains("小鹿"));

    let listed = evening.organizer.get(&format!("{DOOR}/reviews")).await;
    let item = &listed.json["items"][0];
    assert_eq!((&item["badge"], &item["nickname"]), (&json!("男002"), &json!("小鹿🦌")), "{}", listed.text());
    let office = Browser::of(&evening, &evening.organizer).await;
    let (_, page) = office.get("/office/e/qixi/reviews").await;
    for notice in ["男002", "这个码原来是 男002 小鹿🦌 的"] {
        assert!(page.contains(notice), "{notice}: {page}");
    }
    // An organizer at the desk sees it at once.
    let own = evening.organizer.post(DOOR, but(&entry_of(&old), json!({"device": "主办方"}))).await;
    turned_away(&own, "revoked_code");
    assert_eq!(own.json["participant"]["badge"], "男002");
    let path = format!("{DOOR}/reviews/{}/settle", item["id"].as_str().unwrap());
    let settled = evening.organizer.post(&path, json!({"note": "看过了"})).await;
    assert_eq!((settled.status, &settled.json["badge"]), (200, &json!("男002")), "{}", settled.text());
    let unknown = but(&scan("NOBODYNOBODYNOBODYNOBODYNO", "东门", 9), json!({"offline": true}));
    device.post(&format!("{DOOR}/batch"), queue(&[unknown])).await;
    let listed = evening.organizer.get(&format!("{DOOR}/reviews")).await;
    assert_eq!(listed.json["items"][0]["badge"], Value::Null, "{}", listed.text());
    let kinds: Vec<_> = reviews(&evening).await.iter().map(|review| review.kind).collect();
    assert_eq!(kinds, [review::Kind::WouldHaveRefused; 2]);
}

/// What scanners make of an address behind a Chinese input method.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_last_letters_are_the_code_whatever_stands_before_them(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, desk, guests)) = doors_open(engine, 1, 0).await else { return };
    let code = code_of(&guests[0]).await;
    let mut kind = "entry";
    for before in [
        "https：、、queqiao。example、c、",
        "httpsqueqiaoexamplec",
        "ｈｔｔｐｓ：／／ｑｕｅｑｉａｏ／c／",
        "https://queqiao.example/c/",
    ] {
        for read in [format!("{before}{code}"), format!("{before}{}/", code.to_lowercase())] {
            admitted(&desk.post(DOOR, but(&entry_of(&read), json!({"kind": kind}))).await);
            kind = if kind == "entry" { "exit" } else { "entry" };
        }
    }
    let digests: Vec<_> =
        attempts(&evening).await.into_iter().map(|attempt: attempt::Model| attempt.code_digest).collect();
    assert!(digests.iter().all(|digest| digest.is_some() && *digest == digests[0]), "one code, one digest");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_search_says_when_it_was_told_too_little(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((_evening, desk, _guests)) = doors_open(engine, 1, 0).await else { return };
    let path = format!("{DOOR}/search");
    for (name, enough) in [("", false), ("鹿", false), ("gu", false), ("小鹿", true), ("nobody", true)] {
        let found = desk.post(&path, json!({"name": name})).await;
        let notice = (&found.json["items"], &found.json["says_enough"]);
        assert_eq!(notice, (&json!([]), &json!(enough)), "{name}: {}", found.text());
    }
}
