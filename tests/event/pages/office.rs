//! The organizer's office in a browser.

use queqiao::accounts::profile::{self, Gender};
use queqiao::audit::entry;
use queqiao::events::crew::{self, Role};
use queqiao::events::event;
use queqiao::events::phase::Phase;
use queqiao::invitations::invitation;
use queqiao::organizations::organization;
use queqiao::registrations::registration::Status;
use queqiao::units::{roster_entry, unit, unit_contact};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;

use crate::fixtures::browser::{Browser, header, read};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::person::Person;

const EVIL: &str = "<script>alert(1)</script>\"'&";
const ESCAPED: &str = "&#60;script&#62;alert(1)&#60;/script&#62;&#34;&#39;&#38;";

type Fields = Vec<(String, String)>;

/// What a browser would send of the form with this action, button apart.
fn filled(page: &str, action: &str) -> Fields {
    let form = page.split("<form").find(|form| form.contains(&format!("action=\"{action}\""))).unwrap();
    let form = form.split("</form>").next().unwrap();
    let mut fields = Vec::new();
    for tag in form.split('<').skip(1) {
        let (inside, after) = tag.split_once('>').unwrap_or((tag, ""));
        let value = |name: &str| -> Option<String> {
            let value = inside.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?;
            Some(plain(value))
        };
        let ticked = !inside.contains("type=\"checkbox\"") && !inside.contains("type=\"radio\"");
        let Some(name) = value("name").or_else(|| inside.starts_with("option").then(String::new)) else { continue };
        if inside.starts_with("input") && (ticked || inside.contains(" checked")) {
            fields.push((name, value("value").unwrap_or_default()));
        } else if inside.starts_with("textarea") {
            fields.push((name, plain(after.trim_start_matches('\n'))));
        } else if inside.starts_with("select") {
            fields.push((name, String::new()));
        } else if inside.starts_with("option") && inside.contains(" selected") {
            fields.last_mut().unwrap().1 = value("value").unwrap();
        }
    }
    fields
}

fn plain(html: &str) -> String {
    html.replace("&#34;", "\"").replace("&#39;", "'").replace("&#60;", "<").replace("&#62;", ">").replace("&#38;", "&")
}

fn with(fields: &[(String, String)], changes: &[(&str, &str)]) -> Fields {
    let kept = fields.iter().filter(|(name, _)| changes.iter().all(|(changed, _)| name != changed)).cloned();
    kept.chain(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))).collect()
}

async fn send(browser: &Browser, path: &str, fields: &[(String, String)]) -> reqwest::Response {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.send(path, &fields).await
}

async fn upload(browser: &Browser, path: &str, ticked: &[&'static str], table: &str) -> reqwest::Response {
    let form = ticked.iter().fold(Form::new(), |form, name| form.text(*name, "yes"));
    let form = form.part("file", Part::bytes(table.as_bytes().to_vec()).file_name("名单.csv"));
    browser.request(Method::POST, path).header("Sec-Fetch-Site", "same-origin").multipart(form).send().await.unwrap()
}

/// The mark beside an input, where there is one.
fn wrong<'a>(page: &'a str, name: &str) -> Option<&'a str> {
    page.split(&format!("id=\"{name}-wrong\">")).nth(1)?.split('<').next()
}

async fn event(evening: &Evening, slug: &str) -> Option<event::Model> {
    event::by_slug(evening.app.database.reader(), slug).await.unwrap()
}

async fn deeds(evening: &Evening, action: &str) -> Vec<entry::Model> {
    let deeds = entry::Entity::find().filter(entry::Column::Action.eq(action));
    deeds.all(evening.app.database.reader()).await.unwrap()
}

const BASICS: [(&str, &str); 8] = [
    ("then", "fill"),
    ("organization", "yanyuan"),
    ("template", "mixer"),
    ("timezone", "Asia/Shanghai"),
    ("title", "金秋相会"),
    ("venue", "工人文化宫"),
    ("starts_at", "2026-10-24T14:00"),
    ("ends_at", "2026-10-24T18:00"),
];

