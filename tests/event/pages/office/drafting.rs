//! An event is drawn up, amended and published.

use queqiao::events::phase::Phase;
use queqiao::planning::plan::Plan;
use queqiao::programme;
use rstest::rstest;
use sea_orm::{EntityTrait, PaginatorTrait};

use super::{ESCAPED, EVIL, Fields, event, filled, send, with, wrong};
use crate::fixtures::browser::{Browser, header, read};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;

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
    assert_eq!((drawn.seats, programme::terms::of(&drawn).unwrap().len()), (120, 5));
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
    for (name, typed, field, text) in [
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
        let mark = wrong(&page, field);
        assert!(status == 422 && mark.is_some_and(|mark| mark.contains(text)), "{name}={typed}: {mark:?} {status}");
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
    assert_eq!(programme::terms::of(&drawn).unwrap().len(), 4);
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
    for text in ["地点待定", "10月24日 周六 14:00–18:00", "破冰", "8 轮，每轮 8 分钟", "燕缘际会工会"]
    {
        assert!(page.contains(text), "{text}: {page}");
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
    let points = Plan::of(&event(&evening, "qixi").await.unwrap()).unwrap().points.unwrap();
    assert_eq!((points.len(), points["post"].per_day.clone()), (2, vec![4, 2]));
    let (_, page) = browser.get(path).await;
    assert!(page.contains("每个人最多 50 分"), "{page}");
    let rising = [("points.post.per_day", "2 4"), ("points.post.cap", "30")];
    let (status, page) = read(send(&browser, path, &with(&fields, &rising)).await).await;
    assert!(status == 422 && page.contains("一次比一次不多") && page.contains("value=\"2 4\""), "{page}");
    evening.move_to(Phase::Online).await;
    let (_, page) = browser.get(path).await;
    assert!(page.contains("“报名”结束以后不能再改") && !page.contains("name=\"points.post.cap\""), "{page}");
    assert_eq!(send(&browser, path, &with(&fields, &paying)).await.status().as_u16(), 409);
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
