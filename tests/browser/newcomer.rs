//! Somebody sees a poster, and has a badge in the end.

use queqiao::events::phase::Phase;
use queqiao::registrations::registration::{self, Status};
use rstest::rstest;
use serde_json::json;

use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::hall::Hall;
use crate::window::Hand::{self, Keyboard, Thumb};

const EMAIL: &str = "xiaoyun@example.com";
const PASSWORD: &str = "magpies-over-the-river-9";

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_newcomer_goes_from_the_poster_to_the_badge(
    #[values(Sqlite, Postgres)] engine: Engine,
    #[values(Thumb, Keyboard)] hand: Hand,
) {
    let Some(mut hall) = Hall::open(engine, Phase::Registration).await else { return };
    let phone = hall.phone().await.in_hands(hand);
    // What the QR on the poster says.
    phone.follow(&hall.evening.app.public_url("/e/qixi")).await;
    phone.press("报名").await;
    phone.fill("email", EMAIL).await;
    phone.fill("nickname", "小云").await;
    phone.choose("gender", "female").await;
    phone.choose("grown_up", "yes").await;
    phone.choose("may_keep", "yes").await;
    phone.click("main form .act").await;
    phone.see("信已经在路上").await;

    phone.follow(&verify_link(&hall).await).await;
    phone.see("小云").await;
    phone.fill("password", PASSWORD).await;
    phone.click(".reveal").await;
    phone.until_true("document.getElementById('password').type === 'text'").await;
    phone.see("够强了").await;
    phone.click("main form .act").await;
    phone.arrive("/e/qixi/register").await;
    phone.see("账号已经生效").await;
    phone.fill("unit", "市第一医院").await;
    phone.fill("born_on", "1996-08-02").await;
    phone.choose("may_show", "yes").await;
    phone.choose("may_check", "yes").await;
    phone.click("main form .act").await;
    phone.arrive("/e/qixi/me").await;
    phone.see("等待审核").await;

    approve(&hall).await;
    // Two seats a side: she needs points to get one of them.
    hall.evening.participants("women", 3, Status::Approved).await;
    hall.evening.participants("men", 3, Status::Approved).await;
    hall.evening.move_to(Phase::Online).await;
    phone.go("/e/qixi/me").await;
    phone.click("main a[href='/e/qixi/plaza']").await;
    phone.arrive("/e/qixi/plaza").await;
    phone.click("form[action$='/plaza/sign-in'] button").await;
    phone.see("今天已签到").await;
    phone.click("details.compose summary").await;
    phone.fill("body", "周末爬了香山，红叶正好").await;
    phone.click("form[action$='/plaza/posts'] .act").await;
    phone.see("红叶正好").await;
    phone.go("/e/qixi/points").await;
    phone.see("每日签到").await;

    hall.evening.move_to(Phase::Screening).await;
    assert_eq!(hall.evening.organizer.post("/api/v1/events/qixi/ledger/freeze", json!({})).await.status, 200);
    let run = hall.evening.organizer.post("/api/v1/events/qixi/screening/runs", json!({})).await;
    assert_eq!(run.status, 201, "{}", run.text());
    hall.evening.move_to(Phase::Confirmation).await;
    phone.go("/e/qixi/me").await;
    phone.see("你入选了").await;
    phone.click("main a[href='/e/qixi/why']").await;
    phone.see("入选").await;
    phone.click("button[name=reply][value=confirm]").await;
    phone.see("你已确认出席").await;

    let numbered = hall.evening.organizer.post("/api/v1/events/qixi/badges", json!({})).await;
    assert!(numbered.status < 300, "{}", numbered.text());
    phone.go("/e/qixi/badge").await;
    phone.see("女001").await;
    phone.until_true("document.querySelector('main img').naturalWidth > 0").await;
    // Once opened it needs no network.
    phone.until_true("kept.textContent === kept.dataset.kept").await;
    phone.offline(true).await;
    phone.reload().await;
    phone.see("女001").await;
    let quarrels: Vec<_> =
        phone.complaints().await.into_iter().filter(|complaint| complaint.contains("Security Policy")).collect();
    assert!(quarrels.is_empty(), "{quarrels:?}");
}

async fn verify_link(hall: &Hall) -> String {
    let letter = hall.evening.letters().await.pop().unwrap();
    assert_eq!(letter.recipient, EMAIL);
    let rest = letter.plain.split_once("/verify?").unwrap().1;
    format!("{}/verify?{}", hall.evening.address, rest.split_whitespace().next().unwrap())
}

/// The organizer approves the one applicant there is.
async fn approve(hall: &Hall) {
    let evening = &hall.evening;
    let row = registration::Entity::of_event(evening.event.id).one(evening.app.database.reader()).await;
    let row = row.unwrap().unwrap();
    let path = format!("/api/v1/events/qixi/registrations/{}/decision", row.id);
    let decided = evening.organizer.post(&path, json!({ "decision": "approve" })).await;
    assert_eq!(decided.status, 200, "{}", decided.text());
}
