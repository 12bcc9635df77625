//! Stories of what the union tells: one event, and the year.

use std::io::Cursor;

use calamine::{Data, DataType, Reader, Xlsx};
use queqiao::accounts::profile::Gender;
use queqiao::couples::couple;
use queqiao::events::event;
use queqiao::events::phase::Phase;
use queqiao::picks::{matched, round};
use queqiao::registrations::registration::{Side, Status};
use queqiao::sealed;
use queqiao::volunteers::follow_up::{self, State};
use queqiao::volunteers::milestone::Milestone;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde_json::{Value, json};

use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::{Evening, hours};
use crate::fixtures::person::{Person, refused};

const REPORT: &str = "/api/v1/events/qixi/report";
const YEAR: &str = "/api/v1/organizations/yanyuan/report";

/// Six men and seven women who confirmed; six pairs came, and of the first `couples` pairs both want it told.
/// At three months `together` of them are still together, and one has parted.
async fn an_evening_that_is_over(engine: Engine, couples: usize, together: usize) -> Option<Evening> {
    an_evening_of(engine, 6, couples, together).await
}

/// The same with more pairs.
async fn an_evening_of(engine: Engine, pairs: u32, couples: usize, together: usize) -> Option<Evening> {
    let mut evening = Evening::begin(engine, Phase::OnSite).await?;
    let men = evening.participants("men", pairs, Status::Confirmed).await;
    let women = evening.participants("women", pairs + 1, Status::Confirmed).await;
    for (side, people) in [(Side::Men, &men), (Side::Women, &women)] {
        for (number, person) in (1..).zip(&people[..pairs as usize]) {
            evening.comes_in(person, side, number).await;
        }
    }
    let at = evening.clock.now();
    let db = &evening.app.database;
    let txn = db.begin_write().await.unwrap();
    let round = round::Model {
        id: evening.app.new_id(),
        event_id: evening.event.id,
        number: 1,
        most: 2,
        sides: event::Sides::Two,
        state: round::State::Tallied,
        coin: None,
        planned_at: at,
        opened_at: Some(at),
        closed_at: Some(at),
        tallied_at: Some(at),
        receipts: json!([]),
        ballots: None,
        picks: None,
        matches: None,
        unused: false,
    };
    let round = round.into_active_model().reset_all().insert(&txn).await.unwrap();
    for (place, (he, she)) in men.iter().zip(&women).take(couples).enumerate() {
        let [lo, hi] = if he.registration_id < she.registration_id { [he, she] } else { [she, he] };
        let pair = matched::ActiveModel {
            id: Set(evening.app.new_id()),
            event_id: Set(evening.event.id),
            round_id: Set(round.id),
            lo_id: Set(lo.registration_id),
            hi_id: Set(hi.registration_id),
            on_stage: Set(false),
            found_at: Set(at),
        };
        let pair = pair.insert(&txn).await.unwrap();
        let formed = couple::ActiveModel {
            id: Set(evening.app.new_id()),
            event_id: Set(evening.event.id),
            match_id: Set(pair.id),
            lo_id: Set(lo.registration_id),
            hi_id: Set(hi.registration_id),
            on_stage: Set(false),
            formed_at: Set(at),
            withdrawn_at: Set(None),
            follow_up_since: Set(Some(at)),
        };
        let formed = formed.insert(&txn).await.unwrap();
        let id = evening.app.new_id();
        let noted = follow_up::ActiveModel {
            id: Set(id),
            couple_id: Set(formed.id),
            account_id: Set(evening.organizer.account_id),
            milestone: Set(Some(Milestone::ThreeMonths)),
            state: Set(if place < together { State::Dating } else { State::Parted }),
            note: Set(sealed::FOLLOW_UP_NOTE.seal(&evening.app.secrets, &[id], "").unwrap()),
            at: Set(at),
            recorded_at: Set(at),
        };
        noted.insert(&txn).await.unwrap();
    }
    txn.commit().await.unwrap();
    evening.move_to(Phase::Closed).await;
    Some(evening)
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_event_is_told_in_figures(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = an_evening_that_is_over(engine, 6, 5).await else { return };
    let organizer = evening.again(&evening.organizer);
    let report = organizer.get(REPORT).await.json;
    let stages = ["applied", "approved", "selected", "confirmed", "came"];
    for (stage, name) in report["stages"].as_array().unwrap().iter().zip(stages) {
        let women = if name == "came" { 6 } else { 7 };
        assert_eq!(stage, &json!({ "stage": name, "men": 6, "women": women }));
    }
    assert_eq!((&report["door"]["attended"], &report["door"]["of_confirmed"]), (&json!(12), &json!(92)));
    assert_eq!(report["units"]["came"], json!(3));
    assert_eq!((&report["outcome"]["couples"], &report["outcome"]["lasting"]), (&json!(6), &json!(5)));
    // Twelve came: how many of them matched would point at those who do not want it told.
    assert_eq!((&report["outcome"]["matches"], &report["picks"]["ballots"]), (&json!(null), &json!(null)));

    let book = organizer.get(&format!("{REPORT}.xlsx")).await;
    assert!(book.headers["content-disposition"].to_str().unwrap().contains("qixi-report.xlsx"));
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(book.bytes)).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    let came = sheet.rows().find(|row| row[0] == Data::String("到场".to_owned())).unwrap();
    assert_eq!(came[1..4], [6.0, 6.0, 12.0].map(Data::Float));
    // When they came stands on a sheet of its own, and nobody is missing from it.
    assert_eq!(book.sheet_names(), ["活动报告", "到场时间"]);
    let sheet = book.worksheet_range_at(1).unwrap().unwrap();
    let arrived: Vec<_> = sheet.rows().filter_map(|row| Some((row[0].to_string(), row[1].get_float()?))).collect();
    assert_eq!(arrived, [("14:00".to_owned(), 12.0)]);
    let drawing = organizer.get(&format!("{REPORT}.svg")).await;
    assert_eq!(drawing.headers["content-type"], "image/svg+xml");
    assert!(drawing.text().starts_with("<svg") && drawing.text().contains("情定七夕"), "{}", drawing.text());

    for path in ["", ".xlsx", ".svg"].map(|kind| format!("{REPORT}{kind}")) {
        refused(&evening.visitor().get(&path).await, 401, "not_signed_in");
        refused(&evening.stranger().await.get(&path).await, 403, "wrong_role");
        refused(
            &evening.account(&format!("guest{}", path.len()), Gender::Male).await.get(&path).await,
            403,
            "wrong_role",
        );
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_year_is_told_in_the_sentence_unions_publish(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = an_evening_that_is_over(engine, 6, 5).await else { return };
    let organizer = evening.again(&evening.organizer);
    let report = organizer.get(&format!("{YEAR}?year=2026")).await.json;
    let sentence = report["sentence"]["zh"].as_str().unwrap();
    for part in ["2026年", "联谊活动1场", "3家单位的职工12人次参加", "牵手6对", "其中三个月后仍在交往5对。"]
    {
        assert!(sentence.contains(part), "{part}: {sentence}");
    }
    let english = report["sentence"]["en"].as_str().unwrap();
    for part in ["one mixer attended 12 times", "6 couples found each other, and 5 were still together"] {
        assert!(english.contains(part), "{part}: {english}");
    }
    assert_eq!((&report["held"][0]["event"], &report["attendances"]), (&json!("qixi"), &json!(12)));
    assert_eq!(organizer.get(YEAR).await.json["year"], 2026, "the present one");
    let tonight = Evening::begin(engine, Phase::OnSite).await.unwrap();
    let not_over = tonight.organizer.get(&format!("{YEAR}?year=2026")).await.json;
    assert_eq!((&not_over["events"], &not_over["held"]), (&json!(0), &json!([])));
    let before = organizer.get(&format!("{YEAR}?year=2025")).await.json;
    assert_eq!((&before["events"], &before["held"]), (&json!(0), &json!([])));
    for wrong in ["year=1999", "year=twelve", "year=2026&month=8"] {
        refused(&organizer.get(&format!("{YEAR}?{wrong}")).await, 422, "invalid");
    }
    let book = organizer.get(&format!("{YEAR}.xlsx?year=2026")).await;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(book.bytes)).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    let year = sheet.rows().find(|row| row[0] == Data::String("全年".to_owned())).unwrap();
    assert_eq!(year[2..6], [13.0, 12.0, 3.0, 6.0].map(Data::Float));
    assert!(organizer.get(&format!("{YEAR}.svg?year=2026")).await.text().contains("12 人次"));
    let stranger: Person = evening.stranger().await;
    refused(&stranger.get(YEAR).await, 404, "not_found");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_would_point_at_a_couple_is_not_told(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = an_evening_that_is_over(engine, 5, 4).await else { return };
    let organizer = evening.again(&evening.organizer);
    assert_eq!(organizer.get(REPORT).await.json["outcome"]["lasting"], json!(null));
    let year = organizer.get(&format!("{YEAR}?year=2026")).await.json;
    assert_eq!((&year["lasting"], &year["held"][0]["lasting"]), (&json!(null), &json!(null)));
    let sentence = year["sentence"]["zh"].as_str().unwrap();
    assert!(sentence.ends_with("牵手5对。"), "{sentence}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_not_due_is_called_that_and_not_nobody(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = an_evening_that_is_over(engine, 6, 5).await else { return };
    let txn = evening.app.database.begin_write().await.unwrap();
    follow_up::Entity::delete_many().exec(&txn).await.unwrap();
    txn.commit().await.unwrap();
    let year = format!("{YEAR}?year=2026");
    let lasting = |of: &Value| (of["lasting"].clone(), of["lasting_due"].clone());
    let organizer = evening.again(&evening.organizer);
    let not_yet = (json!(null), json!(false));
    assert_eq!(lasting(&organizer.get(REPORT).await.json["outcome"]), not_yet);
    let whole = organizer.get(&year).await.json;
    assert_eq!((lasting(&whole), lasting(&whole["held"][0])), (not_yet.clone(), not_yet));
    assert!(!whole["sentence"]["zh"].as_str().unwrap().contains("三个月"));
    assert!(organizer.get("/office/e/qixi/report").await.text().contains("未到三个月"));
    evening.clock.advance(hours(24 * 93));
    let organizer = evening.again(&evening.organizer);
    assert_eq!(lasting(&organizer.get(REPORT).await.json["outcome"]), (json!(0), json!(true)), "nobody was heard of");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_a_round_keeps_to_itself_no_report_tells(#[values(Sqlite, Postgres)] engine: Engine) {
    // Twenty-two came and six pairs matched; but in their round so few sent a ballot that it counts nothing aloud.
    let Some(evening) = an_evening_of(engine, 11, 6, 5).await else { return };
    let organizer = evening.again(&evening.organizer);
    let matches = async || {
        let report = organizer.get(REPORT).await.json["outcome"]["matches"].clone();
        let outcomes = organizer.get("/api/v1/events/qixi/outcomes").await.json["counts"].clone();
        [report, outcomes["matches"].clone(), outcomes["matched_people"].clone()]
    };
    assert_eq!(matches().await, [json!(null), json!(null), json!(null)]);
    let txn = evening.app.database.begin_write().await.unwrap();
    let round = round::Entity::find().one(&txn).await.unwrap().unwrap();
    let mut row = round.into_active_model();
    row.matches = Set(Some(6));
    row.update(&txn).await.unwrap();
    txn.commit().await.unwrap();
    assert_eq!(matches().await, [json!(6), json!(6), json!(12)]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_the_list_shows_one_by_one_is_told_as_a_number_too(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = an_evening_that_is_over(engine, 5, 4).await else { return };
    let organizer = evening.again(&evening.organizer);
    let outcomes = organizer.get("/api/v1/events/qixi/outcomes").await.json;
    let listed =
        |state: &str| outcomes["couples"].as_array().unwrap().iter().filter(|one| one["state"] == state).count();
    assert_eq!((listed("dating"), listed("parted")), (4, 1), "{outcomes}");
    let states = &outcomes["counts"]["states"];
    assert_eq!((&states["dating"], &states["parted"], &states["married"]), (&json!(4), &json!(1), &json!(0)));
    // What is in no list stays hidden: twelve came, and who matched and does not want it told would stand out.
    assert_eq!(outcomes["counts"]["matches"], json!(null));
    let page = organizer.get("/volunteer/e/qixi").await.text();
    let plot = page.split("现在怎么样了").last().unwrap_or_default();
    assert!(plot.contains("交往中 4") && plot.contains("分开了 1"), "{page}");
}
