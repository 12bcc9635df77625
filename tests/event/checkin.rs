//! Stories of the room `checkin`.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::Duration;
use queqiao::accounts::signed_in::Via;
use queqiao::accounts::{SignedIn, profile};
use queqiao::audit::entry;
use queqiao::badges::code;
use queqiao::checkin::upload::{self, Queue};
use queqiao::checkin::{attempt, presence, review};
use queqiao::database::Write;
use queqiao::events::access::Desk;
use queqiao::events::crew::Role;
use queqiao::events::phase::Phase;
use queqiao::happening::What;
use queqiao::language::Language;
use queqiao::registrations::registration::{self, Status};
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, EntityTrait};
use serde_json::{Value, json};

use crate::evening::{Answer, Engine, Evening, Person, hours};
use crate::outage;
use Engine::{Postgres, Sqlite};

const DOOR: &str = "/api/v1/events/qixi/check-ins";

/// A nonce nobody has used.
fn nonce() -> String {
    static MADE: AtomicU32 = AtomicU32::new(0);
    format!("{:032x}", MADE.fetch_add(1, Ordering::SeqCst))
}

/// An evening whose guests wear badges, and a desk.
async fn doors_open(engine: Engine, men: u32, women: u32) -> Option<(Evening, Person, Vec<Person>)> {
    let evening = Evening::begin(engine, Phase::OnSite).await?;
    let mut guests = evening.participants("men", men, Status::Confirmed).await;
    guests.extend(evening.participants("women", women, Status::Confirmed).await);
    let issued = evening.organizer.post("/api/v1/events/qixi/badges", json!({})).await;
    assert_eq!(issued.json["issued"], men + women, "{}", issued.text());
    let desk = evening.crew(Role::Desk).await;
    Some((evening, desk, guests))
}

async fn code_of(guest: &Person) -> String {
    let mine = guest.get("/api/v1/events/qixi/badges/me").await;
    mine.json["code"].as_str().unwrap().to_owned()
}

fn entry_of(code: &str) -> Value {
    json!({"code": code, "nonce": nonce(), "device": "desk-1", "kind": "entry"})
}

fn typed(badge: &str) -> Value {
    json!({"badge": badge, "nonce": nonce(), "device": "desk-1", "kind": "entry"})
}

/// The scan with some members changed.
fn but(scan: &Value, changes: Value) -> Value {
    let mut scan = scan.clone();
    for (name, value) in changes.as_object().unwrap() {
        scan[name] = value.clone();
    }
    scan
}

#[track_caller]
fn admitted(answer: &Answer) {
    assert_eq!((answer.status, &answer.json["result"]), (200, &json!("admitted")), "{}", answer.text());
}

#[track_caller]
fn refused(answer: &Answer, reason: &str) {
    let heard = (answer.status, &answer.json["result"], &answer.json["reason"]);
    assert_eq!(heard, (200, &json!("refused"), &json!(reason)), "{}", answer.text());
}

async fn attempts(evening: &Evening) -> Vec<attempt::Model> {
    attempt::Entity::find().all(evening.app.database.reader()).await.unwrap()
}

async fn reviews(evening: &Evening) -> Vec<review::Model> {
    review::Entity::find().all(evening.app.database.reader()).await.unwrap()
}

