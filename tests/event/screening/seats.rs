//! Seats that are added after the run.

use queqiao::events::event;
use queqiao::events::phase::Phase;
use queqiao::registrations::registration::Status;
use queqiao::screening::addition_record::{Addition, Follows};
use queqiao::screening::record::Record;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};

use super::{Cast, REPLY, RUNS, cast, rules, seats, standing_as};
use crate::fixtures::browser::{Browser, header, read};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::person::refused;

const SEATS: &str = "/api/v1/events/qixi/screening/seats";
const BOARD: &str = "/api/v1/events/qixi/screening/standby";
const PUBLISHED: &str = "/api/v1/events/qixi/screening";

async fn file(evening: &Evening, path: &str) -> Vec<u8> {
    let file = evening.organizer.get(&format!("{PUBLISHED}/{path}/file")).await;
    assert_eq!(file.status, 200, "{}", file.text());
    file.bytes
}

async fn next(evening: &Evening, side: usize) -> Value {
    evening.organizer.get(BOARD).await.json["sides"][side]["next"].clone()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn after_the_run_seats_are_only_added_and_the_record_says_so(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(Cast { evening, men, women }) = cast(engine).await else { return };
    rules(&evening, json!({})).await;
    refused(&evening.organizer.post(SEATS, json!({ "men": 1, "reason": "大厅" })).await, 404, "not_found");
    assert_eq!(evening.organizer.post(RUNS, json!({})).await.status, 201);
    for changes in [json!({ "seats": 6 }), json!({ "screening": { "unit": { "max": 9 } } })] {
        let late = evening.organizer.patch("/api/v1/events/qixi", changes.clone()).await;
        refused(&late, 409, "too_late");
        assert!(changes.get(late.json["errors"][0]["field"].as_str().unwrap()).is_some(), "{}", late.text());
    }
    // Whoever applied now could have no seat.
    let back = json!({ "phase": "registration", "reason": "再报几天" });
    refused(&evening.organizer.post("/api/v1/events/qixi/phase", back).await, 409, "phase_passed");
    let (him, her) = (next(&evening, 0).await, next(&evening, 1).await);
    let wish = json!({ "men": 1, "women": 1, "reason": "换到大厅" });
    let added = evening.organizer.post(SEATS, wish).await;
    assert_eq!((added.status, &added.json["seats"], &added.json["number"]), (201, &json!(6), &json!(1)));
    let mut offered = added.json["offered"].as_array().unwrap().clone();
    offered.sort_by_key(ToString::to_string);
    let mut wanted = vec![him, her];
    wanted.sort_by_key(ToString::to_string);
    assert_eq!(offered, wanted, "the next in line of each side");
    assert_eq!(seats(&evening).await, 6);
    let offers: Vec<_> = evening.letters().await.into_iter().filter(|letter| letter.kind == "standby_offer").collect();
    assert!(offers.len() == 2 && offers.iter().all(|letter| letter.plain.contains("增加了席位")), "{offers:?}");
    // The event says what the record says.
    let poster = evening.visitor().get("/api/v1/events/qixi").await.json;
    assert_eq!((&poster["seats"], &poster["plan"]["screening"]["side"]["men"]["max"]), (&json!(6), &json!(3)));
    let published = evening.visitor().get(PUBLISHED).await.json;
    let report = &published["additions"][0];
    assert_eq!((&report["men"], &report["seats"], &report["reason"]), (&json!(1), &json!(6), &json!("换到大厅")));
    assert_eq!(published["run"]["rules"]["seats"], 4, "the run stays what it was");

    let more = evening.organizer.post(SEATS, json!({ "women": 1, "reason": "再加一席" })).await;
    assert_eq!((more.status, &more.json["seats"]), (201, &json!(7)), "{}", more.text());
    let run = file(&evening, "runs/1").await;
    let (first, second) = (file(&evening, "additions/1").await, file(&evening, "additions/2").await);
    let record = Record::verify(&run).unwrap();
    let follows = Follows::run(&record, &run);
    let one = Addition::verify(&first, &record, &follows).unwrap();
    let two = Addition::verify(&second, &record, &Follows::addition(&one, &first)).unwrap();
    assert_eq!((one.rules.seats, two.rules.seats, two.offered.len()), (6, 7, 1));
    assert!(Addition::verify(&second, &record, &follows).is_err(), "it follows the one before it");
    for (from, to) in [("换到大厅", "换到小厅"), ("\"men\":1", "\"men\":2"), ("\"seats\":6", "\"seats\":9")] {
        let text = String::from_utf8(second.clone()).unwrap();
        let tampered = String::from_utf8(first.clone()).unwrap().replacen(from, to, 1);
        let broken = Addition::verify(tampered.as_bytes(), &record, &follows)
            .and_then(|one| Addition::verify(text.as_bytes(), &record, &Follows::addition(&one, tampered.as_bytes())));
        assert!(broken.is_err(), "{from}");
    }
    assert!(standing_as(&evening, &men, Status::Selected).await.len() == 3);
    assert!(standing_as(&evening, &women, Status::Selected).await.len() == 4);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn seats_nobody_can_come_into_are_not_added(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(Cast { mut evening, men, .. }) = cast(engine).await else { return };
    assert_eq!(evening.organizer.post(RUNS, json!({})).await.status, 201);
    let before = event::by_slug(evening.app.database.reader(), "qixi").await.unwrap().unwrap();
    let many = evening.organizer.post(SEATS, json!({ "men": 3, "reason": "大厅" })).await;
    refused(&many, 409, "seats_not_filled");
    for (body, field) in [
        (json!({ "reason": "大厅" }), "men"),
        (json!({ "men": 1 }), "reason"),
        (json!({ "men": 1, "reason": " " }), "reason"),
    ] {
        let wrong = evening.organizer.post(SEATS, body).await;
        assert_eq!((wrong.status, &wrong.json["errors"][0]["field"]), (422, &json!(field)), "{}", wrong.text());
    }
    let one = json!({ "men": 1, "reason": "大厅" });
    let stranger = evening.stranger().await;
    for (who, status) in [(&stranger, 403), (&men[0], 403), (&evening.visitor(), 401)] {
        assert_eq!(who.post(SEATS, one.clone()).await.status, status);
    }
    assert_eq!(event::by_slug(evening.app.database.reader(), "qixi").await.unwrap().unwrap(), before);
    assert_eq!(seats(&evening).await, 4);
    // Who came in by an added seat gives it back, and the next comes in.
    let newcomer = evening.organizer.post(SEATS, one.clone()).await.json["offered"][0].clone();
    let request = standing_as(&evening, &men, Status::Selected).await;
    let mut declined = 0;
    for man in &request {
        if man.get(super::ME).await.json["number"] == newcomer {
            assert_eq!(man.post(REPLY, json!({ "reply": "decline" })).await.status, 200);
            declined += 1;
        }
    }
    assert_eq!((declined, seats(&evening).await), (1, 5));
    evening.move_to(Phase::OnSite).await;
    refused(&evening.again(&evening.organizer).post(SEATS, one).await, 409, "phase_closed");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_hands_add_seats_one_after_another(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(Cast { evening, .. }) = cast(engine).await else { return };
    assert_eq!(evening.organizer.post(RUNS, json!({})).await.status, 201);
    let hands = (0..4).map(|_| evening.organizer.post(SEATS, json!({ "men": 1, "reason": "大厅" })));
    let answers = futures_util::future::join_all(hands).await;
    // Two wait.
    let mut added: Vec<i64> = answers.iter().filter_map(|answer| answer.json["number"].as_i64()).collect();
    added.sort_unstable();
    assert_eq!(added, [1, 2], "{answers:?}");
    assert!(answers.iter().all(|answer| answer.status == 201 || answer.code() == "seats_not_filled"), "{answers:?}");
    assert_eq!(seats(&evening).await, 6);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_board_adds_seats_and_says_why_somebody_was_passed_over(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::Online).await else { return };
    rules(&evening, json!({ "unit_side": { "max": 1 } })).await;
    let men = evening.participants("men", 4, Status::Approved).await;
    evening.participants("women", 2, Status::Approved).await;
    // Two of one unit, of whom only one can have a seat; the others each of their own.
    for (man, unit) in men.iter().zip([0, 0, 1, 2]) {
        evening.change_registration(man, |row| row.unit_id = Set(evening.units[unit].id)).await;
    }
    // The two have more points than the others.
    let line = json!({
        "registrations": [men[0].registration_id, men[1].registration_id],
        "rule": "game", "subject": "猜谜", "reason": "现场登记",
    });
    let given = evening.organizer.post("/api/v1/events/qixi/ledger/entries", line).await;
    assert_eq!(given.status, 201, "{}", given.text());
    evening.move_to(Phase::Screening).await;
    evening.organizer = evening.again(&evening.organizer);
    super::freeze(&evening).await;
    assert_eq!(evening.organizer.post(RUNS, json!({})).await.status, 201);
    let browser = Browser::of(&evening, &evening.organizer).await;
    let board = evening.organizer.get(BOARD).await.json;
    let line = &board["sides"][0];
    let waiting = line["waiting"].as_array().unwrap();
    let passed: Vec<&Value> = waiting.iter().filter(|one| one["passed_over"] == true).collect();
    let (_, page) = browser.get("/office/e/qixi/standby").await;
    assert_eq!((passed.len(), &waiting[1]["number"]), (1, &line["next"]), "{board}");
    assert_eq!(passed[0]["kept_out_by"], json!(["unit 市第一医院/men"]), "{board}");
    assert!(page.contains("这次跳过：名额已满（市第一医院 · 男方）"), "{page}");
    let added = browser.send("/office/e/qixi/standby/seats", &[("men", "1"), ("women", ""), ("reason", "")]).await;
    let (status, page) = read(added).await;
    assert!(status == 422 && page.contains("id=\"reason-wrong\"") && page.contains("value=\"1\""), "{page}");
    let typed = [("men", "1"), ("women", ""), ("reason", "换到大厅")];
    let answer = browser.send("/office/e/qixi/standby/seats", &typed).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, "/office/e/qixi/standby"));
    let (_, page) = browser.get("/office/e/qixi/standby").await;
    assert!(page.contains("男方 1 席，女方 0 席，共 5 席") && page.contains("换到大厅"), "{page}");
    let (_, settings) = browser.get("/office/e/qixi/settings").await;
    assert!(settings.contains("已经正式筛选") && !settings.contains("name=\"seats\""), "{settings}");
}
