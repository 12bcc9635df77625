//! A run: everybody gets a place, once, or nothing is changed.

use queqiao::commands::verify;
use queqiao::events::phase::Phase;
use queqiao::registrations::registration::Status;
use queqiao::screening::{placement, run};
use queqiao::units::unit;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait};
use serde_json::json;

use super::{Cast, LIST, ME, RUNS, cast, freeze, rules, seats, standing_as};
use crate::fixtures::browser::Browser;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::process;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_letter_of_a_run_says_whose_clock_it_means(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(Cast { evening, men, women }) = cast(engine).await else { return };
    evening.change(|row| row.timezone = Set("Pacific/Auckland".to_owned())).await;
    assert_eq!(evening.organizer.post(LIST, json!({ "draw": "双色球 2026090 期" })).await.status, 201);
    assert_eq!(evening.organizer.post(RUNS, json!({ "beacon": "01 05 09+08" })).await.status, 201);
    let mut times = 0;
    for person in men.iter().chain(&women) {
        let letter = evening.letters_to(person, "screened").await.remove(0).plain;
        for line in letter.lines().filter(|line| line.contains(" 周")) {
            assert!(line.contains("（Pacific/Auckland 时间）"), "{line}");
            times += 1;
        }
    }
    // Whoever has a seat reads until when to answer, and when it begins.
    assert!(times >= 8, "{times}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn everybody_gets_a_place_a_reason_and_a_letter(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(Cast { evening, men, women }) = cast(engine).await else { return };
    let published = evening.organizer.post(LIST, json!({ "draw": "双色球 2026090 期" })).await;
    assert_eq!(published.status, 201, "{}", published.text());
    assert_eq!(published.json["applicants"], 10);
    let preview = evening.organizer.post("/api/v1/events/qixi/screening/preview", json!({})).await;
    assert_eq!((preview.status, &preview.json["sides"][0]["selected"]), (200, &json!(2)), "{}", preview.text());
    let run = evening.organizer.post(RUNS, json!({ "beacon": "01 05 09+08" })).await;
    assert_eq!(run.status, 201, "{}", run.text());
    assert_eq!(run.json["list_root"], published.json["list_root"]);
    assert_eq!((&run.json["selected"], &run.json["waitlisted"]), (&json!(4), &json!(4)));
    assert_eq!(run.json["not_selected"], 2, "as many wait as there are seats, and nobody else is kept hoping");
    for (people, seats) in [(&men, 2), (&women, 2)] {
        assert_eq!(standing_as(&evening, people, Status::Selected).await.len(), seats);
    }
    for person in men.iter().chain(&women) {
        assert_eq!(evening.letters_to(person, "screened").await.len(), 1);
        let me = person.get(ME).await;
        assert_eq!(me.status, 200, "{}", me.text());
        assert!(
            me.json["explanation"]["words"].as_array().is_some_and(|sentences| !sentences.is_empty()),
            "{}",
            me.text()
        );
        assert_eq!(me.json["standby_place"].is_null(), me.json["status"] != "waitlisted", "{}", me.text());
        let line = person.get("/api/v1/events/qixi/screening/me").await;
        assert_eq!(line.json["list_root"], published.json["list_root"], "{}", line.text());
    }
    let file = evening.organizer.get(&format!("{RUNS}/1/file")).await;
    assert_eq!(verify::holds(&file.bytes).unwrap().lottery.beacon, "01 05 09+08");
    let public = evening.visitor().get("/api/v1/events/qixi/screening").await;
    assert_eq!(public.json["run"]["seed"], run.json["seed"], "{}", public.text());
    assert!(public.json["run"]["sides"][0]["cut_line"].is_null(), "two people are too few to be told of");
    let board = evening.organizer.get("/api/v1/events/qixi/screening/standby").await;
    assert_eq!(board.json["sides"][1]["waiting"].as_array().map(Vec::len), Some(2), "{}", board.text());
    assert_eq!(board.json["sides"][1]["next"], board.json["sides"][1]["waiting"][0]["number"]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_screened_too_early_twice_or_by_the_wrong_hands(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::Online).await else { return };
    let guest = evening.participants("men", 4, Status::Approved).await.remove(0);
    evening.participants("women", 4, Status::Approved).await;
    let early = evening.organizer.post(RUNS, json!({})).await;
    assert_eq!((early.status, early.code()), (409, "phase_closed"));
    evening.move_to(Phase::Screening).await;
    let open = evening.organizer.post(RUNS, json!({ "beacon": "x" })).await;
    assert_eq!((open.status, open.code()), (409, "ledger_not_frozen"));
    assert_eq!(evening.organizer.post(LIST, json!({ "draw": "x" })).await.code(), "ledger_not_frozen");
    freeze(&evening).await;
    assert_eq!(guest.post(RUNS, json!({})).await.status, 403);
    assert_eq!(evening.stranger().await.post(RUNS, json!({})).await.status, 403);
    assert_eq!(evening.visitor().post(RUNS, json!({})).await.status, 401);
    assert_eq!(evening.organizer.post(RUNS, json!({ "bacon": 1 })).await.status, 422);
    assert_eq!(evening.organizer.post(LIST, json!({ "draw": " " })).await.status, 422);
    assert_eq!(evening.organizer.get(&format!("{RUNS}/1")).await.status, 404);
    evening.organizer.post(LIST, json!({ "draw": "drand 7" })).await;
    let blind = evening.organizer.post(RUNS, json!({})).await;
    assert_eq!((blind.status, &blind.json["errors"][0]["field"]), (422, &json!("beacon")));
    assert_eq!(evening.organizer.post(RUNS, json!({ "beacon": "7" })).await.status, 201);
    let again = evening.organizer.post(RUNS, json!({ "beacon": "8" })).await;
    assert_eq!((again.status, again.code()), (409, "already_screened"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_organizers_who_screen_at_once_one_does(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(Cast { evening, .. }) = cast(engine).await else { return };
    let organizer = &evening.organizer;
    let answers = futures_util::future::join_all((0..6).map(|_| organizer.post(RUNS, json!({})))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert!(answers.iter().all(|answer| answer.status == 201 || answer.code() == "already_screened"));
    assert_eq!(run::Entity::find().all(evening.app.database.reader()).await.unwrap().len(), 1);
    let screened = evening.letters().await.into_iter().filter(|letter| letter.kind == "screened").count();
    assert_eq!((screened, seats(&evening).await), (10, 4));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn quotas_that_cannot_be_met_change_nothing(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(Cast { evening, men, .. }) = cast(engine).await else { return };
    rules(
        &evening,
        json!({ "side": { "men": { "min": 2, "max": 2 }, "women": { "min": 2, "max": 2 } },
        "band": [{ "side": "men", "name": "35+", "min": 1, "max": 2 }] }),
    )
    .await;
    let refused = evening.organizer.post(RUNS, json!({})).await;
    assert_eq!((refused.status, refused.code()), (409, "quotas_cannot_be_met"), "{}", refused.text());
    let change = &refused.json["smallest_change"][0];
    assert_eq!((&change["limit"], &change["to"]), (&json!("band men/35+ min"), &json!(0)), "{}", refused.text());
    assert_eq!(evening.status(&men[0]).await, Status::Approved);
    assert!(evening.letters().await.is_empty());
    let trial = json!({ "rules": { "seats": 2, "side": { "men": { "min": 3, "max": 1 } } } });
    assert_eq!(evening.organizer.post("/api/v1/events/qixi/screening/preview", trial).await.status, 422);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn more_seats_than_people_are_not_given_to_anybody_else(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Screening).await else { return };
    let him = evening.participant("men").await;
    let women = evening.participants("women", 5, Status::Approved).await;
    freeze(&evening).await;
    // Two and two were promised: three women in the place of a man would break it.
    let refused = evening.organizer.post(RUNS, json!({})).await;
    assert_eq!((refused.status, refused.code()), (409, "quotas_cannot_be_met"), "{}", refused.text());
    let smallest = &refused.json["smallest_change"];
    assert_eq!((&smallest[0]["limit"], &smallest[0]["to"]), (&json!("seats"), &json!(3)), "{}", refused.text());
    assert_eq!((&smallest[1]["limit"], &smallest[1]["to"]), (&json!("side men min"), &json!(1)));
    assert_eq!((seats(&evening).await, evening.letters().await.len()), (0, 0));
    // The change that was proposed.
    let side = json!({ "men": { "min": 1, "max": 2 }, "women": { "min": 2, "max": 2 } });
    evening.change(|row| row.seats = Set(3)).await;
    rules(&evening, json!({ "side": side })).await;
    let run = evening.organizer.post(RUNS, json!({})).await;
    assert_eq!((run.status, &run.json["selected"]), (201, &json!(3)), "{}", run.text());
    assert_eq!(evening.status(&him).await, Status::Selected);
    // Of the three left over two stand in line: as many as the larger side has seats.
    let left_over = [Status::Waitlisted, Status::NotSelected];
    let left_over = left_over.map(async |status| standing_as(&evening, &women, status).await.len());
    assert_eq!(futures_util::future::join_all(left_over).await, [2, 1]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_employer_may_be_called_as_a_limit_is(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(Cast { evening, men, women }) = cast(engine).await else { return };
    let txn = evening.app.database.begin_write().await.unwrap();
    let name = Set("X/men".to_owned());
    let called = unit::ActiveModel { id: Set(evening.units[0].id), name, ..Default::default() };
    called.update(&txn).await.unwrap();
    txn.commit().await.unwrap();
    // One seat for each of the three employers, whoever comes.
    evening.change(|row| row.seats = Set(3)).await;
    let side = json!({ "min": 0, "max": 3 });
    rules(&evening, json!({ "side": { "men": side, "women": side }, "unit": { "max": 1 } })).await;
    let studio = Browser::of(&evening, &evening.organizer).await.get("/office/e/qixi/screening").await.1;
    assert!(studio.contains("<td>X/men</td>") && !studio.contains("X · "), "{studio}");
    let run = evening.organizer.post(RUNS, json!({})).await;
    assert_eq!((run.status, &run.json["selected"]), (201, &json!(3)), "{}", run.text());
    let mut kept_out = 0;
    for person in men.iter().chain(&women) {
        let why = person.get(ME).await.json["explanation"].clone();
        if why["full"].as_array().unwrap().iter().any(|full| full["limit"] == "unit X/men/") {
            kept_out += 1;
            assert!(why["words"].to_string().contains("贵单位 1 个名额已满"), "{why}");
        }
    }
    assert_eq!(kept_out, 2, "one of three has the seat");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_power_cut_between_any_two_statements_of_a_run_leaves_all_of_it_or_nothing(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let Some(evening) = process::begin(engine, Phase::Screening).await else { return };
    evening.participants("men", 3, Status::Approved).await;
    evening.participants("women", 2, Status::Approved).await;
    freeze(&evening).await;
    let db = evening.app.database.reader();
    for statements in 0.. {
        let outlived = {
            let process = process::serve(&evening, statements);
            let organizer = evening.organizer.at(&process.address);
            organizer.send_or_lose(organizer.request(reqwest::Method::POST, RUNS).json(&json!({}))).await
        };
        process::catch_up(&evening);
        let runs = run::Entity::find().all(db).await.unwrap().len();
        let placed = placement::Entity::find().all(db).await.unwrap().len();
        let letters = evening.letters().await.len();
        if outlived.is_none() && runs == 0 {
            assert_eq!((placed, letters, seats(&evening).await), (0, 0, 0), "after {statements} statements");
            continue;
        }
        assert_eq!((runs, placed, letters, seats(&evening).await), (1, 5, 5, 4), "after {statements} statements");
        assert!(statements > 10, "the plug was pulled {statements} times");
        break;
    }
    assert_eq!(evening.organizer.post(RUNS, json!({})).await.code(), "already_screened");
}