async fn stands(evening: &Evening, person: &Person, status: Status) {
    let txn = evening.app.database.begin_write().await.unwrap();
    let row = registration::ActiveModel { id: Set(person.registration_id), status: Set(status), ..Default::default() };
    row.update(&txn).await.unwrap();
    txn.commit().await.unwrap();
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_badge_opens_the_door_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, desk, guests)) = doors_open(engine, 1, 1).await else { return };
    let code = code_of(&guests[0]).await;
    let mut heard = evening.app.happenings.listen();

    let first = desk.post(DOOR, entry_of(&code)).await;
    admitted(&first);
    assert_eq!(first.json["counts"], json!({"men": 1, "women": 0}));
    assert_eq!(first.json["by_device"], "desk-1");
    let shown = &first.json["participant"];
    assert_eq!(
        (&shown["badge"], &shown["nickname"], &shown["side"]),
        (&json!("男001"), &json!("guest-1"), &json!("men"))
    );
    assert_eq!(shown["unit"], evening.units[1].name);
    assert_eq!((&shown["group"], &shown["attention"]), (&Value::Null, &json!([])));
    assert_eq!(heard.try_recv().unwrap().what, What::GuestArrived);

    evening.clock.advance(Duration::minutes(3));
    let second = desk.post(DOOR, but(&entry_of(&code), json!({"device": "desk-2"}))).await;
    refused(&second, "already_admitted");
    assert_eq!((&second.json["at"], &second.json["by_device"]), (&first.json["at"], &json!("desk-1")));
    assert_eq!(second.json["counts"], json!({"men": 1, "women": 0}));
    assert!(heard.try_recv().is_err(), "a refusal is no news");

    // Out, and in again.
    let leaving = but(&entry_of(&code), json!({"kind": "exit"}));
    let left = desk.post(DOOR, leaving).await;
    admitted(&left);
    assert_eq!(left.json["counts"], json!({"men": 0, "women": 0}));
    assert_eq!(heard.try_recv().unwrap().what, What::GuestLeft);
    let twice = desk.post(DOOR, but(&entry_of(&code), json!({"kind": "exit"}))).await;
    refused(&twice, "needs_review");
    admitted(&desk.post(DOOR, entry_of(&code)).await);
    assert_eq!(attempts(&evening).await.len(), 5);
    let inside = presence::Entity::inside(evening.event.id).all(evening.app.database.reader()).await.unwrap();
    assert_eq!((inside.len(), inside[0].registration_id), (1, guests[0].registration_id));
    assert_eq!(desk.get(&format!("{DOOR}/counts")).await.json, json!({"men": 1, "women": 0}));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_sixty_four_phones_one_is_let_in(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, desk, guests)) = doors_open(engine, 2, 2).await else { return };
    for (round, guest) in guests.iter().enumerate() {
        let code = code_of(guest).await;
        let phones: Vec<_> = (0..64)
            .map(|phone| {
                let (desk, scan) = (desk.clone(), but(&entry_of(&code), json!({"device": format!("desk-{phone}")})));
                tokio::spawn(async move { desk.post(DOOR, scan).await })
            })
            .collect();
        let mut heard: HashMap<String, u32> = HashMap::new();
        for phone in phones {
            let answer = phone.await.unwrap();
            assert_eq!(answer.status, 200, "{}", answer.text());
            *heard.entry(format!("{}{}", answer.json["result"], answer.json["reason"])).or_default() += 1;
        }
        let expected = [("\"admitted\"null", 1), ("\"refused\"\"already_admitted\"", 63)];
        assert_eq!(heard, expected.map(|(what, times)| (what.to_owned(), times)).into());
        assert_eq!(attempts(&evening).await.len(), 64 * (round + 1));
    }
    assert_eq!(desk.get(&format!("{DOOR}/counts")).await.json, json!({"men": 2, "women": 2}));
}

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
    refused(&first, "unknown_code");
    assert_eq!(desk.post(DOOR, unknown).await.bytes, first.bytes);

    let changes = [json!({"kind": "exit"}), json!({"code": "x"}), json!({"code": null, "badge": "m1"})];
    for change in changes {
        let other = desk.post(DOOR, but(&scan, change)).await;
        assert_eq!((other.status, other.code()), (409, "nonce_reused"), "{}", other.text());
    }
    assert_eq!(attempts(&evening).await.len(), 3);
    // The nonce is the device's own.
    refused(&desk.post(DOOR, but(&scan, json!({"device": "desk-2"}))).await, "already_admitted");
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
        assert!(heard.iter().all(|answer| answer.status == 200 && answer.bytes == heard[0].bytes));
        assert_eq!(attempts(&evening).await.len(), before + 1);
    }
    assert_eq!(desk.get(&format!("{DOOR}/counts")).await.json, json!({"men": 1, "women": 0}));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_refusal_says_why(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, desk, guests)) = doors_open(engine, 1, 0).await else { return };
    let guest = &guests[0];
    let code = code_of(guest).await;
    for (status, reason) in [
        (Status::Selected, "unconfirmed"),
        (Status::Expired, "unconfirmed"),
        (Status::Waitlisted, "waitlisted"),
        (Status::NotSelected, "not_selected"),
        (Status::Approved, "not_selected"),
        (Status::Withdrawn, "withdrawn"),
        (Status::Declined, "declined"),
    ] {
        stands(&evening, guest, status).await;
        let answer = desk.post(DOOR, entry_of(&code)).await;
        refused(&answer, reason);
        assert_eq!(answer.json["participant"]["badge"], "男001");
    }
    stands(&evening, guest, Status::Confirmed).await;
    for read in ["", "   "] {
        assert_eq!(desk.post(DOOR, entry_of(read)).await.status, 422);
    }
    for read in ["x", "https://example.com/", "微信", "NOBODYNOBODYNOBODYNOBODYNO"] {
        let answer = desk.post(DOOR, entry_of(read)).await;
        refused(&answer, "unknown_code");
        assert!(answer.json.get("participant").is_none());
    }
    for number in ["男002", "女001", "13", "x1"] {
        refused(&desk.post(DOOR, typed(number)).await, "unknown_code");
    }
    // A replaced code opens nothing and tells nothing; the new one opens.
    evening.organizer.post("/api/v1/events/qixi/badges/m1/reissue", json!({"reason": "丢了"})).await;
    let old = desk.post(DOOR, entry_of(&code)).await;
    refused(&old, "revoked_code");
    assert!(old.json.get("participant").is_none());
    // A guest without a badge is named by the applicant number, and gets one first.
    evening.participant_as("women", Status::Waitlisted).await;
    refused(&desk.post(DOOR, typed("A0002")).await, "waitlisted");
    evening.participant_as("women", Status::Confirmed).await;
    let badgeless = desk.post(DOOR, typed("a3")).await;
    refused(&badgeless, "needs_review");
    assert_eq!(badgeless.json["participant"]["attention"], json!(["no_badge"]));
    assert!(presence::Entity::find().all(evening.app.database.reader()).await.unwrap().is_empty());
    admitted(&desk.post(DOOR, entry_of(&code_of(guest).await)).await);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_door_opens_and_closes_with_the_evening(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((mut evening, desk, guests)) = doors_open(engine, 1, 0).await else { return };
    let code = code_of(&guests[0]).await;
    evening.enter(Phase::Confirmation).await;
    refused(&desk.post(DOOR, entry_of(&code)).await, "too_early");
    evening.enter(Phase::Closed).await;
    refused(&desk.post(DOOR, entry_of(&code)).await, "event_closed");
    evening.enter(Phase::OnSite).await;
    admitted(&desk.post(DOOR, entry_of(&code)).await);
    // Validity is judged before duplication.
    evening.enter(Phase::Closed).await;
    refused(&desk.post(DOOR, entry_of(&code)).await, "event_closed");
    stands(&evening, &guests[0], Status::Withdrawn).await;
    refused(&desk.post(DOOR, entry_of(&code)).await, "withdrawn");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_number_opens_the_door_however_it_is_typed(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((_evening, desk, guests)) = doors_open(engine, 3, 3).await else { return };
    for (number, badge) in [
        ("男001", "男001"),
        ("ｍ２", "男002"),
        (" 男 ３ ", "男003"),
        ("w1", "女001"),
        ("女２", "女002"),
        ("女００３", "女003"),
    ] {
        let answer = desk.post(DOOR, typed(number)).await;
        admitted(&answer);
        assert_eq!(answer.json["participant"]["badge"], badge);
    }
    // What a phone's scanner reads is the whole address.
    let url = guests[0].get("/api/v1/events/qixi/badges/me").await.json["url"].as_str().unwrap().to_owned();
    refused(&desk.post(DOOR, entry_of(&url)).await, "already_admitted");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_wrong_with_a_request_is_told_and_nothing_is_written(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, desk, guests)) = doors_open(engine, 1, 0).await else { return };
    let scan = entry_of(&code_of(&guests[0]).await);
    let wrong = [
        json!({"badge": "m1"}),
        json!({"code": null}),
        json!({"nonce": "short"}),
        json!({"nonce": "n".repeat(65)}),
        json!({"device": ""}),
        json!({"device": "desk\n1"}),
        json!({"kind": "undo"}),
        json!({"kind": 1}),
        json!({"at": "yesterday"}),
        json!({"at": "+262142-01-01T00:00:00Z"}),
        json!({"offline": "yes"}),
        json!({"more": 1}),
        json!({"code": "x".repeat(501)}),
    ];
    for change in wrong {
        let answer = desk.post(DOOR, but(&scan, change.clone())).await;
        assert_eq!((answer.status, answer.code()), (422, "invalid"), "{change}: {}", answer.text());
    }
    for (who, status) in [(evening.visitor(), 401), (guests[0].clone(), 403), (evening.stranger().await, 403)] {
        for (path, body) in
            [("", scan.clone()), ("/batch", queue(std::slice::from_ref(&scan))), ("/search", json!({"name": "guest"}))]
        {
            assert_eq!(who.post(&format!("{DOOR}{path}"), body).await.status, status, "{path}");
        }
        assert_eq!(who.get(&format!("{DOOR}/counts")).await.status, status);
    }
    for path in [DOOR, &format!("{DOOR}/reviews")] {
        assert_eq!(desk.get(path).await.status, 403, "a desk may not browse");
    }
    assert_eq!(desk.post("/api/v1/events/other/check-ins", scan).await.status, 404);
    assert!(attempts(&evening).await.is_empty());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_badge_for_another_event_opens_nothing_here(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, desk, guests)) = doors_open(engine, 1, 0).await else { return };
    let code = code_of(&guests[0]).await;
    let txn = evening.app.database.begin_write().await.unwrap();
    let mut other: queqiao::events::event::ActiveModel = evening.event.clone().into();
    other.id = Set(evening.app.new_id());
    other.slug = Set("music".to_owned());
    let other = other.insert(&txn).await.unwrap();
    txn.commit().await.unwrap();
    let answer = evening.organizer.post("/api/v1/events/music/check-ins", entry_of(&code)).await;
    refused(&answer, "wrong_event");
    assert!(answer.json.get("participant").is_none() && !answer.text().contains("guest-1"));
    assert_eq!(desk.post("/api/v1/events/music/check-ins", entry_of(&code)).await.status, 403);
    let recorded = attempts(&evening).await;
    assert_eq!((recorded.len(), recorded[0].event_id, recorded[0].registration_id), (1, other.id, None));
    admitted(&desk.post(DOOR, entry_of(&code)).await);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn codes_are_recorded_as_digests_only(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, desk, guests)) = doors_open(engine, 1, 0).await else { return };
    let code = code_of(&guests[0]).await;
    desk.post(DOOR, entry_of(&code)).await;
    desk.post(DOOR, entry_of("13800000000")).await;
    desk.post(DOOR, typed("13800000000")).await;
    for attempt in attempts(&evening).await {
        let kept = format!("{attempt:?}{}", String::from_utf8_lossy(&attempt.answer));
        assert!(!kept.contains(&code) && !kept.contains("13800000000"), "{kept}");
    }
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

