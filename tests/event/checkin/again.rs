//! Stories of scans that are sent again, and of scans that are taken back.

use chrono::Duration;
use queqiao::audit::entry;
use queqiao::checkin::presence;
use rstest::rstest;
use sea_orm::EntityTrait;
use serde_json::json;

use Engine::{Postgres, Sqlite};

use crate::fixtures::door::{DOOR, admitted, attempts, but, code_of, doors_open, entry_of, nonce, turned_away, typed};
use crate::fixtures::evening::{Engine, hours};

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_scan_again_gets_the_same_bytes(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, desk, guests)) = doors_open(engine, 1, 1).await else { return };
    let scan = entry_of(&code_of(&guests[0]).await);
    let first = desk.post(DOOR, scan.clone()).await;
    admitted(&first);
    // Somebody else comes in meanwhile: the counts have changed, the answer has not.
    admitted(&desk.post(DOOR, typed("w1")).await);
    evening.clock.advance(hours(1));
    let desk = evening.again(&desk);
    let again = desk.post(DOOR, scan.clone()).await;
    assert_eq!((again.status, &again.bytes), (200, &first.bytes));
    assert_eq!(again.headers["content-type"], "application/json");
    assert_eq!(attempts(&evening).await.len(), 2);

    let unknown = entry_of("NOBODYNOBODYNOBODYNOBODYNO");
    let first = desk.post(DOOR, unknown.clone()).await;
    turned_away(&first, "unknown_code");
    assert_eq!(desk.post(DOOR, unknown).await.bytes, first.bytes);

    let changes = [json!({"kind": "exit"}), json!({"code": "x"}), json!({"code": null, "badge": "m1"})];
    for change in changes {
        let other = desk.post(DOOR, but(&scan, change)).await;
        assert_eq!((other.status, other.code()), (409, "nonce_reused"), "{}", other.text());
    }
    assert_eq!(attempts(&evening).await.len(), 3);
    // The nonce is the device's own.
    turned_away(&desk.post(DOOR, but(&scan, json!({"device": "desk-2"}))).await, "already_admitted");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_scan_sent_many_times_at_once_is_one_attempt(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, desk, guests)) = doors_open(engine, 1, 0).await else { return };
    for scan in [entry_of(&code_of(&guests[0]).await), entry_of("NOBODYNOBODYNOBODYNOBODYNO")] {
        let before = attempts(&evening).await.len();
        let sent: Vec<_> = (0..16)
            .map(|_| {
                let (desk, scan) = (desk.clone(), scan.clone());
                tokio::spawn(async move { desk.post(DOOR, scan).await })
            })
            .collect();
        let mut heard = Vec::new();
        for answer in sent {
            heard.push(answer.await.unwrap());
        }
        for answer in &heard {
            assert_eq!((answer.status, &answer.bytes), (200, &heard[0].bytes), "{}", answer.text());
        }
        assert_eq!(attempts(&evening).await.len(), before + 1);
    }
    assert_eq!(desk.get(&format!("{DOOR}/counts")).await.json, json!({"men": 1, "women": 0}));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_desk_takes_back_its_own_scan_within_a_quarter_of_an_hour(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, desk, guests)) = doors_open(engine, 2, 0).await else { return };
    let code = code_of(&guests[0]).await;
    let scanned = desk.post(DOOR, entry_of(&code)).await;
    let path = format!("{DOOR}/{}/undo", scanned.json["attempt"].as_str().unwrap());
    let undo = |device: &str| json!({"nonce": nonce(), "device": device});

    let other = desk.post(&path, undo("desk-2")).await;
    assert_eq!((other.status, other.code()), (403, "not_your_scan"));
    assert_eq!(evening.organizer.post(&path, undo("desk-2")).await.status, 422, "an organizer says why");
    let nowhere = format!("{DOOR}/{}/undo", evening.app.new_id());
    assert_eq!(desk.post(&nowhere, undo("desk-1")).await.status, 404);

    evening.clock.advance(Duration::minutes(15));
    let desk = evening.again(&desk);
    let request = undo("desk-1");
    let undone = desk.post(&path, request.clone()).await;
    assert_eq!((undone.status, &undone.json["counts"]), (200, &json!({"men": 0, "women": 0})), "{}", undone.text());
    assert_eq!(desk.post(&path, request).await.bytes, undone.bytes, "the same undo again");
    let twice = desk.post(&path, undo("desk-1")).await;
    assert_eq!((twice.status, twice.code()), (409, "already_undone"));
    assert!(presence::Entity::inside(evening.event.id).all(evening.app.database.reader()).await.unwrap().is_empty());
    assert_eq!(attempts(&evening).await.len(), 2, "nothing is deleted");

    // The person may come in again; the old attempt stays taken back.
    let again = desk.post(DOOR, entry_of(&code)).await;
    admitted(&again);
    let refusal = desk.post(DOOR, entry_of(&code)).await;
    let path = format!("{DOOR}/{}/undo", refusal.json["attempt"].as_str().unwrap());
    assert_eq!(desk.post(&path, undo("desk-1")).await.code(), "not_admitted");

    let path = format!("{DOOR}/{}/undo", again.json["attempt"].as_str().unwrap());
    evening.clock.advance(Duration::minutes(16));
    let (desk, organizer) = (evening.again(&desk), evening.again(&evening.organizer));
    let late = desk.post(&path, undo("desk-1")).await;
    assert_eq!((late.status, late.code()), (409, "too_late"));
    let left = desk.post(DOOR, but(&entry_of(&code), json!({"kind": "exit"}))).await;
    let reason = json!({"nonce": nonce(), "device": "office", "reason": "认错人了"});
    assert_eq!(organizer.post(&path, reason.clone()).await.code(), "overtaken");
    let exit = format!("{DOOR}/{}/undo", left.json["attempt"].as_str().unwrap());
    let back = organizer.post(&exit, reason).await;
    assert_eq!((back.status, &back.json["counts"]["men"]), (200, &json!(1)), "an undone exit leaves them inside");
    let deeds = entry::Entity::find().all(evening.app.database.reader()).await.unwrap();
    let deeds: Vec<_> = deeds.iter().filter(|deed| deed.action == "scan_undone").collect();
    assert_eq!(deeds.len(), 2);
    assert!(deeds.iter().any(|deed| deed.reason.as_deref() == Some("认错人了")));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_take_one_scan_back_one_does(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, desk, guests)) = doors_open(engine, 1, 0).await else { return };
    let scanned = desk.post(DOOR, entry_of(&code_of(&guests[0]).await)).await;
    let path = format!("{DOOR}/{}/undo", scanned.json["attempt"].as_str().unwrap());
    let twin = nonce();
    let hands: Vec<_> = (0..16)
        .map(|hand| {
            let own = if hand % 2 == 0 { twin.clone() } else { nonce() };
            let (desk, path, undo) = (desk.clone(), path.clone(), json!({"nonce": own, "device": "desk-1"}));
            tokio::spawn(async move { desk.post(&path, undo).await })
        })
        .collect();
    let mut bytes = Vec::new();
    for hand in hands {
        let answer = hand.await.unwrap();
        match (answer.status, answer.code()) {
            (200, _) => bytes.push(answer.bytes),
            (status, code) => assert_eq!((status, code), (409, "already_undone"), "{}", answer.text()),
        }
    }
    bytes.dedup();
    assert_eq!((bytes.len(), attempts(&evening).await.len()), (1, 2));
}

