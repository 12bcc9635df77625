//! How somebody stands, from points to the badge.

use queqiao::events::crew::Role;
use queqiao::events::phase::Phase;
use queqiao::registrations::registration::Status;
use reqwest::Method;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use serde_json::json;

use super::enter_points;
use crate::fixtures::browser::{Browser, header, read};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::{Evening, hours};

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn points_are_explained_line_by_line(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let women = evening.participants("women", 4, Status::Approved).await;
    let browser = Browser::of(&evening, &women[0]).await;
    let (_, page) = browser.get("/e/qixi/points").await;
    assert!(page.contains("账上还没有一行"), "{page}");
    enter_points(&evening, &women[0], "profile").await;
    for woman in &women[1..3] {
        enter_points(&evening, woman, "profile").await;
        enter_points(&evening, woman, "game").await;
    }
    let (_, page) = browser.get("/e/qixi/points").await;
    for line in ["完善资料", "+20", "主办方登记", "20 / 20", "已经拿满", "今天还能得 4 分，一共还能得 20 分"]
    {
        assert!(page.contains(line), "{line}: {page}");
    }
    // Two seats a side: the second has 22, and she has 20.
    let (_, page) = browser.get("/e/qixi/me").await;
    for line in ["第 3 名，共 4 人", "离入选线还差 2 分", "入选线 22", "class=\"bar", "今天还能得"]
    {
        assert!(page.contains(line), "{line}: {page}");
    }
    let (_, page) = browser.get("/e/qixi/leaderboard").await;
    for line in ["class=\"me\"", "入选线</span>", "第 2 名是 22 分", "guest-"] {
        assert!(page.contains(line), "{line}: {page}");
    }
    let (_, page) = browser.get("/e/qixi/leaderboard?side=men").await;
    assert!(page.contains("还没有人上榜") && !page.contains("class=\"me\""), "{page}");
    assert_eq!(browser.get("/e/qixi/leaderboard?side=nobody").await.0, 422);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_stands_back_is_not_told_that_points_would_do(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let women = evening.participants("women", 4, Status::Approved).await;
    // More points than anybody; but she kept a seat at an earlier event and stayed away.
    enter_points(&evening, &women[0], "profile").await;
    evening.change_registration(&women[0], |row| row.class = Set(3)).await;
    let browser = Browser::of(&evening, &women[0]).await;
    for path in ["/e/qixi/me", "/e/qixi/leaderboard"] {
        let (_, page) = browser.get(path).await;
        assert!(page.contains("离入选线还差 2 名") && !page.contains("高出"), "{page}");
    }
    assert!(!browser.get("/e/qixi/me").await.1.contains("class=\"cut\""), "no line that points would reach");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_is_screened_reads_why_and_answers(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::Online).await else { return };
    let women = evening.participants("women", 4, Status::Approved).await;
    evening.participants("men", 2, Status::Approved).await;
    for (woman, rules) in women.iter().zip([2, 2, 1, 0]) {
        for rule in ["profile", "game"].iter().take(rules) {
            enter_points(&evening, woman, rule).await;
        }
    }
    let third = Browser::of(&evening, &women[2]).await;
    assert!(third.get("/e/qixi/why").await.1.contains("名单还没有公布"));
    evening.move_to(Phase::Screening).await;
    assert_eq!(evening.organizer.post("/api/v1/events/qixi/ledger/freeze", json!({})).await.status, 200);
    let run = evening.organizer.post("/api/v1/events/qixi/screening/runs", json!({})).await;
    assert_eq!(run.status, 201, "{}", run.text());
    evening.move_to(Phase::Confirmation).await;

    let (_, page) = third.get("/e/qixi/why").await;
    for line in ["候补第 1 位", "女方 2 席已满", "本方再前进", "怎样复算", "A0003"] {
        assert!(page.contains(line), "{line}: {page}");
    }
    assert!(!page.contains("action=\"/e/qixi/reply\""), "nothing to answer: {page}");
    let (status_code, page) = read(third.send("/e/qixi/reply", &[("reply", "confirm")]).await).await;
    assert!(status_code == 409 && page.contains("没有给你的席位"), "{page}");
    // In the language of the page, whatever that of the account.
    let english = third.request(Method::GET, "/e/qixi/why").header("Accept-Language", "en");
    let (_, english) = read(english.send().await.unwrap()).await;
    assert!(english.contains("seats for women were taken") && !english.contains("席已满"), "{english}");

    let first = Browser::of(&evening, &women[0]).await;
    let (_, page) = first.get("/e/qixi/me").await;
    assert!(
        page.contains("你入选了") && page.contains("href=\"/e/qixi/why\"") && page.contains("data-until"),
        "{page}"
    );
    let (_, page) = first.get("/e/qixi/why").await;
    assert!(
        page.contains("value=\"confirm\"") && page.contains("value=\"decline\"") && page.contains("还剩"),
        "{page}"
    );
    assert_eq!(first.send("/e/qixi/reply", &[("reply", "perhaps")]).await.status().as_u16(), 422);
    let answer = first.send("/e/qixi/reply", &[("reply", "confirm")]).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, "/e/qixi/why"));
    assert_eq!(evening.status(&women[0]).await, Status::Confirmed);
    assert!(first.get("/e/qixi/why").await.1.contains("你已确认出席"));

    let second = Browser::of(&evening, &women[1]).await;
    assert_eq!(second.send("/e/qixi/reply", &[("reply", "decline")]).await.status().as_u16(), 303);
    assert!(second.get("/e/qixi/why").await.1.contains("你让出了席位"));
    // The seat went to the next in line, who has a deadline of her own.
    let (_, page) = third.get("/e/qixi/why").await;
    assert!(page.contains("递补入选") && page.contains("value=\"confirm\""), "{page}");
    let long_ago = Some(evening.app.now() - hours(1));
    evening.change_registration(&women[2], |row| row.reply_by = Set(long_ago)).await;
    let (_, page) = third.get("/e/qixi/why").await;
    assert!(page.contains("期限过了") && !page.contains("value=\"confirm\""), "{page}");
    let (status_code, page) = read(third.send("/e/qixi/reply", &[("reply", "confirm")]).await).await;
    assert!(status_code == 409 && page.contains("期限已过"), "{page}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_badge_is_shown_to_whoever_wears_it(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Confirmation).await else { return };
    let her = evening.participant_as("women", Status::Confirmed).await;
    let waiting = evening.participant_as("women", Status::Waitlisted).await;
    let browser = Browser::of(&evening, &her).await;
    assert!(browser.get("/e/qixi/badge").await.1.contains("主办方编号之后，号码牌会出现在这里"));
    evening.organizer.post("/api/v1/events/qixi/badges", json!({})).await;
    let answer = browser.request(Method::GET, "/e/qixi/badge").send().await.unwrap();
    assert_eq!(header(&answer, "cache-control"), "no-store");
    let page = answer.text().await.unwrap();
    assert!(page.contains("女001") && page.contains("src=\"data:image/svg+xml;base64,"), "{page}");
    let code = her.get("/api/v1/events/qixi/badges/me").await.json["code"].as_str().unwrap().to_owned();
    assert!(!page.contains(&code), "only the drawing holds the code");
    assert!(browser.get("/e/qixi/me").await.1.contains("号码牌准备好了"));
    let calendar = browser.request(Method::GET, "/e/qixi/badge/calendar.ics").send().await.unwrap();
    assert!(header(&calendar, "content-type").starts_with("text/calendar"));
    assert!(calendar.text().await.unwrap().contains("SUMMARY:情定七夕"));
    let worker = Browser::open(&evening).request(Method::GET, "/e/qixi/badge/worker.js").send().await.unwrap();
    assert!(header(&worker, "content-type").starts_with("text/javascript"));
    assert_eq!(header(&worker, "service-worker-allowed"), "/e/");
    let other = Browser::of(&evening, &waiting).await;
    assert!(!other.get("/e/qixi/badge").await.1.contains("女001"));
    let stranger = Browser::of(&evening, &evening.stranger().await).await;
    assert_eq!(stranger.get("/e/qixi/badge").await.0, 403);
    assert_eq!(stranger.get("/e/nothing/badge").await.0, 404);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn home_shows_my_events_and_what_else_i_look_after(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::Online).await else { return };
    let visitor = Browser::open(&evening).request(Method::GET, "/me").send().await.unwrap();
    assert_eq!(header(&visitor, "location"), "/sign-in?to=%2Fme");
    let guest = Browser::of(&evening, &evening.participant("men").await).await;
    let (_, page) = guest.get("/me").await;
    assert!(
        page.contains("情定七夕") && page.contains("href=\"/e/qixi/plaza\"") && !page.contains("/office"),
        "{page}"
    );
    let organizer = Browser::of(&evening, &evening.organizer).await;
    let (_, page) = organizer.get("/me").await;
    assert!(page.contains("href=\"/office\"") && page.contains("还没有报名任何活动"), "{page}");
    let desk = Browser::of(&evening, &evening.crew(Role::Desk).await).await;
    assert!(desk.get("/me").await.1.contains("href=\"/e/qixi/desk\""));
    let volunteer = Browser::of(&evening, &evening.crew(Role::Volunteer).await).await;
    assert!(volunteer.get("/me").await.1.contains("href=\"/volunteer\""));
    let administrator = Browser::of(&evening, &evening.administrator().await).await;
    assert!(administrator.get("/me").await.1.contains("href=\"/admin\""));
    evening.move_to(Phase::Closed).await;
    assert!(guest.get("/me").await.1.contains("参加过的活动"));
    assert!(!desk.get("/me").await.1.contains("/desk\""));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_waited_in_vain_is_told_when_it_is_over(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    let waits = evening.participant_as("women", Status::Waitlisted).await;
    let her = Browser::of(&evening, &waits).await;
    assert!(her.get("/me").await.1.contains("候补名单"));
    evening.move_to(Phase::Closed).await;
    for page in ["/me", "/e/qixi/me", "/e/qixi", "/e/qixi/why"] {
        let (status, text) = her.get(page).await;
        assert!(status == 200 && text.contains("这次没有轮到你"), "{page}: {text}");
        assert!(!text.contains("候补名单") && !text.contains("候补第"), "{page} still lets her wait: {text}");
    }
}
