//! From the poster to an application.

use queqiao::accounts::consent::{self, Sentence};
use queqiao::accounts::profile;
use queqiao::events::phase::Phase;
use queqiao::registrations::registration::{self, Status};
use reqwest::Method;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;
use serde_json::json;
use uuid::Uuid;

use super::EVIL;
use crate::fixtures::browser::{Browser, header, read};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::person::PASSWORD;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_newcomer_goes_from_the_poster_to_an_application(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let mut browser = Browser::open(&evening);
    let (_, poster) = browser.get("/e/qixi").await;
    let way_in = "/register?to=%2Fe%2Fqixi%2Fregister";
    assert!(poster.contains(&format!("href=\"{way_in}\"")) && poster.contains("data-until=\"2026-"), "{poster}");
    let (status, form) = browser.get(way_in).await;
    assert!(status == 200 && form.contains("name=\"to\" value=\"/e/qixi/register\""), "{form}");

    let (email, password) = ("xiaoyun@example.com", "magpies-over-the-river-9");
    let wrong = [("email", "nobody"), ("nickname", EVIL), ("to", "/e/qixi/register")];
    let (status, page) = read(browser.send("/register", &wrong).await).await;
    assert_eq!(status, 422, "{page}");
    for kept in ["value=\"nobody\"", "&#60;b&#62;1", "name=\"to\" value=\"/e/qixi/register\""] {
        assert!(page.contains(kept), "{kept}: {page}");
    }
    for field in ["email", "gender", "grown_up", "may_keep"] {
        assert!(page.contains(&format!("id=\"{field}-wrong\"")), "{field}: {page}");
    }
    assert!(!page.contains(EVIL), "{page}");
    assert!(!page.contains("name=\"password\"") && page.matches("<input id=").count() == 2, "{page}");

    let right = [
        ("email", email),
        ("nickname", "小云"),
        ("gender", "female"),
        ("grown_up", "yes"),
        ("may_keep", "yes"),
        ("to", "/e/qixi/register"),
    ];
    let (status, sent) = read(browser.send("/register", &right).await).await;
    assert!(status == 200 && sent.contains("信已经在路上") && sent.contains(email), "{sent}");
    let letter = evening.letters().await.pop().unwrap();
    let link = letter.plain.split("/verify?").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    let (_, page) = browser.get(&format!("/verify?{link}")).await;
    assert!(page.contains("name=\"to\" value=\"/e/qixi/register\""), "{page}");
    let token = link.split(['=', '&']).nth(1).unwrap();
    let proof = [("token", token), ("password", password), ("to", "/e/qixi/register")];
    let answer = browser.send("/verify", &proof).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, "/e/qixi/register"));
    browser.keep(&answer);

    let (status, page) = browser.get("/e/qixi/register").await;
    assert!(status == 200 && page.contains("name=\"unit\"") && page.contains("name=\"born_on\""), "{page}");
    // What was meant is offered, and can be chosen without typing again.
    let (_, page) = read(browser.send("/e/qixi/register", &[("unit", "第一医院xx")]).await).await;
    let near = format!("name=\"unit_id\" value=\"{}\"", evening.units[0].id);
    assert!(page.contains(&near) && page.contains("市第一医院") && page.contains("value=\"第一医院xx\""), "{page}");
    let (status, page) =
        read(browser.send("/e/qixi/register", &[("unit", "市第一医院"), ("born_on", "19")]).await).await;
    assert!(status == 422 && page.contains("value=\"19\"") && page.contains("id=\"may_show-wrong\""), "{page}");
    let apply = [
        ("unit", "市第一医院"),
        ("born_on", "１９９６年８月２日"),
        ("real_name", "李云"),
        ("may_show", "yes"),
        ("may_check", "yes"),
    ];
    let answer = browser.send("/e/qixi/register", &apply).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, "/e/qixi/me"));
    let db = evening.app.database.reader();
    let row = registration::Entity::of_event(evening.event.id).one(db).await.unwrap().unwrap();
    assert_eq!((row.status, row.unit_id), (Status::Applied, evening.units[0].id));
    let agreed = consent::of_person(db, row.account_id).await.unwrap();
    let sentences: Vec<Sentence> = agreed.iter().map(|one| one.sentence).collect();
    assert_eq!(sentences, [Sentence::OF_ACCOUNT, Sentence::OF_APPLICATION].concat());
    let given_with: Vec<Option<Uuid>> = agreed.iter().map(|one| one.registration_id).collect();
    assert_eq!(given_with, [None, None, Some(row.id), Some(row.id)]);
    let profile = profile::Entity::find_by_id(row.account_id).one(db).await.unwrap().unwrap();
    assert_eq!(profile.real_name(&evening.app.secrets).unwrap().as_deref(), Some("李云"));
    assert_eq!(
        (profile.birth_year, profile.born_on(&evening.app.secrets).unwrap().unwrap().to_string().as_str()),
        (Some(1996), "1996-08-02")
    );
    // Once is enough, and the page says where one stands.
    let again = browser.send("/e/qixi/register", &apply).await;
    assert_eq!((again.status().as_u16(), header(&again, "location")), (303, "/e/qixi/me"));
    let (_, page) = browser.get("/e/qixi/me").await;
    assert!(page.contains("等待审核") && page.contains("aria-current=\"step\""), "{page}");
    assert!(browser.get("/e/qixi").await.1.contains("正在审核"));
    let (_, data) = browser.get("/me/data").await;
    for sentence in &agreed {
        assert!(data.contains(&sentence.text), "{}: {data}", sentence.text);
    }
    assert!(!data.contains("没有在本网站上勾选过"), "{data}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_never_agreed_is_asked_when_they_apply(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let entered = Browser::of(&evening, &evening.participant("men").await).await;
    let (_, data) = entered.get("/me/data").await;
    assert!(data.contains("没有在本网站上勾选过") && !data.contains("18 周岁"), "{data}");

    let her = evening.account("her", profile::Gender::Female).await;
    let browser = Browser::of(&evening, &her).await;
    let typed = [("unit", "市第一医院"), ("born_on", "1996-08-02"), ("may_show", "yes"), ("may_check", "yes")];
    let (status, page) = read(browser.send("/e/qixi/register", &typed).await).await;
    assert!(
        status == 422 && page.contains("id=\"grown_up-wrong\"") && page.contains("id=\"may_keep-wrong\""),
        "{page}"
    );
    let all = [typed.as_slice(), &[("grown_up", "yes"), ("may_keep", "yes")]].concat();
    assert_eq!(browser.send("/e/qixi/register", &all).await.status().as_u16(), 303);
    let agreed = consent::of_person(evening.app.database.reader(), her.account_id).await.unwrap();
    assert_eq!(agreed.len(), 4);
    let (_, data) = browser.get("/me/data").await;
    assert!(agreed.iter().all(|sentence| data.contains(&sentence.text)), "{data}");
    // Withdrawn and applied again: the account's sentences stand, the event's are asked for anew.
    browser.send("/e/qixi/withdraw", &[]).await;
    assert!(!browser.get("/me/data").await.1.contains("核实我是本单位职工"));
    let (_, page) = browser.get("/e/qixi/register").await;
    assert!(page.contains("name=\"may_show\"") && !page.contains("name=\"grown_up\""), "{page}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_learns_from_the_form_whether_an_address_is_known(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let known = evening.account("known", profile::Gender::Male).await;
    evening.with_password(&known, PASSWORD).await;
    let form = |email| {
        [("email", email), ("nickname", "小云"), ("gender", "female"), ("grown_up", "yes"), ("may_keep", "yes")]
    };
    let browser = Browser::open(&evening);
    let (known, unknown) = ("known@example.com", "fresh@example.com");
    let (status, of_known) = read(browser.send("/register", &form(known)).await).await;
    assert_eq!(status, 200);
    let (_, of_unknown) = read(browser.send("/register", &form(unknown)).await).await;
    assert_eq!(of_known.replace(known, unknown), of_unknown);
    assert!(evening.letters().await.iter().any(|letter| letter.recipient == known && letter.kind == "known"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn units_are_found_by_name_and_never_listed(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let visitor = evening.visitor();
    let names = async |query: &str| visitor.get(&format!("/units/names?{query}")).await;
    assert_eq!(names("q=%E5%8C%BB%E9%99%A2").await.json, json!({ "names": ["市第一医院"] }));
    assert_eq!(names("q=").await.json, json!({ "names": [] }));
    assert_eq!(names("q=%25").await.json, json!({ "names": [] }));
    assert_eq!(names("q=%E5%8C%BB&organization=yanyuan").await.json, json!({ "names": ["市第一医院"] }));
    assert_eq!(names("q=%E5%8C%BB&organization=nobody").await.status, 404);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_door_of_an_event_knows_who_stands_before_it(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let visitor = Browser::open(&evening);
    let her = evening.account("her", profile::Gender::Female).await;
    let newcomer = Browser::of(&evening, &her).await;
    let guest = evening.participant("women").await;
    let guest_browser = Browser::of(&evening, &guest).await;
    let turned_away = evening.participant_as("men", Status::Rejected).await;
    let turned_away = Browser::of(&evening, &turned_away).await;
    assert!(newcomer.get("/e/qixi").await.1.contains("href=\"/e/qixi/register\""));
    let (_, page) = guest_browser.get("/e/qixi").await;
    assert!(page.contains("href=\"/e/qixi/me\"") && !page.contains("href=\"/e/qixi/register\""), "{page}");
    assert!(turned_away.get("/e/qixi").await.1.contains("可以再报一次"));

    evening.move_to(Phase::Online).await;
    let (_, page) = visitor.get("/e/qixi").await;
    assert!(page.contains("报名已经截止") && page.contains("/sign-in?to=%2Fe%2Fqixi%2Fme"), "{page}");
    assert!(!newcomer.get("/e/qixi").await.1.contains("href=\"/e/qixi/register\""));
    let (status, page) = newcomer.get("/e/qixi/register").await;
    assert!(status == 200 && page.contains("现在不接受报名") && !page.contains("<form class=\"stack\""), "{page}");
    let ticked = ["grown_up", "may_keep", "may_show", "may_check"].map(|consent| (consent, "yes"));
    let late = [[("unit", "市第一医院"), ("born_on", "1996-08-02")].as_slice(), &ticked].concat();
    let (status, page) = read(newcomer.send("/e/qixi/register", &late).await).await;
    assert_eq!(status, 409, "{page}");
    // Without an application there is no journey: the event's page says what to do.
    let answer = newcomer.request(Method::GET, "/e/qixi/me").send().await.unwrap();
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, "/e/qixi"));
    assert!(newcomer.get("/e/qixi/points").await.1.contains("还没有报名"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn somebody_withdraws_while_the_doors_are_closed(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::Online).await else { return };
    let [him, her] = [evening.participant("men").await, evening.participant("women").await];
    let browser = Browser::of(&evening, &him).await;
    let (_, page) = browser.get("/e/qixi/me").await;
    assert!(page.contains("action=\"/e/qixi/withdraw\"") && page.contains("href=\"/e/qixi/plaza\""), "{page}");
    let answer = browser.send("/e/qixi/withdraw", &[]).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, "/e/qixi"));
    assert_eq!(evening.status(&him).await, Status::Withdrawn);
    evening.move_to(Phase::OnSite).await;
    let late = Browser::of(&evening, &her).await;
    assert!(!late.get("/e/qixi/me").await.1.contains("action=\"/e/qixi/withdraw\""));
    assert_eq!(late.send("/e/qixi/withdraw", &[]).await.status().as_u16(), 409);
    assert_eq!(evening.status(&her).await, Status::Approved);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_draft_has_no_pages_for_anybody_but_its_union(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    evening.change(|row| row.published_at = Set(None)).await;
    let browser = Browser::of(&evening, &her).await;
    for path in ["register", "me", "why", "badge", "points", "leaderboard", "badge/calendar.ics"] {
        assert_eq!(browser.get(&format!("/e/qixi/{path}")).await.0, 404, "{path}");
    }
}
