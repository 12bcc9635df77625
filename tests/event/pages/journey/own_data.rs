//! What somebody says of themself, takes home and erases.

use queqiao::accounts::{account, session};
use queqiao::events::phase::Phase;
use queqiao::registrations::registration::Status;
use reqwest::Method;
use rstest::rstest;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use super::EVIL;
use crate::fixtures::browser::{Browser, header, read};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::person::PASSWORD;

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
    for text in ["action=\"/me/data/export\"", "情定七夕", "href=\"/e/qixi/me\"", "guest-"] {
        assert!(page.contains(text), "{text}: {page}");
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
