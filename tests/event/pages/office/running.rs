//! The crew, the overview, and the phases.

use queqiao::accounts::profile::Gender;
use queqiao::events::crew::{self, Role};
use queqiao::events::phase::Phase;
use queqiao::registrations::registration::Status;
use reqwest::Method;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;

use super::{ESCAPED, EVIL, deeds, event, wrong};
use crate::fixtures::browser::{Browser, header, read};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_crew_is_put_together_by_mail_address(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let browser = Browser::of(&evening, &evening.organizer).await;
    let path = "/office/e/qixi/staff";
    let helper = evening.account("helper", Gender::Male).await;
    let answer = browser.send(path, &[("email", " Helper@Example.com "), ("role", "desk")]).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, path));
    let (_, page) = browser.get(path).await;
    assert!(page.contains("helper@example.com") && page.contains("签到员"), "{page}");
    let nobody = [("email", "nobody@example.com"), ("role", "host")];
    assert_eq!(browser.send(path, &nobody).await.status().as_u16(), 303, "known and unknown alike");
    let wrong_one = [("email", "no address"), ("role", "host")];
    let (status, page) = read(browser.send(path, &wrong_one).await).await;
    assert!(status == 422 && wrong(&page, "email").is_some_and(|text| text.contains("不像一个邮箱")), "{page}");
    assert!(page.contains("value=\"no address\"") && page.contains("value=\"host\" selected"), "{page}");
    assert!(page.contains("等待答复的邀请") && page.contains("nobody@example.com"), "{page}");
    assert_eq!(helper.accepts_all().await, 1);
    let (_, page) = browser.get(path).await;
    assert!(page.contains("helper@example.com") && page.contains("签到员"), "{page}");
    let grant = crew::Entity::find().one(evening.app.database.reader()).await.unwrap().unwrap();
    assert_eq!((grant.account_id, grant.role), (helper.account_id, Role::Desk));
    let leave = format!("{path}/evening/{}/leave", grant.id);
    let stranger = Browser::of(&evening, &evening.stranger().await).await;
    assert_eq!(stranger.send(&leave, &[]).await.status().as_u16(), 403);
    assert_eq!(browser.send(&leave, &[]).await.status().as_u16(), 303);
    assert_eq!(browser.send(&leave, &[]).await.status().as_u16(), 404);
    let mine = page.split("/staff/union/").nth(1).unwrap().split('/').next().unwrap().to_owned();
    let (status, page) = read(browser.send(&format!("{path}/union/{mine}/leave"), &[]).await).await;
    assert!(status == 409 && page.contains("最后一位"), "{page}");
    assert_eq!(
        browser.send(path, &[("email", "helper@example.com"), ("role", "organizer")]).await.status().as_u16(),
        303
    );
    assert_eq!(helper.accepts_all().await, 1);
    assert_eq!(browser.send(&format!("{path}/union/{mine}/leave"), &[]).await.status().as_u16(), 303);
    assert_eq!(browser.get(path).await.0, 403, "whoever left sees it no longer");
    assert_eq!(deeds(&evening, "role_granted").await.len(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_dashboard_says_what_to_do_first(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Screening).await else { return };
    let browser = Browser::of(&evening, &evening.organizer).await;
    let (status, page) = browser.get("/office").await;
    let first = page.split("先处理这一件").nth(1).unwrap_or_default();
    assert!(
        status == 200 && first.contains("入选名单还没有产生") && first.contains("/office/e/qixi/screening"),
        "{page}"
    );
    evening.participants("men", 7, Status::Applied).await;
    evening.participants("women", 2, Status::Approved).await;
    evening.change(|row| row.title = Set(EVIL.to_owned())).await;
    let (_, page) = browser.get("/office").await;
    let (first, others) = page.split_once("class=\"matters\"").unwrap();
    assert!(first.contains("入选名单还没有产生") && others.contains("7 份报名待审核"), "{page}");
    assert!(page.contains(ESCAPED) && !page.contains("<script>"), "{page}");
    assert!(page.contains("<td class=\"number figure\" data-label=\"男方\">7</td>"), "{page}");
    let visitor = Browser::open(&evening).request(Method::GET, "/office").send().await.unwrap();
    assert_eq!((visitor.status().as_u16(), header(&visitor, "location")), (303, "/sign-in?to=%2Foffice"));
    let stranger = Browser::of(&evening, &evening.stranger().await).await;
    let (status, page) = stranger.get("/office").await;
    assert!(status == 200 && !page.contains("qixi"), "{page}");
    assert_eq!(stranger.get("/office?union=yanyuan").await.0, 404);
    assert_eq!(browser.get("/office?union=yanyuan").await.0, 200);
    let guest = Browser::of(&evening, &evening.participant("men").await).await;
    assert_eq!(guest.get("/office").await.0, 403);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_phase_is_moved_with_a_reason_that_stays_on_record(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let browser = Browser::of(&evening, &evening.organizer).await;
    evening.participants("men", 3, Status::Approved).await;
    let (_, page) = browser.get("/office/e/qixi").await;
    assert!(page.contains("value=\"online\"") && !page.contains("value=\"registration\">"), "{page}");
    let (status, page) =
        read(browser.send("/office/e/qixi/phase", &[("phase", "online"), ("reason", " ")]).await).await;
    assert!(status == 422 && wrong(&page, "reason").is_some(), "{page}");
    let moved = browser.send("/office/e/qixi/phase", &[("phase", "online"), ("reason", "台风要来")]).await;
    assert_eq!(moved.status().as_u16(), 303);
    let now = event(&evening, "qixi").await.unwrap().phase(evening.app.now());
    assert_eq!(now, Phase::Online);
    let (_, page) = browser.get("/office/e/qixi/audit").await;
    assert!(page.contains("推进阶段") && page.contains("台风要来") && page.contains("organizer@example.com"), "{page}");
    let (_, page) = browser.get("/office/e/qixi/audit?action=event_amended&who=&from=&to=").await;
    assert!(!page.contains("台风要来"), "{page}");
    let (_, page) = browser.get("/office/e/qixi/audit?from=2026-08-22&to=2026-08-22&who=clock").await;
    assert!(!page.contains("台风要来"), "{page}");
    let (_, page) = browser.get("/office/e/qixi/audit?from=2026-08-22&to=2026-08-22").await;
    assert!(page.contains("台风要来"), "{page}");
    for none in ["cursor=x", "from=2026-02-30", "to=2026-13-01"] {
        assert_eq!(browser.get(&format!("/office/e/qixi/audit?{none}")).await.0, 422, "{none}");
    }
    let forged = browser.request(Method::POST, "/office/e/qixi/phase").header("Sec-Fetch-Site", "cross-site");
    let forged = forged.form(&[("phase", "closed"), ("reason", "x")]).send().await.unwrap();
    assert_eq!(forged.status().as_u16(), 403);
    let administrator = Browser::of(&evening, &evening.administrator().await).await;
    let (status, page) = administrator.get("/admin/audit").await;
    assert!(status == 200 && page.contains("台风要来") && page.contains("燕缘际会工会"), "{page}");
    assert_eq!(browser.get("/admin/audit").await.0, 403);
}
