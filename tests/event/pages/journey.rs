//! One person's own way through the pages: from a poster to a badge, and out again.

use queqiao::accounts::consent::{self, Sentence};
use queqiao::accounts::{account, profile, session};
use queqiao::events::crew::Role;
use queqiao::events::phase::Phase;
use queqiao::registrations::registration::{self, Status};
use reqwest::Method;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fixtures::browser::{Browser, header, read};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::{Evening, hours};
use crate::fixtures::person::{PASSWORD, Person};

const EVIL: &str = "<b>1</b>\"'&";

async fn enter_points(evening: &Evening, person: &Person, rule: &str) {
    let line = json!({ "registrations": [person.registration_id], "rule": rule, "reason": "现场核对" });
    let entered = evening.organizer.post("/api/v1/events/qixi/ledger/entries", line).await;
    assert!(entered.status < 300, "{}", entered.text());
}

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
    let asked: Vec<Sentence> = agreed.iter().map(|said| said.sentence).collect();
    assert_eq!(asked, [Sentence::OF_ACCOUNT, Sentence::OF_APPLICATION].concat());
    let given_with: Vec<Option<Uuid>> = agreed.iter().map(|said| said.registration_id).collect();
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
    for said in &agreed {
        assert!(data.contains(&said.words), "{}: {data}", said.words);
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
    let said = [("unit", "市第一医院"), ("born_on", "1996-08-02"), ("may_show", "yes"), ("may_check", "yes")];
    let (status, page) = read(browser.send("/e/qixi/register", &said).await).await;
    assert!(
        status == 422 && page.contains("id=\"grown_up-wrong\"") && page.contains("id=\"may_keep-wrong\""),
        "{page}"
    );
    let all = [said.as_slice(), &[("grown_up", "yes"), ("may_keep", "yes")]].concat();
    assert_eq!(browser.send("/e/qixi/register", &all).await.status().as_u16(), 303);
    let agreed = consent::of_person(evening.app.database.reader(), her.account_id).await.unwrap();
    assert_eq!(agreed.len(), 4);
    let (_, data) = browser.get("/me/data").await;
    assert!(agreed.iter().all(|said| data.contains(&said.words)), "{data}");
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

    evening.enter(Phase::Online).await;
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
    evening.enter(Phase::OnSite).await;
    let late = Browser::of(&evening, &her).await;
    assert!(!late.get("/e/qixi/me").await.1.contains("action=\"/e/qixi/withdraw\""));
    assert_eq!(late.send("/e/qixi/withdraw", &[]).await.status().as_u16(), 409);
    assert_eq!(evening.status(&her).await, Status::Approved);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn points_are_explained_line_by_line(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let women = evening.participants("women", 4, Status::Approved).await;
    let browser = Browser::of(&evening, &women[0]).await;
    let (_, page) = browser.get("/e/qixi/points").await;
    assert!(page.contains("还没有积分"), "{page}");
    enter_points(&evening, &women[0], "profile").await;
    for woman in &women[1..3] {
        enter_points(&evening, woman, "profile").await;
        enter_points(&evening, woman, "game").await;
    }
    let (_, page) = browser.get("/e/qixi/points").await;
    for said in ["完善资料", "+20", "主办方登记", "20 / 20", "已经拿满", "今天还能得 4 分，一共还能得 20 分"]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    // Two seats a side: the second has 22, and she has 20.
    let (_, page) = browser.get("/e/qixi/me").await;
    for said in ["第 3 名，共 4 人", "离入选线还差 2 分", "入选线 22", "class=\"bar", "今天还能得"]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    let (_, page) = browser.get("/e/qixi/leaderboard").await;
    for said in ["class=\"me\"", "入选线</span>", "第 2 名是 22 分", "guest-"] {
        assert!(page.contains(said), "{said}: {page}");
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
    evening.enter(Phase::Screening).await;
    assert_eq!(evening.organizer.post("/api/v1/events/qixi/ledger/freeze", json!({})).await.status, 200);
    let run = evening.organizer.post("/api/v1/events/qixi/screening/runs", json!({})).await;
    assert_eq!(run.status, 201, "{}", run.text());
    evening.enter(Phase::Confirmation).await;

    let (_, page) = third.get("/e/qixi/why").await;
    for said in ["候补第 1 位", "女方 2 席已满", "总排名再前进", "怎样复算", "A0003"] {
        assert!(page.contains(said), "{said}: {page}");
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
    assert!(browser.get("/e/qixi/badge").await.1.contains("还没有号码牌"));
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
    evening.enter(Phase::Closed).await;
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
    evening.enter(Phase::Closed).await;
    for page in ["/me", "/e/qixi/me", "/e/qixi", "/e/qixi/why"] {
        let (status, text) = her.get(page).await;
        assert!(status == 200 && text.contains("这次没有轮到你"), "{page}: {text}");
        assert!(!text.contains("候补名单") && !text.contains("候补第"), "{page} still lets her wait: {text}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_profile_keeps_what_was_typed_and_shows_it_as_text(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    let browser = Browser::of(&evening, &her).await;
    let form = [
        ("nickname", EVIL),
        ("gender", "female"),
        ("born_on", "1996-08-02"),
        ("education", "本科"),
        ("district", EVIL),
        ("interests", "徒步、读书，做饭 <i>"),
        ("about", "第一行\r\n第二行"),
        ("wechat", EVIL),
        ("phone", "138 0000 0000"),
        ("real_name", ""),
    ];
    let answer = browser.send("/me/profile", &form).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, "/me/profile"));
    let me = her.get("/api/v1/me").await.json;
    assert_eq!(me["interests"], json!(["徒步", "读书", "做饭", "<i>"]));
    assert_eq!((&me["about"], &me["real_name"]), (&json!("第一行\n第二行"), &Value::Null));
    for path in ["/me/profile", "/me", "/e/qixi/leaderboard"] {
        let (_, page) = browser.get(path).await;
        assert!(page.contains("&#60;b&#62;1") && !page.contains("<b>1</b>"), "{path}: {page}");
    }
    let mut wrong = form;
    wrong[0].1 = " ";
    wrong[2].1 = "19九六";
    wrong[8].1 = "call me";
    let (status, page) = read(browser.send("/me/profile", &wrong).await).await;
    assert_eq!(status, 422);
    assert!(page.contains("value=\"19九六\"") && page.contains("id=\"born_on-wrong\""), "{page}");
    wrong[2].1 = "1996-08-02";
    wrong[5].1 = "一个远远超过二十个字的兴趣一个远远超过二十个字的兴趣";
    let (_, page) = read(browser.send("/me/profile", &wrong).await).await;
    for field in ["nickname", "phone", "interests"] {
        assert!(page.contains(&format!("id=\"{field}-wrong\"")), "{field}: {page}");
    }
    // An emptied field is emptied.
    let mut emptied = form;
    (emptied[2].1, emptied[7].1) = ("", "");
    assert_eq!(browser.send("/me/profile", &emptied).await.status().as_u16(), 303);
    let me = her.get("/api/v1/me").await.json;
    assert_eq!((&me["born_on"], &me["birth_year"], &me["wechat"]), (&Value::Null, &Value::Null, &Value::Null));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn my_data_are_mine_to_take_and_to_erase(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    let [browser, elsewhere] = [Browser::of(&evening, &her).await, Browser::of(&evening, &her).await];
    let (_, page) = browser.get("/me/data").await;
    for said in ["action=\"/me/data/export\"", "情定七夕", "href=\"/e/qixi/me\"", "guest-"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    evening.with_password(&her, PASSWORD).await;
    let zip = browser.send("/me/data/export", &[("export_password", PASSWORD)]).await;
    assert_eq!(header(&zip, "content-type"), "application/zip");
    let wrong = [("current_password", "not it"), ("password", "magpies-over-the-river-9")];
    let (status_code, page) = read(browser.send("/me/data/password", &wrong).await).await;
    assert!(status_code == 422 && page.contains("id=\"current_password-wrong\""), "{page}");
    let (_, page) =
        read(browser.send("/me/data/password", &[("current_password", "x"), ("password", "1")]).await).await;
    assert!(page.contains("id=\"password-wrong\"") && page.contains("至少 8 个字"), "{page}");

    assert_eq!(browser.send("/me/data/elsewhere", &[]).await.status().as_u16(), 303);
    assert_eq!(browser.get("/me/data").await.0, 200);
    assert_eq!(elsewhere.get("/me/data").await.0, 303, "signed out there");
    assert_eq!(session::Entity::find().count(evening.app.database.reader()).await.unwrap(), 1);

    let (status_code, page) = read(browser.send("/me/data/erase", &[("erase_password", PASSWORD)]).await).await;
    assert!(status_code == 422 && page.contains("id=\"sure-wrong\""), "asks once: {page}");
    let answer = browser.send("/me/data/erase", &[("sure", "yes"), ("erase_password", PASSWORD)]).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, "/"));
    let gone = account::Entity::find_by_id(her.account_id).one(evening.app.database.reader()).await.unwrap().unwrap();
    assert!(gone.erased_at.is_some() && gone.email.is_none());
    assert_eq!(evening.status(&her).await, Status::Withdrawn);
    assert_eq!(browser.get("/me/data").await.0, 303);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_other_site_acts_for_a_participant(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    let browser = Browser::of(&evening, &her).await;
    for path in [
        "/register",
        "/e/qixi/register",
        "/e/qixi/withdraw",
        "/e/qixi/reply",
        "/me/profile",
        "/me/data/password",
        "/me/data/elsewhere",
        "/me/data/export",
        "/me/data/erase",
        "/me/second-factor",
        "/me/second-factor/end",
    ] {
        let forged = browser.request(Method::POST, path).header("Origin", "https://evil.example");
        let (status, page) = read(forged.form(&[("sure", "yes"), ("reply", "decline")]).send().await.unwrap()).await;
        assert!(status == 403 && page.contains("不是从本站页面发出的"), "{path} {status}: {page}");
    }
    assert_eq!(evening.status(&her).await, Status::Approved);
    assert_eq!(browser.get("/me").await.0, 200);
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