/// What was taken back never happened: nowhere is somebody counted who was not there.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_check_in_that_was_taken_back_counts_nowhere_as_somebody_who_came(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let Some((evening, desk, guests)) = doors_open(engine, 2, 1).await else { return };
    let mut scanned = Vec::new();
    for guest in &guests {
        scanned.push(desk.post(DOOR, entry_of(&code_of(guest).await)).await);
    }
    let path = format!("{DOOR}/{}/undo", scanned[0].json["attempt"].as_str().unwrap());
    assert_eq!(desk.post(&path, json!({"nonce": nonce(), "device": "desk-1"})).await.status, 200);
    // Went home, and was there all the same.
    admitted(&desk.post(DOOR, but(&entry_of(&code_of(&guests[1]).await), json!({"kind": "exit"}))).await);
    let report = evening.organizer.get("/api/v1/events/qixi/report").await.json;
    let came = report["stages"].as_array().unwrap().iter().find(|stage| stage["stage"] == "came").unwrap();
    assert_eq!((&came["men"], &came["women"]), (&json!(1), &json!(1)), "{report}");
    assert_eq!(report["door"]["attended"], json!(2), "{}", report["door"]);
    let outcomes = evening.organizer.get("/api/v1/events/qixi/outcomes").await.json;
    assert_eq!(outcomes["counts"]["attended"], json!(2), "{outcomes}");
}

/// A desk without a link sends what it saw after the slip only when somebody has already put the slip right.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_seen_after_a_scan_that_is_taken_back_still_counts(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, desk, guests)) = doors_open(engine, 1, 0).await else { return };
    let entry = entry_of(&code_of(&guests[0]).await);
    let slip = desk.post(DOOR, entry.clone()).await;
    admitted(&slip);
    evening.clock.advance(Duration::minutes(5));
    let seen = but(&entry, json!({"nonce": nonce(), "at": evening.clock.now(), "offline": true}));
    evening.clock.advance(Duration::minutes(5));
    let desk = evening.again(&desk);
    let path = format!("{DOOR}/{}/undo", slip.json["attempt"].as_str().unwrap());
    assert_eq!(desk.post(&path, json!({"nonce": nonce(), "device": "desk-1"})).await.status, 200);
    let uploaded = desk.post(&format!("{DOOR}/batch"), json!({"scans": [seen], "sent_at": evening.clock.now()})).await;
    assert_eq!(uploaded.json["items"][0]["answer"]["result"], "admitted", "{}", uploaded.text());
    assert_eq!(uploaded.json["items"][0]["answer"]["counts"], json!({"men": 1, "women": 0}), "{}", uploaded.text());
}
