//! Stories of desks without a link.

use std::sync::Arc;

use chrono::Duration;
use queqiao::accounts::SignedIn;
use queqiao::accounts::signed_in::Via;
use queqiao::checkin::upload::{self, Queue};
use queqiao::checkin::{presence, review};
use queqiao::events::access::{By, Desk};
use queqiao::events::crew::Role;
use queqiao::events::phase::Phase;
use queqiao::language::Language;
use queqiao::registrations::registration::Status;
use rstest::rstest;
use serde_json::{Value, json};

use crate::fixtures::door::{
    DOOR, admitted, attempts, but, code_of, doors_open, entry_of, nonce, queue, reviews, typed,
};
use crate::fixtures::evening::{Engine, hours};
use crate::fixtures::process;
use Engine::{Postgres, Sqlite};

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_was_let_in_offline_is_in_and_doubts_go_to_review(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, desk, guests)) = doors_open(engine, 3, 0).await else { return };
    let mut codes = Vec::new();
    for guest in &guests {
        codes.push(code_of(guest).await);
    }
    evening.stands(&guests[1], Status::Withdrawn).await;
    let now = evening.app.now();
    let at = |minutes: i64| json!((now - Duration::minutes(minutes)).to_rfc3339());
    let offline = |code: &str, device: &str, minutes: i64| {
        but(&entry_of(code), json!({"offline": true, "device": device, "at": at(minutes)}))
    };
    let scans = [
        offline(&codes[0], "desk-1", 4),
        offline(&codes[1], "desk-1", 3),
        offline("NOBODYNOBODYNOBODYNOBODYNO", "desk-1", 3),
        json!({"nonce": nonce(), "device": "desk-1"}),
        offline(&codes[2], "desk-1", 30),
    ];
    let answer = desk.post(&format!("{DOOR}/batch"), queue(&scans)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let items = answer.json["items"].as_array().unwrap();
    let results: Vec<_> = items.iter().map(|item| (item["status"].clone(), item["answer"]["result"].clone())).collect();
    let yes = (json!(200), json!("admitted"));
    assert_eq!(results, [yes.clone(), yes.clone(), yes.clone(), (json!(422), Value::Null), yes]);
    assert_eq!(items[1]["answer"]["review"], json!(["would_have_refused"]));
    assert_eq!(items[3]["problem"]["code"], "invalid");
    assert_eq!(items[4]["answer"]["review"], json!(["clock_skew"]));
    assert!(items.iter().zip(&scans).all(|(item, scan)| item["nonce"] == scan["nonce"]));
    assert_eq!(desk.get(&format!("{DOOR}/counts")).await.json["men"], 3);
    let recorded = attempts(&evening).await;
    let withdrawn = recorded.iter().find(|a| a.registration_id == Some(guests[1].registration_id)).unwrap();
    assert_eq!((withdrawn.at, withdrawn.received_at), (now - Duration::minutes(3), now));

    // Another desk without a link let the first in as well: one check-in, one conflict.
    let both = desk.post(&format!("{DOOR}/batch"), queue(&[offline(&codes[0], "desk-2", 2)])).await;
    let heard = &both.json["items"][0]["answer"];
    assert_eq!((&heard["result"], &heard["reason"]), (&json!("refused"), &json!("already_admitted")));
    assert_eq!(heard["by_device"], "desk-1");
    let conflicts: Vec<_> =
        reviews(&evening).await.into_iter().filter(|review| review.kind == review::Kind::Conflict).collect();
    assert_eq!(conflicts.len(), 1);
    let first = recorded.iter().find(|a| a.registration_id == Some(guests[0].registration_id)).unwrap();
    assert_eq!(conflicts[0].against_id, Some(first.id));
    // The same device twice is no conflict.
    desk.post(&format!("{DOOR}/batch"), queue(&[offline(&codes[0], "desk-1", 1)])).await;

    let list = evening.organizer.get(&format!("{DOOR}/reviews")).await;
    let mut kinds: Vec<_> =
        list.json["items"].as_array().unwrap().iter().map(|item| item["kind"].as_str().unwrap()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["clock_skew", "conflict", "would_have_refused", "would_have_refused"]);
    let path = format!("{DOOR}/reviews/{}/settle", conflicts[0].id);
    assert_eq!(desk.post(&path, json!({"note": "看过了"})).await.status, 403);
    assert_eq!(evening.organizer.post(&path, json!({"note": "看过了"})).await.status, 200);
    assert_eq!(evening.organizer.post(&path, json!({"note": "看过了"})).await.code(), "already_settled");
    let list = evening.organizer.get(&format!("{DOOR}/reviews")).await;
    assert_eq!(list.json["items"].as_array().unwrap().len(), 3);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn late_news_from_a_desk_does_not_bring_anybody_back(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, desk, guests)) = doors_open(engine, 1, 0).await else { return };
    let code = code_of(&guests[0]).await;
    let before = evening.app.now() - Duration::minutes(4);
    admitted(&desk.post(DOOR, entry_of(&code)).await);
    admitted(&desk.post(DOOR, but(&entry_of(&code), json!({"kind": "exit"}))).await);
    let news = but(&entry_of(&code), json!({"offline": true, "device": "desk-2", "at": before.to_rfc3339()}));
    let answer = desk.post(DOOR, news).await;
    admitted(&answer);
    assert_eq!((&answer.json["review"], &answer.json["counts"]["men"]), (&json!(["unclear"]), &json!(0)));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_scan_whose_answer_was_lost_is_uploaded_without_harm(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, desk, guests)) = doors_open(engine, 1, 0).await else { return };
    let at = json!({"at": evening.app.now().to_rfc3339()});
    let scan = but(&entry_of(&code_of(&guests[0]).await), at);
    let first = desk.post(DOOR, scan.clone()).await;
    let upload = desk.post(&format!("{DOOR}/batch"), queue(&[but(&scan, json!({"offline": true}))])).await;
    assert_eq!(upload.json["items"][0]["answer"], first.json);
    assert_eq!(attempts(&evening).await.len(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_queue_cut_off_in_the_middle_is_sent_again(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, desk, guests)) = doors_open(engine, 12, 12).await else { return };
    let at = json!({"offline": true, "at": evening.app.now().to_rfc3339()});
    let mut scans = Vec::new();
    for guest in &guests {
        scans.push(but(&entry_of(&code_of(guest).await), at.clone()));
    }
    scans.push(but(&entry_of("NOBODYNOBODYNOBODYNOBODYNO"), at.clone()));
    let at_the_desk = Desk {
        by: By::Person(SignedIn {
            account_id: desk.account_id,
            administrator: false,
            lacks_factor: false,
            language: Language::Zh,
            via: Via::Token(None),
        }),
        event: evening.event.clone(),
        organizer: false,
    };
    // Cut off again and again, wherever it happens to be.
    for patience in [3, 9, 17, 31, 47] {
        let (app, at_the_desk, scans) = (Arc::clone(&evening.app), at_the_desk.clone(), scans.clone());
        let sending =
            tokio::spawn(async move { upload::upload(&app, &at_the_desk, Queue { scans, sent_at: None }).await });
        tokio::time::sleep(std::time::Duration::from_millis(patience)).await;
        sending.abort();
        let _ = sending.await;
    }
    let first = desk.post(&format!("{DOOR}/batch"), queue(&scans)).await;
    assert_eq!(first.status, 200, "{}", first.text());
    assert!(first.json["items"].as_array().unwrap().iter().all(|item| item["answer"]["result"] == "admitted"));
    let again = desk.post(&format!("{DOOR}/batch"), queue(&scans)).await;
    assert_eq!(again.bytes, first.bytes);
    assert_eq!(desk.get(&format!("{DOOR}/counts")).await.json, json!({"men": 12, "women": 12}));
    assert_eq!((attempts(&evening).await.len(), reviews(&evening).await.len()), (25, 1));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_power_cut_between_any_two_statements_of_a_queue_costs_nothing(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = process::begin(engine, Phase::OnSite).await else { return };
    evening.participants("men", 2, Status::Confirmed).await;
    evening.organizer.post("/api/v1/events/qixi/badges", json!({})).await;
    let desk = evening.crew(Role::Desk).await;
    let path = format!("{DOOR}/batch");
    for statements in 0.. {
        // In, then out, then in again: each power cut meets work that is still to be done.
        let kind = if statements % 2 == 0 { "entry" } else { "exit" };
        let scan = |badge| but(&typed(badge), json!({"kind": kind, "offline": true}));
        let scans = queue(&[scan("m1"), scan("m2")]);
        let outlived = {
            let process = process::serve(&evening, statements);
            let desk = desk.at(&process.address);
            desk.send_or_lose(desk.request(reqwest::Method::POST, &path).json(&scans)).await
        };
        process::catch_up(&evening);
        let answer = desk.post(&path, scans).await;
        let items = answer.json["items"].as_array().unwrap();
        assert!(items.iter().all(|item| item["answer"]["result"] == "admitted"), "{}", answer.text());
        let inside = if statements % 2 == 0 { 2 } else { 0 };
        assert_eq!(presence::counts(evening.app.database.reader(), evening.event.id).await.unwrap().men, inside);
        assert_eq!(attempts(&evening).await.len(), 2 * (usize::try_from(statements).unwrap() + 1));
        assert!(reviews(&evening).await.is_empty());
        if let Some(outlived) = outlived {
            assert_eq!(outlived.bytes, answer.bytes);
            assert!(statements > 8, "the plug was pulled {statements} times");
            break;
        }
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_wrong_clock_is_noticed(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, desk, guests)) = doors_open(engine, 2, 0).await else { return };
    let now = evening.app.now();
    let scan = but(&entry_of(&code_of(&guests[0]).await), json!({"at": (now + hours(9)).to_rfc3339()}));
    let answer = desk.post(DOOR, scan).await;
    admitted(&answer);
    assert_eq!(answer.json["review"], json!(["clock_skew"]));
    assert_eq!(answer.json["at"], json!(now), "ours is the clock that counts");
    // A long queue is no wrong clock, where the desk says what its clock says now.
    let code = code_of(&guests[1]).await;
    let scan = but(&entry_of(&code), json!({"offline": true, "at": (now - hours(1)).to_rfc3339()}));
    let sent = json!({"scans": [scan], "sent_at": now.to_rfc3339()});
    let answer = desk.post(&format!("{DOOR}/batch"), sent).await;
    assert!(answer.json["items"][0]["answer"].get("review").is_none(), "{}", answer.text());
}
