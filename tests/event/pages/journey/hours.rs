//! Words that fit the hour and the state.

use queqiao::events::phase::Phase;
use queqiao::registrations::registration::Status;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use serde_json::json;

use crate::fixtures::browser::Browser;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::{Evening, hours};

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_current_before_it_has_begun(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let her = evening.participant("women").await;
    let browser = Browser::of(&evening, &her).await;
    let (_, page) = browser.get("/e/qixi/me").await;
    assert!(page.contains("报名成功") && !page.contains("aria-current=\"step\""), "{page}");
    evening.move_to(Phase::Online).await;
    assert!(browser.get("/e/qixi/me").await.1.contains("aria-current=\"step\""));
    evening.move_to(Phase::Confirmation).await;
    let him = evening.participant_as("men", Status::Confirmed).await;
    evening.organizer.post("/api/v1/events/qixi/badges", json!({})).await;
    let his = Browser::of(&evening, &him).await;
    let (_, page) = his.get("/e/qixi/me").await;
    assert!(page.contains("号码牌准备好了") && !page.contains("aria-current=\"step\""), "the doors are closed: {page}");
    evening.move_to(Phase::OnSite).await;
    assert!(his.get("/e/qixi/me").await.1.contains("aria-current=\"step\""));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_waits_for_a_list_that_is_out(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Screening).await else { return };
    evening.participants("women", 2, Status::Approved).await;
    evening.participants("men", 2, Status::Approved).await;
    let browser = Browser::open(&evening);
    let (_, page) = browser.get("/e/qixi").await;
    assert!(page.contains("data-until") && page.contains("公布"), "{page}");
    assert_eq!(evening.organizer.post("/api/v1/events/qixi/ledger/freeze", json!({})).await.status, 200);
    assert_eq!(evening.organizer.post("/api/v1/events/qixi/screening/runs", json!({})).await.status, 201);
    for path in ["/e/qixi", "/"] {
        let (_, page) = browser.get(path).await;
        assert!(page.contains("结果已经寄给每一个人") && !page.contains("data-until"), "{path}: {page}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_afternoon_is_no_evening(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let sheet =
        json!({ "programme": [{ "kind": "bridge", "title": "走上鹊桥", "title_en": "The bridge", "minutes": 20 }] });
    evening.change(|row| row.settings = Set(sheet)).await;
    let browser = Browser::open(&evening);
    // Two o'clock in Shanghai, then eight.
    for (later, title) in [(48, "当天流程"), (54, "当晚流程")] {
        let starts = evening.app.now() + hours(later);
        evening.change(|row| row.starts_at = Set(starts)).await;
        let (_, page) = browser.get("/e/qixi").await;
        assert!(page.contains(title), "{later}: {page}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_empty_page_speaks_of_itself(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let her = evening.participant("women").await;
    let turned_away = evening.participant_as("women", Status::NotSelected).await;
    let (hers, theirs) = (Browser::of(&evening, &her).await, Browser::of(&evening, &turned_away).await);
    let (_, people) = hers.get("/e/qixi/people").await;
    assert!(people.contains("大家的名片") && !people.contains("答题"), "{people}");
    assert!(hers.get("/e/qixi/badge").await.1.contains("入选并确认出席的人才有号码牌"));
    assert!(theirs.get("/e/qixi/badge").await.1.contains("也就没有号码牌"));
    evening.move_to(Phase::Online).await;
    assert!(hers.get("/e/qixi/plaza").await.1.contains("最容易被记住"));
    evening.move_to(Phase::Screening).await;
    for (path, words) in [("", "没有人发过帖"), ("/declarations", "墙上没有宣言"), ("/quizzes", "没有出过题")]
    {
        let (_, page) = hers.get(&format!("/e/qixi/plaza{path}")).await;
        assert!(page.contains(words), "{path}: {page}");
    }
}

/// Events are held in the afternoon, too: only what looks at the hour may name it.
#[test]
fn no_sentence_names_an_hour_that_nobody_looked_at() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/locales/zh-CN");
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap().path();
        for line in std::fs::read_to_string(&file).unwrap().lines() {
            let named = ["今晚", "当晚", "今夜", "整晚", "明晚"].into_iter().find(|hour| line.contains(hour));
            assert!(named.is_none() || line.starts_with("event-programme ="), "{}: {line}", file.display());
        }
    }
}