/// Begins a scan while somebody else is about to change what it rests on, and waits for both.
async fn scan_against(evening: &Evening, desk: &Person, code: &str, change: impl AsyncFnOnce(&Write)) -> Answer {
    let txn = evening.app.database.begin_write().await.unwrap();
    change(&txn).await;
    let (desk, scan) = (desk.clone(), entry_of(code));
    let scanning = tokio::spawn(async move { desk.post(DOOR, scan).await });
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    txn.commit().await.unwrap();
    scanning.await.unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_scan_waits_for_what_is_just_being_changed(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, desk, guests)) = doors_open(engine, 2, 0).await else { return };
    let id = guests[0].registration_id;
    let withdrawing = async |txn: &Write| {
        let row = registration::ActiveModel { id: Set(id), status: Set(Status::Withdrawn), ..Default::default() };
        row.update(txn).await.unwrap();
    };
    let answer = scan_against(&evening, &desk, &code_of(&guests[0]).await, withdrawing).await;
    refused(&answer, "withdrawn");
    let revoking = async |txn: &Write| {
        let now = Expr::value(evening.app.now());
        code::Entity::update_many().col_expr(code::Column::RevokedAt, now).exec(txn).await.unwrap();
    };
    let answer = scan_against(&evening, &desk, &code_of(&guests[1]).await, revoking).await;
    refused(&answer, "revoked_code");
}

