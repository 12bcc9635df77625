//! Stories of the queue at the door.

use std::collections::HashMap;

use chrono::Duration;
use futures_util::StreamExt;
use futures_util::future::join_all;
use futures_util::stream;
use queqiao::accounts::profile;
use queqiao::audit::entry;
use queqiao::badges::code;
use queqiao::checkin::attempt::Verdict;
use queqiao::checkin::presence;
use queqiao::database::Write;
use queqiao::happening::What;
use queqiao::registrations::registration::{self, Status};
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, EntityTrait};
use serde_json::{Value, json};
use uuid::Uuid;

use Engine::{Postgres, Sqlite};

use crate::fixtures::door::{DOOR, admitted, attempts, but, code_of, doors_open, entry_of, turned_away, typed};
use crate::fixtures::evening::Engine;
use crate::fixtures::person::Person;

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
    let participant = &first.json["participant"];
    assert_eq!(
        (&participant["badge"], &participant["nickname"], &participant["side"]),
        (&json!("男001"), &json!("guest-1"), &json!("men"))
    );
    assert_eq!(participant["unit"], evening.units[1].name);
    assert_eq!((&participant["group"], &participant["attention"]), (&Value::Null, &json!([])));
    assert_eq!(heard.try_recv().unwrap().what, What::GuestArrived);

    evening.clock.advance(Duration::minutes(3));
    let second = desk.post(DOOR, but(&entry_of(&code), json!({"device": "desk-2"}))).await;
    turned_away(&second, "already_admitted");
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
    turned_away(&twice, "needs_review");
    admitted(&desk.post(DOOR, entry_of(&code)).await);
    assert_eq!(attempts(&evening).await.len(), 5);
    let inside = presence::Entity::inside(evening.event.id).all(evening.app.database.reader()).await.unwrap();
    assert_eq!((inside.len(), inside[0].registration_id), (1, guests[0].registration_id));
    assert_eq!(desk.get(&format!("{DOOR}/counts")).await.json, json!({"men": 1, "women": 0}));
}

/// A hall of 200, each badge held before 64 phones at once.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_sixty_four_phones_one_lets_each_guest_in(#[values(Sqlite, Postgres)] engine: Engine) {
    const PHONES: usize = 64;
    let Some((evening, desk, guests)) = doors_open(engine, 100, 100).await else { return };
    let scanned = async |guest: &Person| {
        let code = code_of(guest).await;
        let phones = (0..PHONES).map(|phone| {
            let (desk, scan) = (desk.clone(), but(&entry_of(&code), json!({"device": format!("desk-{phone}")})));
            tokio::spawn(async move { desk.post(DOOR, scan).await })
        });
        let mut heard: HashMap<String, usize> = HashMap::new();
        for phone in join_all(phones).await {
            let answer = phone.unwrap();
            assert_eq!(answer.status, 200, "{}", answer.text());
            *heard.entry(format!("{}{}", answer.json["result"], answer.json["reason"])).or_default() += 1;
        }
        let expected = [("\"admitted\"null", 1), ("\"refused\"\"already_admitted\"", PHONES - 1)];
        assert_eq!(heard, expected.map(|(what, times)| (what.to_owned(), times)).into());
    };
    // Two queues, so that the phones of one do not idle while the other's last answer is on its way.
    stream::iter(&guests).for_each_concurrent(2, scanned).await;
    let mut on_record: HashMap<Uuid, (usize, usize)> = HashMap::new();
    for attempt in attempts(&evening).await {
        let (admitted, all) = on_record.entry(attempt.registration_id.unwrap()).or_default();
        *admitted += usize::from(attempt.result == Verdict::Admitted);
        *all += 1;
    }
    assert_eq!(on_record, guests.iter().map(|guest| (guest.registration_id, (1, PHONES))).collect());
    assert_eq!(desk.get(&format!("{DOOR}/counts")).await.json, json!({"men": 100, "women": 100}));
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
    let scan = entry_of(&code_of(&guests[0]).await);
    let answer = evening.amid(withdrawing, 1, desk.post(DOOR, scan)).await;
    turned_away(&answer, "withdrawn");
    let revoking = async |txn: &Write| {
        let now = Expr::value(evening.app.now());
        code::Entity::update_many().col_expr(code::Column::RevokedAt, now).exec(txn).await.unwrap();
    };
    let scan = entry_of(&code_of(&guests[1]).await);
    let answer = evening.amid(revoking, 1, desk.post(DOOR, scan)).await;
    turned_away(&answer, "revoked_code");
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
    turned_away(&desk.post(DOOR, entry_of(&url)).await, "already_admitted");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_desk_finds_somebody_and_cannot_browse(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, desk, guests)) = doors_open(engine, 7, 1).await else { return };
    evening.calls_themselves(&guests[7], "小鹿🦌Lulu").await;
    let real_name = |row: &mut profile::ActiveModel| {
        row.set_real_name(&evening.app.secrets, guests[7].account_id, Some("欧阳鹿")).unwrap();
    };
    evening.change_profile(&guests[7], real_name).await;
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