/// The whole form, as the template fills it in.
async fn proposed(browser: &Browser) -> Fields {
    let (status, page) = read(browser.send("/office/new", &BASICS).await).await;
    assert_eq!(status, 200, "{page}");
    filled(&page, "/office/new")
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_organizer_publishes_an_event_in_two_pages(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let browser = Browser::of(&evening, &evening.organizer).await;
    let (status, page) = browser.get("/office/new").await;
    assert!(status == 200 && page.contains("value=\"speed_dating\"") && page.contains("联谊会"), "{page}");
    let fields = proposed(&browser).await;
    let value = |name: &str| fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value.as_str());
    for (name, expected) in [
        ("slug", "mixer-20261024"),
        ("seats", "300"),
        ("phases[0].phase", "registration"),
        ("phases[0].starts_at", "2026-10-03T09:00"),
        ("phases[5].starts_at", "2026-10-24T21:00"),
        ("hosts[0].name", "燕缘际会工会"),
        ("points.post.per_day", "4 2"),
        ("screening.unit_side.max", "3"),
        ("dates.rounds", "8"),
        ("programme[0].title", "破冰"),
        ("approval.by_roster", "yes"),
    ] {
        assert_eq!(value(name), expected, "{name}: {fields:?}");
    }
    let sent = with(&fields, &[("slug", "jinqiu"), ("seats", "１２０"), ("then", "publish")]);
    let answer = send(&browser, "/office/new", &sent).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, "/office/e/jinqiu"));
    let drawn = event(&evening, "jinqiu").await.unwrap();
    assert!(drawn.published_at.is_some());
    assert_eq!((drawn.seats, drawn.plan().programme.unwrap().len()), (120, 5));
    assert_eq!(drawn.starts_at.to_rfc3339(), "2026-10-24T06:00:00+00:00");
    assert_eq!(Browser::open(&evening).get("/e/jinqiu").await.0, 200);
    let (status, page) = browser.get("/office/e/jinqiu").await;
    assert!(status == 200 && page.contains("金秋相会"), "{page}");
    // The same again is another event of the same address.
    let (status, page) = read(send(&browser, "/office/new", &sent).await).await;
    assert_eq!((status, wrong(&page, "slug")), (409, Some("这个网址已经有人用了，换一个吧。")));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_refused_event_keeps_what_was_typed_and_says_why_beside_it(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let browser = Browser::of(&evening, &evening.organizer).await;
    let early = BASICS.map(|(name, value)| if name == "ends_at" { (name, "2026-10-24T13:00") } else { (name, value) });
    let (status, page) = read(browser.send("/office/new", &early).await).await;
    assert_eq!((status, wrong(&page, "ends_at")), (422, Some("结束要在开始之后。")));
    assert!(
        page.contains("value=\"金秋相会\"") && page.contains("name=\"template\" value=\"mixer\" checked"),
        "{page}"
    );
    let fields = proposed(&browser).await;
    for (name, typed, told, words) in [
        ("slug", "Not A Slug", "slug", "3 到 60 个小写字母"),
        ("title", "", "title", "这里不能空着"),
        ("starts_at", "someday", "starts_at", "请填写日期和时间"),
        ("starts_at", "2020-01-01T14:00", "starts_at", "已经过去"),
        ("seats", "many", "seats", "写一个数字"),
        ("seats", "0", "seats", "1 到 20000"),
        ("phases[1].starts_at", "2026-10-02T09:00", "phases[1].starts_at", "晚于前一个阶段"),
        ("phases[4].starts_at", "2026-10-24T15:00", "phases[4].starts_at", "早于活动开始"),
        ("phases[5].starts_at", "2026-10-24T15:00", "phases[5].starts_at", "晚于活动结束"),
        ("points.post.per_day", "four", "points.post.per_day", "写数字"),
        ("dates.rounds", "99", "dates.rounds", "1 到 30 轮"),
        ("picks.limit", "99", "picks.limit", "1 到 20 盏"),
        ("programme[1].minutes", "9999", "programme[1].minutes", "环节 1 到 600"),
        ("timezone", "Mars/Olympus", "timezone", "没有这个时区"),
    ] {
        let (status, page) =
            read(send(&browser, "/office/new", &with(&fields, &[(name, typed), ("then", "save")])).await).await;
        let mark = wrong(&page, told);
        assert!(status == 422 && mark.is_some_and(|mark| mark.contains(words)), "{name}={typed}: {mark:?} {status}");
        if name != "timezone" {
            assert!(page.contains(&format!("name=\"{name}\" type=\"")) && page.contains(&format!("value=\"{typed}\"")));
        }
        assert!(page.contains("value=\"2026-10-24T18:00\""), "what was right stays");
    }
    let lavish = [("points.quiz.per_day", "20"), ("points.quiz.cap", "90"), ("then", "save")];
    let (status, page) = read(send(&browser, "/office/new", &with(&fields, &lavish)).await).await;
    assert!(status == 422 && page.contains("超过了 100 分") && page.contains("value=\"90\""), "{page}");
    assert_eq!(event::Entity::find().count(evening.app.database.reader()).await.unwrap(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rows_are_added_one_by_one_and_empty_ones_are_not_kept(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let browser = Browser::of(&evening, &evening.organizer).await;
    let mut fields = proposed(&browser).await;
    for _ in 0..2 {
        let sent = with(&fields, &[("then", "add_hosts")]);
        let (status, page) = read(send(&browser, "/office/new", &sent).await).await;
        assert_eq!(status, 200);
        fields = filled(&page, "/office/new");
    }
    let changes = [("hosts[2].name", EVIL), ("hosts[2].role", "supporter"), ("programme[0].title", "")];
    let sent = with(&fields, &changes);
    let sent = with(&sent, &[("programme[0].title_en", ""), ("slug", "rows"), ("summary", EVIL), ("then", "save")]);
    let answer = send(&browser, "/office/new", &sent).await;
    assert_eq!(answer.status().as_u16(), 303);
    let drawn = event(&evening, "rows").await.unwrap();
    assert!(drawn.published_at.is_none(), "a draft");
    let hosts = queqiao::events::host::of_event(evening.app.database.reader(), drawn.id).await.unwrap();
    assert_eq!(hosts.len(), 2);
    assert_eq!(hosts[1].name, EVIL);
    assert_eq!(drawn.plan().programme.unwrap().len(), 4);
    let (_, page) = browser.get("/office/e/rows/settings").await;
    assert_eq!(page.matches(ESCAPED).count(), 2, "{page}");
    assert!(!page.contains("<script>"), "{page}");
    // The schedule is counted back again from another evening.
    let later = [("starts_at", "2026-11-28T14:00"), ("ends_at", "2026-11-28T18:00"), ("then", "schedule")];
    let (status, page) = read(send(&browser, "/office/new", &with(&fields, &later)).await).await;
    assert!(status == 200 && page.contains("value=\"2026-11-07T09:00\""), "{page}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_public_page_is_shown_while_it_is_written(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let browser = Browser::of(&evening, &evening.organizer).await;
    let fields = proposed(&browser).await;
    let sent = with(&fields, &[("title", EVIL), ("slug", "anything at all"), ("venue", "")]);
    let answer = send(&browser, "/office/new/preview", &sent).await;
    assert!(header(&answer, "content-security-policy").contains("frame-ancestors 'self'"));
    let (status, page) = read(answer).await;
    assert!(status == 200 && page.contains(ESCAPED) && !page.contains("<script>"), "{page}");
    for said in ["地点待定", "10月24日 周六 14:00–18:00", "破冰", "8 轮，每轮 8 分钟", "燕缘际会工会"]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    let nothing = send(&browser, "/office/new/preview", &with(&fields, &[("starts_at", "")])).await;
    assert_eq!(nothing.status().as_u16(), 200);
    assert_eq!(event::Entity::find().count(evening.app.database.reader()).await.unwrap(), 1);
    let guest = Browser::of(&evening, &evening.participant("men").await).await;
    assert_eq!(send(&guest, "/office/new/preview", &fields).await.status().as_u16(), 403);
    assert_eq!(guest.get("/office/new").await.0, 403);
    assert_eq!(send(&guest, "/office/new", &with(&fields, &[("then", "save")])).await.status().as_u16(), 403);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn settings_change_what_nobody_relies_on_yet(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let browser = Browser::of(&evening, &evening.organizer).await;
    let path = "/office/e/qixi/settings";
    let (status, page) = browser.get(path).await;
    assert!(status == 200 && page.contains("公布以后不能再改"), "{page}");
    let fields = filled(&page, path);
    assert!(fields.iter().all(|(name, _)| name != "slug" && name != "sides"), "{fields:?}");
    let untouched = send(&browser, path, &fields).await;
    assert_eq!(untouched.status().as_u16(), 303, "{}", untouched.text().await.unwrap());
    let kept = event(&evening, "qixi").await.unwrap();
    assert_eq!((kept.online_at, kept.starts_at), (evening.event.online_at, evening.event.starts_at));
    let answer = send(&browser, path, &with(&fields, &[("venue", "体育馆"), ("seats", "200"), ("summary", "")])).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, path));
    let changed = event(&evening, "qixi").await.unwrap();
    assert_eq!((changed.venue.as_str(), changed.seats, changed.summary.as_str()), ("体育馆", 200, ""));
    let tampered = with(&fields, &[("slug", "other"), ("venue", "别处")]);
    let (status, page) = read(send(&browser, path, &tampered).await).await;
    assert!(status == 409 && page.contains("value=\"别处\"") && page.contains("不能再改"), "{page}");
    let soon = [("phases[0].starts_at", "2020-01-01T09:00"), ("title", "新名字")];
    let (status, page) = read(send(&browser, path, &with(&fields, &soon)).await).await;
    assert!(status == 422 && wrong(&page, "phases[0].starts_at").is_some(), "{page}");
    assert!(page.contains("value=\"新名字\""), "{page}");
    assert_eq!(event(&evening, "qixi").await.unwrap().venue, "体育馆");
    let stranger = Browser::of(&evening, &evening.stranger().await).await;
    for path in ["", "/settings", "/points", "/staff", "/audit", "/registrations", "/registrations/import"] {
        let (status, page) = stranger.get(&format!("/office/e/qixi{path}")).await;
        assert_eq!(status, 403, "{path}");
        assert!(!page.contains("体育馆"), "{page}");
        assert_eq!(browser.get(&format!("/office/e/nothing{path}")).await.0, 404, "{path}");
    }
    assert_eq!(send(&stranger, path, &fields).await.status().as_u16(), 403);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn points_are_settled_once_registration_is_over(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let browser = Browser::of(&evening, &evening.organizer).await;
    let path = "/office/e/qixi/points";
    let (status, page) = browser.get(path).await;
    assert_eq!(status, 200);
    let fields = filled(&page, path);
    let paying = [
        ("points.sign_in.per_day", "4"),
        ("points.sign_in.cap", "20"),
        ("points.post.per_day", "4、2"),
        ("points.post.cap", "30"),
    ];
    assert_eq!(send(&browser, path, &with(&fields, &paying)).await.status().as_u16(), 303);
    let points = event(&evening, "qixi").await.unwrap().plan().points.unwrap();
    assert_eq!((points.len(), points["post"].per_day.clone()), (2, vec![4, 2]));
    let (_, page) = browser.get(path).await;
    assert!(page.contains("每个人最多 50 分"), "{page}");
    let rising = [("points.post.per_day", "2 4"), ("points.post.cap", "30")];
    let (status, page) = read(send(&browser, path, &with(&fields, &rising)).await).await;
    assert!(status == 422 && page.contains("一次比一次不多") && page.contains("value=\"2 4\""), "{page}");
    evening.enter(Phase::Online).await;
    let (_, page) = browser.get(path).await;
    assert!(page.contains("“报名”结束以后不能再改") && !page.contains("name=\"points.post.cap\""), "{page}");
    assert_eq!(send(&browser, path, &with(&fields, &paying)).await.status().as_u16(), 409);
}

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
    assert!(status == 422 && wrong(&page, "email").is_some_and(|words| words.contains("不像一个邮箱")), "{page}");
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
    assert_eq!(browser.get("/office/e/qixi/audit?cursor=x").await.0, 422);
    let forged = browser.request(Method::POST, "/office/e/qixi/phase").header("Sec-Fetch-Site", "cross-site");
    let forged = forged.form(&[("phase", "closed"), ("reason", "x")]).send().await.unwrap();
    assert_eq!(forged.status().as_u16(), 403);
    let administrator = Browser::of(&evening, &evening.administrator().await).await;
    let (status, page) = administrator.get("/admin/audit").await;
    assert!(status == 200 && page.contains("台风要来") && page.contains("燕缘际会工会"), "{page}");
    assert_eq!(browser.get("/admin/audit").await.0, 403);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_draft_is_published_from_its_overview(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Draft).await else { return };
    let browser = Browser::of(&evening, &evening.organizer).await;
    let (_, page) = browser.get("/office/e/qixi").await;
    assert!(page.contains("action=\"/office/e/qixi/publish\""), "{page}");
    evening.clock.set(evening.event.starts_at + crate::fixtures::evening::hours(1));
    let browser = Browser::of(&evening, &evening.organizer).await;
    let (status, page) = read(browser.send("/office/e/qixi/publish", &[]).await).await;
    assert!(status == 409 && page.contains("现在还不能公布"), "{page}");
    evening.clock.set(crate::fixtures::evening::the_hour());
    let browser = Browser::of(&evening, &evening.organizer).await;
    assert_eq!(browser.send("/office/e/qixi/publish", &[]).await.status().as_u16(), 303);
    assert!(event(&evening, "qixi").await.unwrap().published_at.is_some());
}

async fn called(evening: &Evening, person: &Person, name: &str) {
    evening.calls_themselves(person, name).await;
    let real_name = |row: &mut profile::ActiveModel| {
        row.set_real_name(&evening.app.secrets, person.account_id, Some(name)).unwrap();
    };
    evening.change_profile(person, real_name).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn applications_are_decided_on_in_bulk(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let browser = Browser::of(&evening, &evening.organizer).await;
    let men = evening.participants("men", 3, Status::Applied).await;
    let women = evening.participants("women", 2, Status::Applied).await;
    called(&evening, &men[0], EVIL).await;
    called(&evening, &women[0], "林深见鹿").await;
    let base = "/office/e/qixi/registrations";
    let (status_code, page) = browser.get(base).await;
    assert!(status_code == 200 && page.contains(ESCAPED) && !page.contains("<script>"), "{page}");
    assert_eq!(page.matches("name=\"ids\"").count(), 5);
    let (_, page) = browser.get(&format!("{base}?status=applied&side=women&unit=")).await;
    assert_eq!(page.matches("name=\"ids\"").count(), 2);
    assert_eq!(browser.get(&format!("{base}?status=lost")).await.0, 422);
    let (_, page) = read(browser.send(base, &[("q", "林深"), ("status", ""), ("side", "")]).await).await;
    assert!(page.matches("name=\"ids\"").count() == 1 && page.contains("林深见鹿"), "{page}");
    let ids: Vec<String> = men.iter().map(|man| man.registration_id.to_string()).collect();
    let back = format!("{base}?side=men");
    let both = [("ids", ids[0].as_str()), ("ids", ids[1].as_str()), ("back", back.as_str())];
    let (code, page) =
        read(browser.send(&format!("{base}/decide"), &[&both[..], &[("decision", "reject")]].concat()).await).await;
    assert!(code == 422 && wrong(&page, "reason").is_some_and(|words| words.contains("理由")), "{page}");
    let in_one_line = page.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(in_one_line.matches(" checked aria-label").count(), 2, "whoever was ticked still is: {page}");
    assert_eq!(evening.status(&men[0]).await, Status::Applied);
    let rejected = browser
        .send(&format!("{base}/decide"), &[&both[..1], &[("decision", "reject"), ("reason", EVIL)]].concat())
        .await;
    assert_eq!((rejected.status().as_u16(), header(&rejected, "location")), (303, base));
    let approved = browser.send(&format!("{base}/decide"), &[&both[1..], &[("decision", "approve")]].concat()).await;
    assert_eq!((approved.status().as_u16(), header(&approved, "location")), (303, back.as_str()));
    assert_eq!((evening.status(&men[0]).await, evening.status(&men[1]).await), (Status::Rejected, Status::Approved));
    let said = header(&approved, "set-cookie").split(';').next().unwrap().to_owned();
    let told = browser.request(Method::GET, &back).header("Cookie", said).send().await.unwrap();
    let (_, page) = read(told).await;
    assert!(page.contains("已处理 1 份报名"), "how many, told once: {page}");
    let one = format!("{base}/{}", ids[0]);
    let (_, page) = browser.get(&one).await;
    assert!(page.contains("审核不通过") && page.contains(ESCAPED) && !page.contains("<script>"), "{page}");
    let nobody = browser.send(&format!("{base}/decide"), &[("decision", "approve")]).await;
    assert_eq!(nobody.status().as_u16(), 422);
    let approved = browser.send(&format!("{base}/approve"), &[("who", "vouched")]).await;
    assert_eq!(approved.status().as_u16(), 303);
    assert_eq!(evening.status(&women[0]).await, Status::Applied, "nobody vouches for her");
    let approved = browser.send(&format!("{base}/approve"), &[("who", "all"), ("back", "//evil.example")]).await;
    assert_eq!((approved.status().as_u16(), header(&approved, "location")), (303, base));
    assert_eq!(evening.status(&women[0]).await, Status::Approved);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_application_is_read_and_decided(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let browser = Browser::of(&evening, &evening.organizer).await;
    let man = evening.participant_as("men", Status::Applied).await;
    let one = format!("/office/e/qixi/registrations/{}", man.registration_id);
    let (code, page) = read(browser.send(&one, &[("decision", "reject"), ("reason", "")]).await).await;
    assert!(code == 422 && wrong(&page, "reason").is_some(), "{page}");
    let answer = browser.send(&one, &[("decision", "approve")]).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, one.as_str()));
    assert_eq!(evening.letters_to(&man, "approved").await.len(), 1);
    let (code, page) = read(browser.send(&one, &[("decision", "approve")]).await).await;
    assert!(code == 409 && page.contains("状态已经变了"), "{page}");
    let stranger = Browser::of(&evening, &evening.stranger().await).await;
    assert_eq!(stranger.get(&one).await.0, 403);
    let nothing = format!("/office/e/qixi/registrations/{}", evening.app.new_id());
    assert_eq!(browser.get(&nothing).await.0, 404);
    assert_eq!(browser.send(&nothing, &[("decision", "approve")]).await.status().as_u16(), 404);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_roll_is_read_page_by_page(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let browser = Browser::of(&evening, &evening.organizer).await;
    evening.participants("men", 130, Status::Approved).await;
    let base = "/office/e/qixi/registrations";
    let (_, page) = browser.get(&format!("{base}?side=men")).await;
    assert_eq!(page.matches("name=\"ids\"").count(), 100);
    let next = page.split(&format!("href=\"{base}?side=men&#38;cursor=")).nth(1).unwrap().split('"').next().unwrap();
    let (_, page) = browser.get(&format!("{base}?side=men&cursor={next}")).await;
    assert_eq!(page.matches("name=\"ids\"").count(), 30);
    assert!(page.contains("A0130") && !page.contains("A0001"), "{page}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_list_is_imported_whole_or_not_at_all(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let browser = Browser::of(&evening, &evening.organizer).await;
    let path = "/office/e/qixi/registrations/import";
    let (code, page) = browser.get(path).await;
    assert!(code == 200 && page.contains("multipart/form-data"), "{page}");
    let table = "邮箱,性别,单位,姓名\na@example.com,男,电力局,=SUM(1)\nb@,男,电力局,乙\nc@example.com,无,新单位,丙\n";
    let (code, page) = read(upload(&browser, path, &[], table).await).await;
    assert!(code == 422 && page.contains("一行都没有导入"), "{page}");
    for said in
        ["<td class=\"number figure\">3</td>", "这不像一个邮箱地址", "<td class=\"number figure\">4</td>", "请写男或女"]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    let count = async || invitation::Entity::find().count(evening.app.database.reader()).await.unwrap();
    assert_eq!(count().await, 0);
    let (code, page) = read(upload(&browser, path, &["partial", "approve"], table).await).await;
    assert!(code == 200 && page.contains("已邀请 1 人") && page.contains("请写男或女"), "{page}");
    assert_eq!(count().await, 1);
    let (code, page) = read(upload(&browser, path, &[], "邮箱,性别\na@example.com,男\n").await).await;
    assert!(code == 422 && page.contains("缺少这些列： 单位"), "{page}");
    let (code, page) = read(upload(&browser, path, &[], "").await).await;
    assert!(code == 422 && page.contains("表里没有内容"), "{page}");
    let good = "邮箱,性别,单位\nd@example.com,女,新单位\n";
    let answer = upload(&browser, path, &["create_units"], good).await;
    let waiting = "/office/e/qixi/registrations/invitations";
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, waiting));
    let (_, page) = browser.get(waiting).await;
    assert!(page.contains("a@example.com") && page.contains("=SUM(1)") && page.contains("新单位"), "{page}");
    let (a, d) = (evening.account("a", Gender::Male).await, evening.account("d", Gender::Female).await);
    let mine = a.get("/api/v1/me/invitations").await.json["items"][0]["id"].as_str().unwrap().to_owned();
    let own_words = json!({ "real_name": "=SUM(2)" });
    assert_eq!(a.post(&format!("/api/v1/me/invitations/{mine}/accept"), own_words).await.status, 200);
    assert_eq!(d.accepts_all().await, 1);
    let plain = browser.send(path, &[("partial", "yes")]).await;
    assert_eq!(plain.status().as_u16(), 415);

    let blank = browser.request(Method::GET, "/office/e/qixi/registrations/template.csv").send().await.unwrap();
    assert!(header(&blank, "content-type").starts_with("text/csv"));
    assert!(blank.text().await.unwrap().starts_with("\u{FEFF}邮箱,性别,单位,姓名"));
    let export = "/office/e/qixi/registrations/export";
    assert_eq!(browser.get(export).await.0, 404, "reading writes nothing");
    let file = browser.send(export, &[]).await;
    assert_eq!(header(&file, "content-disposition"), "attachment; filename=\"qixi.csv\"");
    let file = file.bytes().await.unwrap();
    let text = String::from_utf8(file.to_vec()).unwrap();
    assert!(text.starts_with('\u{FEFF}') && text.contains(",'=SUM(2),a,电力局,") && text.contains("\r\n"), "{text}");
    let deed = deeds(&evening, "registrations_exported").await.remove(0);
    assert_eq!((deed.actor_id, &deed.detail), (Some(evening.organizer.account_id), &json!({ "rows": 2 })));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_union_looks_after_its_units(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let browser = Browser::of(&evening, &evening.organizer).await;
    let base = "/office/o/yanyuan/units";
    let added = browser.send(base, &[("name", EVIL), ("mail_domain", "Hospital.Example")]).await;
    assert_eq!((added.status().as_u16(), header(&added, "location")), (303, base));
    let (code, page) = browser.get(&format!("{base}?q=script")).await;
    assert!(code == 200 && page.contains(ESCAPED) && page.contains("hospital.example"), "{page}");
    assert!(!page.contains("<script>alert") && !page.contains("电力局"), "{page}");
    let (code, page) = read(browser.send(base, &[("name", "电力局"), ("mail_domain", "qq.com")]).await).await;
    assert!(code == 422 && wrong(&page, "mail_domain").is_some_and(|words| words.contains("公共邮箱")), "{page}");
    assert!(page.contains("value=\"qq.com\""), "{page}");
    let (code, page) = read(browser.send(base, &[("name", " 电力局 ")]).await).await;
    assert!(code == 409 && wrong(&page, "name").is_some(), "{page}");
    let table = "单位名称,邮箱域名\n铁路局,rail.example\n电力局,\n";
    let (code, page) = read(upload(&browser, &format!("{base}/import"), &[], table).await).await;
    assert!(code == 422 && page.contains("本工会已经有这个单位") && !page.contains("铁路局"), "{page}");
    let (code, page) = read(upload(&browser, &format!("{base}/import"), &["partial"], table).await).await;
    assert!(code == 200 && page.contains("已加入 1 个单位"), "{page}");

    let one = format!("{base}/{}", evening.units[0].id);
    assert_eq!(
        browser.send(&one, &[("name", "市一院"), ("mail_domain", "yiyuan.example")]).await.status().as_u16(),
        303
    );
    assert_eq!(browser.send(&one, &[("name", "市一院"), ("mail_domain", "")]).await.status().as_u16(), 303);
    let row = unit::Entity::find_by_id(evening.units[0].id).one(evening.app.database.reader()).await.unwrap().unwrap();
    assert_eq!((row.name.as_str(), row.mail_domain), ("市一院", None));
    let roster = "邮箱\na@example.com\nb@\n";
    let (code, page) = read(upload(&browser, &format!("{one}/roster"), &[], roster).await).await;
    assert!(code == 422 && page.contains("这不像一个邮箱地址"), "{page}");
    assert_eq!(upload(&browser, &format!("{one}/roster"), &["partial"], roster).await.status().as_u16(), 200);
    let whole = upload(&browser, &format!("{one}/roster"), &["replace"], "邮箱\nc@example.com\n").await;
    assert_eq!(whole.status().as_u16(), 303);
    assert_eq!(roster_entry::Entity::find().count(evening.app.database.reader()).await.unwrap(), 1);

    let stranger = Browser::of(&evening, &evening.stranger().await).await;
    for path in [base, one.as_str()] {
        assert_eq!(stranger.get(path).await.0, 404, "{path}");
        assert_eq!(stranger.send(path, &[("name", "我的了")]).await.status().as_u16(), 404, "{path}");
    }
    let administrator = Browser::of(&evening, &evening.administrator().await).await;
    assert_eq!(administrator.get(&one).await.0, 200);
    let unions = organization::Entity::find().filter(organization::Column::Slug.ne("yanyuan"));
    let other = unions.one(evening.app.database.reader()).await.unwrap().unwrap();
    for union in ["nothing", &other.slug] {
        // Not even to somebody who may see both is a unit there as another union's.
        let elsewhere = format!("/office/o/{union}/units/{}", evening.units[0].id);
        assert_eq!(administrator.get(&elsewhere).await.0, 404);
        let renamed = administrator.send(&elsewhere, &[("name", "别家的"), ("mail_domain", "")]).await;
        assert_eq!(renamed.status().as_u16(), 404);
        assert_eq!(
            upload(&administrator, &format!("{elsewhere}/roster"), &["replace"], "邮箱\nx@example.com\n")
                .await
                .status()
                .as_u16(),
            404
        );
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_unit_contact_confirms_and_sees_a_head_count_only(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let organizer = Browser::of(&evening, &evening.organizer).await;
    let applicant = evening.participant_as("women", Status::Applied).await;
    called(&evening, &applicant, "林深见鹿").await;
    let person = evening.account("contact", Gender::Female).await;
    let browser = Browser::of(&evening, &person).await;
    assert_eq!(browser.get("/unit").await.0, 403);
    let unit = &evening.units[0];
    let contacts = format!("/office/o/yanyuan/units/{}/contacts", unit.id);
    let (code, page) = read(organizer.send(&contacts, &[("email", "no address")]).await).await;
    assert!(code == 422 && wrong(&page, "email").is_some() && page.contains("value=\"no address\""), "{page}");
    assert_eq!(organizer.send(&contacts, &[("email", &person.email)]).await.status().as_u16(), 303);
    assert_eq!(browser.get("/unit").await.0, 403, "nobody is appointed who did not accept");
    assert_eq!(person.accepts_all().await, 1);
    let answer = browser.request(Method::GET, "/unit").send().await.unwrap();
    let mine = format!("/unit/{}", unit.id);
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, mine.as_str()));
    let emails = format!("{}\nother@example.com，third@example.com", applicant.email);
    assert_eq!(browser.send(&mine, &[("emails", &emails)]).await.status().as_u16(), 303);
    let (code, page) = browser.get(&mine).await;
    assert!(code == 200 && page.contains("<strong class=\"figure\">3</strong>"), "{page}");
    assert!(!page.contains(&applicant.email) && !page.contains("林深见鹿") && !page.contains("qixi"), "{page}");
    let (code, page) = read(browser.send(&mine, &[("emails", "good@example.com\n<script>")]).await).await;
    assert!(code == 422 && wrong(&page, "emails").is_some() && page.contains("&#60;script&#62;"), "{page}");
    assert_eq!(browser.send(&mine, &[("emails", " ")]).await.status().as_u16(), 422);
    for path in [format!("/unit/{}", evening.units[1].id), "/unit/x".to_owned()] {
        assert_eq!(browser.get(&path).await.0, 404, "{path}");
        assert_eq!(browser.send(&path, &[("emails", "a@example.com")]).await.status().as_u16(), 404, "{path}");
    }
    assert_eq!(browser.get(&format!("/office/o/yanyuan/units/{}", unit.id)).await.0, 403);
    assert_eq!(browser.get(&format!("/office/o/yanyuan/units/{}", evening.units[1].id)).await.0, 404);
    assert_eq!(browser.get("/office").await.0, 403);
    let contact = unit_contact::Entity::find().one(evening.app.database.reader()).await.unwrap().unwrap();
    assert_eq!(organizer.send(&format!("{contacts}/{}/leave", contact.id), &[]).await.status().as_u16(), 303);
    assert_eq!(browser.get(&mine).await.0, 404);
}