fn queue(scans: &[Value]) -> Value {
    json!({"scans": scans})
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_was_let_in_offline_is_in_and_doubts_go_to_review(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, desk, guests)) = doors_open(engine, 3, 0).await else { return };
    let mut codes = Vec::new();
    for guest in &guests {
        codes.push(code_of(guest).await);
    }
    stands(&evening, &guests[1], Status::Withdrawn).await;
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
    let told: Vec<_> = items.iter().map(|item| (item["status"].clone(), item["answer"]["result"].clone())).collect();
    let yes = (json!(200), json!("admitted"));
    assert_eq!(told, [yes.clone(), yes.clone(), yes.clone(), (json!(422), Value::Null), yes]);
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
        account: SignedIn {
            account_id: desk.account_id,
            administrator: false,
            language: Language::Zh,
            via: Via::Token(None),
        },
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
    let Some(evening) = outage::begin(engine, Phase::OnSite).await else { return };
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
            let process = outage::serve(&evening, statements);
            let desk = desk.at(&process.address);
            desk.send_or_lose(desk.request(reqwest::Method::POST, &path).json(&scans)).await
        };
        outage::catch_up(&evening);
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

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_desk_finds_somebody_and_cannot_browse(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, desk, guests)) = doors_open(engine, 7, 1).await else { return };
    let txn = evening.app.database.begin_write().await.unwrap();
    let row = profile::ActiveModel {
        account_id: Set(guests[7].account_id),
        nickname: Set("小鹿🦌Lulu".to_owned()),
        real_name: Set(Some("欧阳鹿".to_owned())),
        ..Default::default()
    };
    row.update(&txn).await.unwrap();
    txn.commit().await.unwrap();
    let path = format!("{DOOR}/search");
    let find = async |name: &str| desk.post(&path, json!({"name": name})).await;

    let hits = find("GUEST").await;
    let items = hits.json["items"].as_array().unwrap();
    assert_eq!(items.len(), 5, "at most five");
    assert_eq!(items[0], json!({"badge": "男001", "nickname": "guest-1"}));
    let her = json!([{"badge": "女001", "nickname": "小鹿🦌Lulu"}]);
    for name in ["小鹿", "ｌｕｌｕ", "欧阳鹿"] {
        let hits = find(name).await;
        assert_eq!(hits.json["items"], her, "{name}");
        assert!(!hits.text().contains("欧阳"));
    }
    for name in ["", " ", "鹿", "gu", "欧阳", "%%%", "___"] {
        assert_eq!(find(name).await.json["items"], json!([]), "{name}");
    }
    assert_eq!(find(&"鹿".repeat(41)).await.status, 422);
    let deeds = entry::Entity::find().all(evening.app.database.reader()).await.unwrap();
    let deeds: Vec<_> = deeds.iter().filter(|deed| deed.action == "guests_searched").collect();
    assert_eq!(deeds.len(), 7, "every search that looked is on record");
    assert!(deeds.iter().all(|deed| deed.actor_id == Some(desk.account_id)));
    assert!(deeds.iter().any(|deed| deed.detail == json!({"found": ["女001"]})));
}
