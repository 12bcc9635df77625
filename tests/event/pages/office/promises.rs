//! The office promises what can be kept, and calls things what they are.

use queqiao::events::phase::Phase;
use queqiao::language::Language;
use queqiao::mail::kind;
use queqiao::page::Page;
use queqiao::registrations::registration::Status;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use serde_json::json;

use super::{event, filled, send, with, wrong};
use crate::fixtures::browser::{Browser, header, read};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;

const MAIL: &str = "/office/e/qixi/mail";

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_event_by_lot_says_so_wherever_it_says_how_seats_are_given(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let sides = json!({ "men": { "min": 1, "max": 3 }, "women": { "min": 2, "max": 2 } });
    let page = async |points: serde_json::Value| {
        let settings = json!({ "points": points, "screening": { "side": sides } });
        evening.change(|row| row.settings = Set(settings)).await;
        Browser::open(&evening).get("/e/qixi").await.1
    };
    let by_points = page(json!({ "post": { "per_day": [4], "cap": 20 } })).await;
    assert!(
        by_points.contains("按积分先后入选 4 人，男方 1–3 人、女方 2 人") && by_points.contains("积分筛选"),
        "{by_points}"
    );
    let by_lot = page(json!({})).await;
    assert!(by_lot.contains("抽签入席") && by_lot.contains("抽签筛选"), "{by_lot}");
    assert!(!by_lot.contains("按积分先后") && !by_lot.contains("积分相同"), "{by_lot}");
    assert!(by_lot.contains("男方 1–3 席、女方 2 席"), "{by_lot}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_was_drawn_reads_of_the_draw(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Screening).await else { return };
    evening.change(|row| row.settings = Set(json!({ "points": {} }))).await;
    let men = evening.participants("men", 3, Status::Approved).await;
    evening.participants("women", 2, Status::Approved).await;
    let organizer = &evening.organizer;
    assert_eq!(organizer.post("/api/v1/events/qixi/ledger/freeze", json!({})).await.status, 200);
    assert_eq!(organizer.post("/api/v1/events/qixi/screening/runs", json!({})).await.status, 201);
    for man in &men {
        let (_, page) = Browser::of(&evening, man).await.get("/e/qixi/why").await;
        assert!(page.contains("按抽签号，你在男方第") && !page.contains("你有 0 分"), "{page}");
        assert!(!page.contains("最后一名 0 分"), "{page}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_days_are_told_to_be_tight_and_begin_on_the_hour(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let browser = Browser::of(&evening, &evening.organizer).await;
    let zone = chrono_tz::Asia::Shanghai;
    let form = |days: i64| {
        let day = (evening.app.now() + chrono::Duration::days(days)).with_timezone(&zone).format("%Y-%m-%d");
        [
            ("then", "fill".to_owned()),
            ("organization", "yanyuan".to_owned()),
            ("template", "mixer".to_owned()),
            ("timezone", "Asia/Shanghai".to_owned()),
            ("title", "金秋相会".to_owned()),
            ("venue", "工人文化宫".to_owned()),
            ("starts_at", format!("{day}T14:00")),
            ("ends_at", format!("{day}T18:00")),
        ]
        .map(|(name, value)| (name.to_owned(), value))
    };
    let (status, page) = read(send(&browser, "/office/new", &form(20)).await).await;
    assert!(status == 200 && page.contains("时间比较紧"), "{page}");
    let fields = filled(&page, "/office/new");
    for at in 1..4 {
        let name = format!("phases[{at}].starts_at");
        let begins = fields.iter().find(|(field, _)| *field == name).map(|(_, value)| value.clone()).unwrap();
        assert!(["09:00", "18:00", "10:00"].iter().any(|hour| begins.ends_with(hour)), "{name} {begins}");
    }
    let (_, page) = read(send(&browser, "/office/new", &form(60)).await).await;
    assert!(!page.contains("时间比较紧"), "{page}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_empty_wizard_marks_everything_it_needs(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let browser = Browser::of(&evening, &evening.organizer).await;
    let empty = [
        ("then", "fill"),
        ("organization", "yanyuan"),
        ("template", "mixer"),
        ("timezone", "Asia/Shanghai"),
        ("title", " "),
        ("venue", ""),
        ("starts_at", ""),
        ("ends_at", ""),
    ];
    let (status, page) = read(browser.send("/office/new", &empty).await).await;
    assert_eq!(status, 422, "{page}");
    for name in ["title", "venue", "starts_at", "ends_at"] {
        assert!(wrong(&page, name).is_some(), "{name}: {page}");
    }
    let (_, settings) = browser.get("/office/e/qixi/settings").await;
    let fields = with(&filled(&settings, "/office/e/qixi/settings"), &[("title", ""), ("venue", ""), ("ends_at", "")]);
    let (status, page) = read(send(&browser, "/office/e/qixi/settings", &fields).await).await;
    assert!(status == 422 && ["title", "venue", "ends_at"].iter().all(|name| wrong(&page, name).is_some()), "{page}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_moved_evening_says_that_nobody_is_told_by_itself(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let browser = Browser::of(&evening, &evening.organizer).await;
    let path = "/office/e/qixi/settings";
    let (_, page) = browser.get(path).await;
    let fields = with(&filled(&page, path), &[("venue", "市图书馆")]);
    let answer = send(&browser, path, &fields).await;
    assert_eq!(answer.status().as_u16(), 303);
    assert!(header(&answer, "set-cookie").contains("saved-moved"), "{answer:?}");
    assert_eq!(event(&evening, "qixi").await.unwrap().venue, "市图书馆");
    let (_, page) = browser.get(path).await;
    let answer = send(&browser, path, &filled(&page, path)).await;
    assert!(!header(&answer, "set-cookie").contains("saved-moved"), "{answer:?}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_cannot_be_filled_in_is_not_sent(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let guest = evening.participant_as("men", Status::Approved).await;
    let browser = Browser::of(&evening, &evening.organizer).await;
    let letter = |text: &'static str| [("subject", "{活动}的安排"), ("text", text), ("act", "send")];
    let (status, page) = read(browser.send(MAIL, &letter("{姓名}，{单位}的{昵称}")).await).await;
    assert!(status == 422 && page.contains("这些填不进去") && page.contains("{姓名}"), "{page}");
    assert!(page.contains("{单位}") && wrong(&page, "text").is_some(), "{page}");
    let program = json!({ "subject": "x", "text": "{name}" });
    let refused = evening.organizer.post("/api/v1/events/qixi/announcements", program).await;
    assert_eq!((refused.status, &refused.json["errors"][0]["code"]), (422, &json!("unknown_gap")));
    assert!(refused.json["errors"][0]["message"].as_str().unwrap().contains("{name}"), "{}", refused.text());
    assert_eq!(evening.letters().await.len(), 0);
    let sent = browser.send(MAIL, &letter("{昵称}，{时间}在{地点}见。")).await;
    assert_eq!(sent.status().as_u16(), 303);
    let [told] = &evening.letters_to(&guest, "announcement").await[..] else { panic!("one letter") };
    assert_eq!(told.subject, "情定七夕的安排");
    assert!(
        told.plain.contains(&format!("{}，", guest.nickname())) && told.plain.contains("在工人文化宫见"),
        "{}",
        told.plain
    );
    let (_, page) = browser.get(MAIL).await;
    assert!(page.contains("<summary class=\"act\">"), "the main act is a button: {page}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_steps_of_a_screening_are_called_what_they_do(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Screening).await else { return };
    evening.participants("men", 2, Status::Approved).await;
    let browser = Browser::of(&evening, &evening.organizer).await;
    let frozen = evening.organizer.post("/api/v1/events/qixi/ledger/freeze", json!({})).await;
    assert_eq!(frozen.status, 200, "{}", frozen.text());
    let (_, page) = browser.get("/office/e/qixi/screening").await;
    for told in ["封存参选名单", "这一步不公布姓名，也不公布谁入选", "改动一个字就会变", "福利彩票"]
    {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert!(!page.contains("公布名单"), "{page}");
    let steps = page.find("从规则到结果").unwrap();
    assert!(steps < page.find("id=\"rules\"").unwrap(), "the steps come first");
    assert_eq!(page.matches("<summary class=\"act").count(), 2, "acts are buttons: {page}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_kept_letter_is_not_called_sent(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let guest = evening.participant_as("men", Status::Approved).await;
    let letter = json!({ "subject": "集合", "text": "两点见" });
    assert_eq!(evening.organizer.post("/api/v1/events/qixi/announcements", letter).await.status, 201);
    let postman = queqiao::mail::postman::Postman::new(&evening.app).unwrap();
    assert_eq!(postman.step().await.unwrap().sent, 1);
    let keeper = evening.administrator().await;
    let browser = Browser::of(&evening, &keeper).await;
    let (_, page) = browser.get("/admin/outbox").await;
    assert!(page.contains("留存") && page.contains("主办方通知") && page.contains(&guest.email), "{page}");
    assert!(!page.contains("已发") && !page.contains(">announcement<"), "{page}");
    let listed = keeper.get("/api/v1/admin/outbox").await.json["items"][0].clone();
    assert_eq!((&listed["state"], &listed["kept"]), (&json!("sent"), &json!(true)), "{listed}");
    let (_, page) = Browser::of(&evening, &evening.organizer).await.get(MAIL).await;
    assert!(page.contains("留存") && !page.contains("已寄出"), "{page}");
}

#[test]
fn every_kind_of_letter_has_a_name() {
    for language in [Language::Zh, Language::En] {
        let page = Page::of_anybody(language, "/".to_owned());
        for kind in kind::OPENS.into_iter().chain(kind::CLOSED) {
            let label = kind::kind_label(&page, kind);
            assert_ne!(label, kind, "{kind} in {language:?}");
            assert!(language == Language::En || !label.is_ascii(), "{kind} is called {label}");
        }
    }
    // What only some get has no name of its own in any list.
    for secret in kind::SECRET {
        assert_eq!(kind::privacy(secret), kind::Privacy::Secret);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_outbox_calls_letters_by_their_names(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let person = evening.participant_as("men", Status::Applied).await;
    let path = format!("/api/v1/events/qixi/registrations/{}/decision", person.registration_id);
    let decide = async |decision: &str| {
        let verdict = json!({ "decision": decision, "reason": "看错了" });
        assert_eq!(evening.again(&evening.organizer).post(&path, verdict).await.status, 200);
    };
    decide("reject").await;
    evening.clock.advance(chrono::Duration::seconds(60));
    let postman = queqiao::mail::postman::Postman::new(&evening.app).unwrap();
    assert_eq!(postman.step().await.unwrap().sent, 1);
    decide("restore").await;
    let keeper = evening.administrator().await;
    let (_, page) = Browser::of(&evening, &keeper).await.get("/admin/outbox").await;
    assert!(page.contains("报名未通过") && page.contains("报名重新审核") && !page.contains("restored"), "{page}");
}
