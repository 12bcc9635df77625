//! What proves who somebody is, and for how long: fresh proofs, sessions nobody uses, passwords that
//! have leaked, sign-ins on record, and what a browser forgets.

use chrono::Duration;
use data_encoding::HEXUPPER;
use queqiao::accounts::profile::Gender;
use queqiao::audit::entry;
use queqiao::events::crew;
use queqiao::events::phase::Phase;
use queqiao::server::jobs;
use queqiao::settings::Settings;
use reqwest::Method;
use rstest::rstest;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;
use sha1::{Digest, Sha1};

use crate::fixtures::browser::{Browser, read};
use crate::fixtures::evening::Engine::{Postgres, Sqlite};
use crate::fixtures::evening::{Engine, Evening, hours};
use crate::fixtures::person::{PASSWORD, refused};

const LOGIN: &str = "/api/v1/auth/login";

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_session_left_open_neither_takes_data_home_nor_erases(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let person = evening.account("li", Gender::Female).await;
    evening.with_password(&person, PASSWORD).await;
    let guess = json!({ "password": "a guess" });
    assert_eq!(person.get("/api/v1/me/export").await.status, 405);
    refused(&person.post("/api/v1/me/export", json!({})).await, 422, "invalid");
    refused(&person.post("/api/v1/me/export", guess.clone()).await, 401, "wrong_credentials");
    refused(&person.delete_with("/api/v1/me", guess).await, 401, "wrong_credentials");
    let browser = Browser::of(&evening, &person).await;
    for (path, field) in [("/me/data/export", "export_password"), ("/me/data/erase", "erase_password")] {
        let (status, page) = read(browser.send(path, &[(field, "a guess"), ("sure", "yes")]).await).await;
        assert!(status == 422 && page.contains("这不是现在的密码"), "{path}: {page}");
    }
    let taken = browser.send("/me/data/export", &[("export_password", PASSWORD)]).await;
    assert_eq!(taken.headers()["content-type"], "application/zip");

    let (secret, _) = evening.with_factor(&person).await;
    let browser = Browser::of(&evening, &person).await;
    refused(&person.post("/api/v1/me/export", json!({ "password": PASSWORD })).await, 401, "second_factor_needed");
    let (_, page) = read(browser.send("/me/data/erase", &[("erase_password", PASSWORD), ("sure", "yes")]).await).await;
    assert!(page.contains("请输入验证码") && page.contains("name=\"erase_code\""), "{page}");
    let code = evening.next_code(&secret);
    let form = [("erase_password", PASSWORD), ("erase_code", code.as_str()), ("sure", "yes")];
    let erased = browser.send("/me/data/erase", &form).await;
    assert_eq!(erased.status().as_u16(), 303);
    assert_eq!(erased.headers()["clear-site-data"], "\"cache\", \"storage\"");
    refused(&person.get("/api/v1/me").await, 401, "not_signed_in");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_session_nobody_uses_ends(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let person = evening.account("li", Gender::Female).await;
    evening.with_password(&person, PASSWORD).await;
    let used = Browser::of(&evening, &person).await;
    let unused = Browser::of(&evening, &person).await;
    let credentials = json!({ "email": person.email, "password": PASSWORD });
    let mut tokens = evening.visitor().post(LOGIN, credentials.clone()).await.json;
    let resting = evening.visitor().post(LOGIN, credentials).await.json;
    let refresh = async |token: &serde_json::Value| {
        evening.visitor().post("/api/v1/auth/refresh", json!({ "refresh_token": token })).await
    };
    for _ in 0..4 {
        evening.clock.advance(hours(60));
        assert_eq!(used.get("/me/profile").await.0, 200);
        jobs::once(&evening.app).await;
        tokens = refresh(&tokens["refresh_token"]).await.json;
    }
    assert_eq!(used.get("/me/profile").await.0, 200);
    assert_eq!(unused.get("/me/profile").await.0, 303);
    refused(&refresh(&resting["refresh_token"]).await, 401, "refresh_token_invalid");
    assert_eq!(refresh(&tokens["refresh_token"]).await.status, 200);

    let keeper = evening.administrator().await;
    let (office, night) = (Browser::of(&evening, &keeper).await, Browser::of(&evening, &keeper).await);
    evening.clock.advance(hours(7));
    assert_eq!(office.get("/admin").await.0, 200);
    jobs::once(&evening.app).await;
    evening.clock.advance(hours(7));
    assert_eq!(office.get("/admin").await.0, 200);
    assert_eq!(night.get("/admin").await.0, 303);

    // A clock somebody set wrong ends nothing: the house goes by the time that has passed.
    evening.clock.jump(hours(240));
    assert_eq!((used.get("/me/profile").await.0, office.get("/admin").await.0), (200, 200));
    // At the start it knows no other time than the machine's; until that is confirmed, nothing ends.
    let unused = Browser::of(&evening, &keeper).await;
    evening.clock.jump(hours(-240));
    evening.clock.doubt_the_start();
    evening.clock.jump(hours(20));
    assert_eq!((used.get("/me/profile").await.0, office.get("/admin").await.0), (200, 200));
    evening.clock.confirm();
    assert_eq!((unused.get("/admin").await.0, office.get("/admin").await.0), (303, 200));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn reading_does_not_become_writing(#[values(Sqlite, Postgres)] engine: Engine) {
    use queqiao::accounts::session;
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let person = evening.account("li", Gender::Female).await;
    let browser = Browser::of(&evening, &person).await;
    let seen = async || session::Entity::find().one(evening.app.database.reader()).await.unwrap().unwrap().seen_at;
    assert_eq!(browser.get("/me/profile").await.0, 200);
    jobs::once(&evening.app).await;
    assert_eq!(seen().await, None, "it was opened a moment ago");
    evening.clock.advance(Duration::minutes(6));
    let somebody = evening.app.database.begin_write().await.unwrap();
    assert_eq!(browser.get("/me/profile").await.0, 200, "nobody waits for a writer");
    drop(somebody);
    jobs::once(&evening.app).await;
    assert_eq!(seen().await, Some(evening.app.now()));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_password_that_has_leaked_is_nobodys(#[values(Sqlite, Postgres)] engine: Engine) {
    const LEAKED: &str = "correct horse battery staple 41";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("leaked");
    let mut lines: Vec<String> = (0..500).map(|number| format!("other {number}")).collect();
    lines.push(LEAKED.to_owned());
    let mut lines: Vec<String> =
        lines.iter().map(|word| format!("{}:3\n", HEXUPPER.encode(&Sha1::digest(word)))).collect();
    lines.sort();
    std::fs::write(&path, lines.concat()).unwrap();
    let listed = |settings: &mut Settings| settings.security.leaked_passwords = path.display().to_string();
    let Some(evening) = Evening::begin_with(engine, Phase::Online, listed).await else { return };
    let visitor = evening.visitor();
    let wish = json!({ "email": "li@example.cn", "nickname": "小云", "gender": "female" });
    visitor.post("/api/v1/auth/register", wish).await;
    let letter = evening.letters().await.pop().unwrap();
    let token = letter.plain.split("token=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    let leaked = visitor.post("/api/v1/auth/verify", json!({ "token": token, "password": LEAKED })).await;
    assert_eq!(leaked.json["errors"][0]["code"], "leaked", "{}", leaked.text());
    let (_, page) =
        read(Browser::open(&evening).send("/verify", &[("token", &token), ("password", LEAKED)]).await).await;
    assert!(page.contains("在别处泄露过"), "{page}");
    let begun = visitor.post("/api/v1/auth/verify", json!({ "token": token, "password": PASSWORD })).await;
    assert_eq!(begun.status, 200, "{}", begun.text());

    let person = evening.account("wang", Gender::Male).await;
    evening.with_password(&person, PASSWORD).await;
    let change = json!({ "current_password": PASSWORD, "password": LEAKED });
    let changed = person.post("/api/v1/auth/password/change", change).await;
    assert_eq!(changed.json["errors"][0]["code"], "leaked", "{}", changed.text());
    visitor.post("/api/v1/auth/password/forgot", json!({ "email": person.email })).await;
    let letter = evening.letters_to(&person, "reset").await.pop().unwrap();
    let token = letter.plain.split("token=").nth(1).unwrap().split_whitespace().next().unwrap();
    let reset = visitor.post("/api/v1/auth/password/reset", json!({ "token": token, "password": LEAKED })).await;
    assert_eq!(reset.json["errors"][0]["code"], "leaked", "{}", reset.text());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_signed_in_how_is_on_record_for_the_owner(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let person = evening.account("li", Gender::Female).await;
    evening.with_password(&person, PASSWORD).await;
    let visitor = evening.visitor();
    let credentials =
        |code: Option<&str>, password: &str| json!({ "email": person.email, "password": password, "code": code });
    assert_eq!(visitor.post(LOGIN, credentials(None, PASSWORD)).await.status, 200);
    assert_eq!(visitor.post(LOGIN, credentials(None, "a guess")).await.status, 401);
    visitor.post("/api/v1/auth/password/forgot", json!({ "email": person.email })).await;
    let letter = evening.letters_to(&person, "reset").await.pop().unwrap();
    let token = letter.plain.split("token=").nth(1).unwrap().split_whitespace().next().unwrap();
    let browser = Browser::open(&evening);
    assert_eq!(browser.send("/reset", &[("token", token), ("password", PASSWORD)]).await.status().as_u16(), 303);
    let person = evening.again(&person);
    let (secret, codes) = evening.with_factor(&person).await;
    assert_eq!(visitor.post(LOGIN, credentials(Some(&evening.next_code(&secret)), PASSWORD)).await.status, 200);
    assert_eq!(visitor.post(LOGIN, credentials(Some(&codes[0]), PASSWORD)).await.status, 200);

    let db = evening.app.database.reader();
    let rows = entry::Entity::find().filter(entry::Column::Action.eq("signed_in"));
    let mut how: Vec<String> = Vec::new();
    for row in rows.all(db).await.unwrap() {
        assert_eq!((row.actor_id, row.detail.as_object().unwrap().len()), (Some(person.account_id), 1));
        how.push(row.detail["by"].as_str().unwrap().to_owned());
    }
    how.sort();
    assert_eq!(how, ["letter", "password", "recovery_code", "second_factor"]);
    let (_, page) = Browser::of(&evening, &person).await.get("/me/data").await;
    for text in ["信里的链接", "密码和验证码", "密码和恢复码"] {
        assert!(page.contains(text), "{text}: {page}");
    }
    let (_, page) = Browser::of(&evening, &evening.administrator().await).await.get("/admin/audit").await;
    assert!(!page.contains("<td>登录</td>"), "{page}");
    assert_eq!(entry::Entity::find().filter(entry::Column::Action.eq("second_factor_on")).count(db).await.unwrap(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_browser_that_is_left_forgets(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    let person = evening.account("li", Gender::Female).await;
    let browser = Browser::of(&evening, &person).await;
    let out = browser.send("/sign-out", &[]).await;
    assert_eq!(out.headers()["clear-site-data"], "\"cache\", \"storage\"");

    // Scans that wait for a link are not swept away with whoever stood at the door.
    let desk = evening.crew(crew::Role::Desk).await;
    let mut browser = Browser::of(&evening, &desk).await;
    let page = browser.request(Method::GET, "/e/qixi/desk").send().await.unwrap();
    assert_eq!(page.status().as_u16(), 200);
    let scans = page.headers().get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap().to_owned());
    let scans = scans.into_iter().find(|cookie| cookie.starts_with("queqiao-scans=")).unwrap();
    browser.cookie = Some(format!("{}; {}", browser.cookie.unwrap(), scans.split(';').next().unwrap()));
    let out = browser.send("/sign-out", &[]).await;
    assert_eq!(out.headers()["clear-site-data"], "\"cache\"");
}
