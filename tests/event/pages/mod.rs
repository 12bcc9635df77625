//! What people see in a browser.

mod desk;
mod desk_offline;
mod evening;
mod house;
mod office;
mod plaza;
mod studio;
mod volunteer;
mod journey;
mod unsent;
mod waiting;

use queqiao::accounts::profile::Gender;
use queqiao::audit::entry;
use queqiao::events::phase::Phase;
use queqiao::language::Language;
use queqiao::mail::attachment::Attachment;
use queqiao::mail::letter::{self, State};
use queqiao::mail::opening;
use queqiao::mail::postman::Postman;
use queqiao::mail::recipient::Recipient;
use reqwest::Method;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait};
use serde_json::json;

use crate::fixtures::browser::read;
use crate::fixtures::browser::{Browser, header};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::letter::Letter;
use crate::fixtures::person::PASSWORD;

async fn post_letter(evening: &Evening) -> Letter {
    post_letter_of(evening, "badge").await
}

async fn post_letter_of(evening: &Evening, kind: &'static str) -> Letter {
    let draft = letter::Letter {
        kind,
        to: Recipient::without_account("li@example.com".to_owned(), Language::Zh),
        event_id: Some(evening.event.id),
        text: "爱的号码牌\n\n你的号码是女008。".to_owned(),
        action: None,
        attachments: vec![Attachment::file("badge.png", "image/png", b"png").shown_as("badge")],
        dedupe: None,
        not_before: None,
    };
    let txn = evening.app.database.begin_write().await.unwrap();
    letter::post(&txn, &evening.app, draft).await.unwrap();
    txn.commit().await.unwrap();
    evening.letters().await.pop().unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_event_is_told_on_its_poster_in_two_languages(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let plan = json!({
        "approval": { "by_roster": true },
        "points": { "sign_in": { "per_day": [4], "cap": 20 } },
        "screening": { "unit_side": { "max": 3 } },
        "dates": { "rounds": 8, "minutes": 8 },
        "picks": { "limit": 3 },
        "programme": [{ "kind": "bridge", "title": "走上鹊桥", "title_en": "Across the bridge", "minutes": 20 }],
    });
    evening.change(|row| row.settings = Set(plan)).await;
    let browser = Browser::open(&evening);
    let (status, front) = browser.get("/").await;
    assert_eq!(status, 200);
    assert!(front.contains("情定七夕") && front.contains("href=\"/e/qixi\""), "{front}");
    let (status, page) = browser.get("/e/qixi").await;
    assert_eq!(status, 200);
    for text in
        ["情定七夕", "工人文化宫", "线上互动还剩 23 小时", "走上鹊桥", "8 轮，每轮 8 分钟", "为最多 3 位", "主办"]
    {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert!(page.contains("class=\"here\" aria-current=\"step\""), "{page}");
    let english = browser.request(Method::GET, "/e/qixi").header("Accept-Language", "en-GB,en;q=0.9");
    let (_, english) = read(english.send().await.unwrap()).await;
    for text in ["Qixi Night", "23 hours left online", "Across the bridge", "8 rounds of 8 minutes"] {
        assert!(english.contains(text), "{text}: {english}");
    }
    assert!(!english.contains("阶段"), "{english}");
    let chosen = browser.request(Method::GET, "/language/en?to=%2Fe%2Fqixi").send().await.unwrap();
    assert_eq!((chosen.status().as_u16(), header(&chosen, "location")), (303, "/e/qixi"));
    assert!(header(&chosen, "set-cookie").starts_with("language=en;"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_an_organizer_writes_is_shown_and_not_run(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let evil = "<script>alert(1)</script>\"'&";
    evening
        .change(|row| {
            row.title = Set(evil.to_owned());
            row.summary = Set(evil.to_owned());
            row.venue = Set(evil.to_owned());
        })
        .await;
    for path in ["/", "/e/qixi"] {
        let (status, page) = Browser::open(&evening).get(path).await;
        assert_eq!(status, 200);
        assert!(page.contains("&#60;script&#62;alert(1)"), "{page}");
        assert!(!page.contains("<script>"), "{page}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_page_asks_anybody_else(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let letter = post_letter(&evening).await;
    let browser = Browser::of(&evening, &evening.administrator().await).await;
    let one = format!("/admin/outbox/{}", letter.id);
    for path in ["/", "/e/qixi", "/forgot", "/verify?token=x", "/admin/outbox", &one, "/nothing", "/api/docs/"] {
        let answer = browser.request(Method::GET, path).send().await.unwrap();
        let policy = header(&answer, "content-security-policy").to_owned();
        assert!(policy.contains("default-src 'none'") && !policy.contains("http"), "{path}: {policy}");
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header(&answer, "referrer-policy"), "same-origin", "{path}");
        let (_, page) = read(answer).await;
        assert!(page.len() < 60_000, "{path}: {}", page.len());
        for reference in ["src=\"", "href=\"", "action=\"", "url("] {
            for address in page.split(reference).skip(1) {
                let elsewhere = ["http:", "https:", "//"].iter().any(|start| address.starts_with(start));
                assert!(!elsewhere, "{path}: {reference}{}", &address[..60]);
            }
        }
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_file_is_kept_for_ever_under_its_own_version_only(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let browser = Browser::open(&evening);
    let (_, page) = browser.get("/").await;
    let address = page.split("rel=\"stylesheet\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let style = browser.request(Method::GET, address).send().await.unwrap();
    assert_eq!(style.status().as_u16(), 200);
    assert!(header(&style, "cache-control").contains("immutable"));
    assert!(header(&style, "content-type").starts_with("text/css"));
    let other = browser.request(Method::GET, "/assets/style.css?v=000000000000").send().await.unwrap();
    assert_eq!(header(&other, "cache-control"), "no-cache");
    assert_eq!(browser.get("/assets/nothing.css").await.0, 404);
    assert_eq!(browser.get("/assets/..%2FCargo.toml").await.0, 404);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_draft_is_shown_to_its_union_only(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    evening.change(|row| row.published_at = Set(None)).await;
    let visitor = Browser::open(&evening);
    let (status, page) = visitor.get("/e/qixi").await;
    assert_eq!(status, 404);
    assert!(page.contains("<html") && page.contains("这里没有可以看的内容"), "{page}");
    assert!(!visitor.get("/").await.1.contains("情定七夕"));
    assert_eq!(visitor.get("/e/qixi/qr.svg").await.0, 404);
    let stranger = Browser::of(&evening, &evening.stranger().await).await;
    assert_eq!(stranger.get("/e/qixi").await.0, 404);
    let organizer = Browser::of(&evening, &evening.organizer).await;
    let (status, page) = organizer.get("/e/qixi").await;
    assert_eq!(status, 200);
    assert!(page.contains("未公布"), "{page}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn somebody_signs_up_and_in_by_forms(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let (email, password) = ("xiaoyun@example.com", "magpies-over-the-river-9");
    let wish = json!({ "email": email, "nickname": "小云", "gender": "female",
        "consents": ["grown_up"] });
    assert_eq!(evening.visitor().post("/api/v1/auth/register", wish).await.status, 202);
    let letter = evening.letters().await.pop().unwrap();
    let token = letter.plain.split("token=").nth(1).unwrap().trim().to_owned();
    let mut browser = Browser::open(&evening);
    let (status, page) = browser.get(&format!("/verify?token={token}")).await;
    assert!(status == 200 && page.contains(&format!("value=\"{token}\"")), "{page}");
    assert!(
        page.contains("小云") && page.contains("我已满 18 周岁") && page.contains(&format!("value=\"{email}\"")),
        "{page}"
    );
    let (status, page) = read(browser.send("/verify", &[("token", &token), ("password", "woaini1314")]).await).await;
    assert!(status == 422 && page.contains("太好猜了") && page.contains(&format!("value=\"{token}\"")), "{page}");
    let begun = browser.send("/verify", &[("token", &token), ("password", password), ("to", "/e/qixi/register")]).await;
    assert_eq!((begun.status().as_u16(), header(&begun, "location")), (303, "/e/qixi/register"));
    browser.keep(&begun);
    assert!(browser.get("/").await.1.contains("action=\"/sign-out\""), "signed in there and then");
    browser.cookie = None;
    // The link has done what it was for, and says so.
    let (status, page) = browser.get(&format!("/verify?token={token}&to=%2Fe%2Fqixi")).await;
    assert!(
        status == 200 && page.contains("已经确认过了") && page.contains("href=\"/sign-in?to=%2Fe%2Fqixi\""),
        "{page}"
    );
    let (status, page) = read(browser.send("/verify", &[("token", &token), ("password", password)]).await).await;
    assert!(status == 422 && page.contains("已经确认过了") && !page.contains("<form class=\"stack\""), "{page}");

    let (status, page) = read(browser.send("/sign-in", &[("email", email), ("password", "wrong")]).await).await;
    assert!(status == 403 && page.contains("邮箱或密码不对"), "{page}");
    assert!(page.contains(email) && !page.contains("value=\"wrong\""), "{page}");
    let form = [("email", email), ("password", password), ("to", "//evil.example")];
    let answer = browser.send("/sign-in", &form).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, "/start"));
    let cookie = header(&answer, "set-cookie").to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    browser.cookie = Some(cookie.split(';').next().unwrap().to_owned());
    assert!(browser.get("/").await.1.contains("action=\"/sign-out\""));
    assert_eq!(browser.send("/sign-out", &[]).await.status().as_u16(), 303);
    assert!(!browser.get("/").await.1.contains("action=\"/sign-out\""), "the session is gone, not only the cookie");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_pages_that_lead_inside_never_lead_back_to_themselves(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let visitor = Browser::open(&evening);
    for path in ["/sign-in", "/register", "/forgot"] {
        for (wanted, back) in [("%2Fe%2Fqixi", "%2Fe%2Fqixi"), ("%2F%2Fevil.example", "%2F")] {
            let (status, page) = visitor.get(&format!("{path}?to={wanted}")).await;
            assert_eq!(status, 200, "{path}");
            assert!(page.contains(&format!("href=\"/sign-in?to={back}\"")), "{path}: {page}");
            assert!(!page.contains("/sign-in?to=%2Fsign%2Din"), "{path}: {page}");
        }
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn another_site_cannot_use_our_forms(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let browser = Browser::of(&evening, &evening.organizer).await;
    for path in ["/sign-in", "/sign-out", "/verify", "/forgot", "/reset", "/admin/outbox/x/retry"] {
        let request = browser.request(Method::POST, path).form(&[("email", "a@example.com"), ("password", "x")]);
        for forged in [
            request.try_clone().unwrap(),
            request.try_clone().unwrap().header("Sec-Fetch-Site", "cross-site"),
            request.try_clone().unwrap().header("Origin", "https://evil.example"),
        ] {
            let (status, page) = read(forged.send().await.unwrap()).await;
            assert!(status == 403 && page.contains("不是从本站页面发出的"), "{path} {status}: {page}");
        }
    }
    assert!(browser.get("/").await.1.contains("action=\"/sign-out\""), "nobody was signed out");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_outbox_is_for_administrators(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let letter = post_letter(&evening).await;
    let paths = ["/admin/outbox".to_owned(), format!("/admin/outbox/{}", letter.id)];
    let open = format!("{}/open", paths[1]);
    let visitor = Browser::open(&evening);
    let answer = visitor.request(Method::GET, &paths[0]).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, "/sign-in?to=%2Fadmin%2Foutbox"));
    let organizer = Browser::of(&evening, &evening.organizer).await;
    let again = json!({ "password": PASSWORD });
    evening.with_password(&evening.organizer, PASSWORD).await;
    for path in &paths {
        let (status, page) = organizer.get(path).await;
        assert!(status == 403 && !page.contains("li@example.com"), "{page}");
        assert_eq!(evening.organizer.get(&format!("/api/v1{path}")).await.status, 403);
        assert_eq!(evening.visitor().get(&format!("/api/v1{path}")).await.status, 401);
    }
    assert_eq!(organizer.send(&open, &[("password", PASSWORD)]).await.status().as_u16(), 403);
    assert_eq!(evening.organizer.post(&format!("/api/v1{open}"), again.clone()).await.status, 403);
    assert_eq!(evening.organizer.post(&format!("/api/v1{}/retry", paths[1]), json!({})).await.status, 403);
    let keeper = evening.administrator().await;
    let administrator = Browser::of(&evening, &keeper).await;
    for path in &paths {
        let (status, page) = administrator.get(path).await;
        assert!(status == 200 && page.contains("li@example.com") && page.contains("号码牌"), "{page}");
        assert!(!page.contains("爱的号码牌") && !page.contains("女008"), "what it says is not shown: {page}");
        let body = keeper.get(&format!("/api/v1{path}")).await.text();
        assert!(body.contains("li@example.com") && !body.contains("女008") && !body.contains("爱的号码牌"), "{body}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_kept_letter_opens_with_the_password_on_record_and_its_addressee_reads_of_it(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let letter = post_letter(&evening).await;
    let open = format!("/admin/outbox/{}/open", letter.id);
    let keeper = evening.administrator().await;
    evening.with_password(&keeper, PASSWORD).await;
    let wrong = keeper.post(&format!("/api/v1{open}"), json!({ "password": "not the one" })).await;
    assert_eq!((wrong.status, wrong.code()), (401, "wrong_credentials"));
    let browser = Browser::of(&evening, &keeper).await;
    let (status, page) = read(browser.send(&open, &[("password", "not the one")]).await).await;
    assert!(status == 422 && page.contains("这不是现在的密码") && !page.contains("女008"), "{status} {page}");
    let db = evening.app.database.reader();
    assert!(entry::Entity::find().all(db).await.unwrap().iter().all(|deed| deed.action != "letter_opened"));

    let answer = browser.send(&open, &[("password", PASSWORD)]).await;
    assert!(header(&answer, "content-security-policy").contains("script-src 'self'; style-src 'self' 'unsafe-inline'"));
    let (status, page) = read(answer).await;
    assert!(status == 200 && page.contains("你的号码是女008") && page.contains("badge.png"), "{page}");
    assert!(page.contains("data:image/png;base64,") && page.contains("sandbox=\"allow-popups"), "{page}");
    let opened = keeper.post(&format!("/api/v1{open}"), json!({ "password": PASSWORD })).await;
    assert_eq!((opened.status, &opened.json["subject"]), (200, &json!("爱的号码牌")), "{}", opened.text());
    let deeds = entry::Entity::find().all(db).await.unwrap();
    let deeds: Vec<_> = deeds.iter().filter(|deed| deed.action == "letter_opened").collect();
    assert_eq!(deeds.len(), 2);
    assert_eq!((deeds[0].actor_id, deeds[0].subject_id), (Some(keeper.account_id), Some(letter.id)));

    let li = evening.account("li", Gender::Male).await;
    let (_, page) = Browser::of(&evening, &li).await.get("/me/data").await;
    assert_eq!(page.matches("号码牌 <span").count(), 2, "the addressee reads of it: {page}");
    let other = evening.account("wang", Gender::Male).await;
    assert!(!Browser::of(&evening, &other).await.get("/me/data").await.1.contains("号码牌 <span"));
    assert_eq!(evening.leaves(&li).await.status, 204);
    assert_eq!(opening::Entity::find().all(db).await.unwrap(), []);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn guessing_the_password_at_a_letter_is_slowed_as_signing_in_is(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let letter = post_letter(&evening).await;
    let keeper = evening.administrator().await;
    evening.with_password(&keeper, PASSWORD).await;
    let open = format!("/api/v1/admin/outbox/{}/open", letter.id);
    for _ in 0..evening.app.settings.security.sign_in_failures {
        assert_eq!(keeper.post(&open, json!({ "password": "a guess" })).await.code(), "wrong_credentials");
    }
    let refused = keeper.post(&open, json!({ "password": PASSWORD })).await;
    assert_eq!((refused.status, refused.code()), (429, "too_many_requests"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn letters_that_tell_how_somebody_fared_open_for_nobody(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let keeper = evening.administrator().await;
    evening.with_password(&keeper, PASSWORD).await;
    let mut letters = Vec::new();
    for kind in ["screened", "round_over", "contact_opened", "case_due"] {
        letters.push((kind, post_letter_of(&evening, kind).await));
    }
    let again = json!({ "password": PASSWORD });
    for (kind, letter) in &letters {
        let refused = keeper.post(&format!("/api/v1/admin/outbox/{}/open", letter.id), again.clone()).await;
        let secret = ["contact_opened", "case_due"].contains(kind);
        assert_eq!(refused.status, if secret { 404 } else { 409 }, "{kind}: {}", refused.text());
    }
    let listed = async |query: &str| {
        let listed = keeper.get(&format!("/api/v1/admin/outbox{query}")).await;
        assert_eq!(listed.status, 200, "{}", listed.text());
        listed.json["items"].as_array().unwrap().clone()
    };
    let kinds: Vec<_> = listed("").await.iter().map(|row| row["kind"].clone()).collect();
    assert_eq!(kinds, [json!("round_over"), json!("screened")], "nobody counts who found whom");
    assert_eq!(listed("?kind=contact_opened").await, Vec::<serde_json::Value>::new());
    let browser = Browser::of(&evening, &keeper).await;
    assert_eq!(browser.get("/admin/outbox").await.1.matches("href=\"/admin/outbox/").count(), 2);

    // What cannot be delivered needs a look, but not at whom it is about.
    let txn = evening.app.database.begin_write().await.unwrap();
    let failed = letter::ActiveModel { id: Set(letters[2].1.id), state: Set(State::Failed), ..Default::default() };
    failed.update(&txn).await.unwrap();
    txn.commit().await.unwrap();
    let failed = listed("?state=failed").await.remove(0);
    for field in ["kind", "event_id", "recipient", "last_error"] {
        assert_eq!(failed[field], json!(null), "{field}");
    }
    assert_eq!(listed("?kind=contact_opened").await, Vec::<serde_json::Value>::new());
    let (status, page) = browser.get(&format!("/admin/outbox/{}", letters[2].1.id)).await;
    assert!(status == 200 && page.contains("私人信件") && !page.contains("li@example.com"), "{page}");
    let refused = keeper.post(&format!("/api/v1/admin/outbox/{}/open", letters[2].1.id), again).await;
    assert_eq!((refused.status, refused.code()), (409, "letter_closed"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn letters_that_go_out_by_mail_are_not_read_here(#[values(Sqlite, Postgres)] engine: Engine) {
    let begun = Evening::begin_with(engine, Phase::Registration, |settings| {
        settings.mail.delivery = queqiao::settings::Delivery::Smtp;
        settings.mail.url = "smtp://127.0.0.1:9".to_owned().into();
    });
    let Some(evening) = begun.await else { return };
    let letter = post_letter(&evening).await;
    let administrator = evening.administrator().await;
    evening.with_password(&administrator, PASSWORD).await;
    let path = format!("/admin/outbox/{}", letter.id);
    assert_eq!(administrator.get(&format!("/api/v1{path}")).await.json["opens"], json!(false));
    let refused = administrator.post(&format!("/api/v1{path}/open"), json!({ "password": PASSWORD })).await;
    assert_eq!((refused.status, refused.code()), (409, "letter_closed"));
    let browser = Browser::of(&evening, &administrator).await;
    let (_, page) = browser.get(&path).await;
    assert!(!page.contains("女008") && !page.contains("type=\"password\""), "{page}");
    let (status, page) = read(browser.send(&format!("{path}/open"), &[("password", PASSWORD)]).await).await;
    assert!(status == 409 && !page.contains("女008"), "{status} {page}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_letter_given_up_goes_again_when_an_administrator_says_so(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let letter = post_letter(&evening).await;
    let administrator = evening.administrator().await;
    let again = format!("/api/v1/admin/outbox/{}/retry", letter.id);
    let early = administrator.post(&again, json!({})).await;
    assert_eq!((early.status, early.code()), (409, "letter_not_failed"));
    let txn = evening.app.database.begin_write().await.unwrap();
    let failed = letter::ActiveModel { id: Set(letter.id), state: Set(State::Failed), ..Default::default() };
    failed.update(&txn).await.unwrap();
    txn.commit().await.unwrap();
    let listed = administrator.get("/api/v1/admin/outbox?state=failed&limit=1").await;
    assert_eq!(listed.json["items"][0]["id"], json!(letter.id));
    let answer = administrator.post(&again, json!({})).await;
    assert_eq!((answer.status, &answer.json["state"]), (200, &json!("waiting")));
    assert_eq!(Postman::new(&evening.app).unwrap().step().await.unwrap().sent, 1);
    assert_eq!(administrator.get("/api/v1/admin/outbox?state=failed").await.json["items"], json!([]));
    let deeds = entry::Entity::find().all(evening.app.database.reader()).await.unwrap();
    let deed = deeds.iter().find(|deed| deed.action == "letter_posted_again").unwrap();
    assert_eq!((deed.actor_id, deed.subject_id), (Some(administrator.account_id), Some(letter.id)));
    let nothing = format!("/api/v1/admin/outbox/{}/retry", evening.app.new_id());
    assert_eq!(administrator.post(&nothing, json!({})).await.status, 404);
    assert_eq!(administrator.post("/api/v1/admin/outbox/x/retry", json!({})).await.status, 404);
    assert_eq!(administrator.get("/api/v1/admin/outbox?state=lost").await.status, 422);
    assert_eq!(administrator.get("/api/v1/admin/outbox?to=li@example.com").await.status, 422);
}
