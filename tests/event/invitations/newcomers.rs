//! Whoever is invited and has no account yet.

use queqiao::accounts::profile::Gender;
use queqiao::accounts::{account, consent, profile};
use queqiao::events::phase::Phase;
use queqiao::invitations::invitation;
use queqiao::registrations::registration::{self, Status};
use rstest::rstest;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;

use super::{CREW, PASSWORD, claimed, crew_of, import, invited};
use crate::fixtures::browser::{Browser, header, read};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::person::refused;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_only_works_here_needs_a_name_and_a_password(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    invited(&evening, "new@example.com", "desk").await;
    let token = evening.invitation_to("new@example.com").await;
    let mut browser = Browser::open(&evening);
    let (status, page) = browser.get(&format!("/invitation?token={token}")).await;
    assert!(status == 200 && page.contains("燕缘际会工会邀请你在“情定七夕”担任签到员"), "{page}");
    for text in ["name=\"name\"", "name=\"password\""] {
        assert!(page.contains(text), "{text}: {page}");
    }
    for text in ["gender", "grown_up", "born_on", "单身"] {
        assert!(!page.contains(text), "{text}: {page}");
    }
    let empty = browser.send("/invitation", &[("token", &token), ("name", " "), ("password", "short")]).await;
    let (status, page) = read(empty).await;
    assert!(status == 422 && page.contains("id=\"name-wrong\"") && page.contains("id=\"password-wrong\""), "{page}");
    let form = [("token", token.as_str()), ("name", "小林"), ("password", PASSWORD)];
    let accepted = browser.send("/invitation", &form).await;
    assert_eq!((accepted.status().as_u16(), header(&accepted, "location")), (303, "/me"));
    let cookies = accepted.headers().get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap().to_owned());
    let session = cookies.into_iter().find(|cookie| cookie.starts_with("queqiao=")).unwrap();
    browser.cookie = Some(session.split(';').next().unwrap().to_owned());
    let (status, page) = browser.get("/me").await;
    assert!(status == 200 && page.contains("小林") && page.contains("/e/qixi/desk"), "{page}");
    let db = evening.app.database.reader();
    let hers = account::Entity::of_email(&evening.app.secrets, "new@example.com").one(db).await.unwrap().unwrap();
    assert!(hers.verified_at.is_some());
    assert_eq!(profile::Entity::find_by_id(hers.id).count(db).await.unwrap(), 0, "nobody is asked for a gender");
    assert_eq!(consent::of_person(db, hers.id).await.unwrap().len(), 0);
    // Every page she may open works without a profile; whoever applies is asked for one then.
    for path in ["/me/profile", "/me/data", "/e/qixi", "/e/qixi/desk", "/"] {
        let (status, page) = browser.get(path).await;
        assert_eq!(status, 200, "{path}: {page}");
    }
    let (status, page) = browser.get("/e/qixi/register").await;
    assert!(status == 200 && page.contains("name=\"gender\"") && page.contains("name=\"grown_up\""), "{page}");
    let listed = evening.organizer.get(CREW).await.json["items"].clone();
    assert_eq!(listed[0]["nickname"], "小林");
    // A name can be put right without becoming a participant.
    assert_eq!(browser.send("/me/profile/name", &[("name", "林小姐")]).await.status().as_u16(), 303);
    assert_eq!(evening.organizer.get(CREW).await.json["items"][0]["nickname"], "林小姐");
    assert_eq!(profile::Entity::find_by_id(hers.id).count(db).await.unwrap(), 0);
    let (_, page) = Browser::of(&evening, &evening.organizer).await.get("/office/e/qixi/staff").await;
    assert!(page.contains("林小姐") && page.contains("new@example.com") && !page.contains("等待答复的邀请"), "{page}");
    let sign_in = json!({ "email": "new@example.com", "password": PASSWORD });
    assert_eq!(evening.visitor().post("/api/v1/auth/login", sign_in).await.status, 200);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_is_on_a_list_says_in_their_own_words_who_they_are(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let list = "邮箱,性别,单位,姓名,出生日期\nnew@example.com,男,新单位,张三,1990-03-01\n";
    assert_eq!(import(&evening.organizer, "qixi", list).await.status, 201);
    let token = evening.invitation_to("new@example.com").await;
    let browser = Browser::open(&evening);
    let (status, page) = browser.get(&format!("/invitation?token={token}")).await;
    assert!(status == 200 && page.contains("燕缘际会工会邀请你参加“情定七夕”"), "{page}");
    for text in
        ["对方的名单里这样写", "张三", "新单位", "value=\"1990-03-01\"", "name=\"may_show\"", "name=\"grown_up\""]
    {
        assert!(page.contains(text), "{text}: {page}");
    }
    let mut form = vec![
        ("token", token.as_str()),
        ("nickname", "云上的喜鹊"),
        ("gender", "female"),
        ("born_on", "1992-06-01"),
        ("real_name", "章三"),
        ("password", PASSWORD),
    ];
    let (status, page) = read(browser.send("/invitation", &form).await).await;
    assert!(status == 422 && page.contains("id=\"grown_up-wrong\"") && page.contains("云上的喜鹊"), "{page}");
    form.extend([("grown_up", "yes"), ("may_keep", "yes"), ("may_show", "yes"), ("may_check", "yes")]);
    let accepted = browser.send("/invitation", &form).await;
    assert_eq!((accepted.status().as_u16(), header(&accepted, "location")), (303, "/e/qixi/me"));
    let db = evening.app.database.reader();
    let row = registration::Entity::find().one(db).await.unwrap().unwrap();
    assert_eq!((row.side, row.status, row.number), (registration::Side::Women, Status::Applied, 1));
    let own = profile::Entity::find_by_id(row.account_id).one(db).await.unwrap().unwrap();
    assert_eq!(
        (own.nickname.as_str(), own.real_name(&evening.app.secrets).unwrap().as_deref(), own.birth_year),
        ("云上的喜鹊", Some("章三"), Some(1992))
    );
    assert_eq!(consent::of_person(db, row.account_id).await.unwrap().len(), 4);
    // Decided as every other application.
    let path = format!("/api/v1/events/qixi/registrations/{}/decision", row.id);
    assert_eq!(evening.organizer.post(&path, json!({ "decision": "approve" })).await.status, 200);
    // What the list said is the person's to take home, and gone when they go.
    let mut mine = evening.visitor();
    let sign_in = json!({ "email": "new@example.com", "password": PASSWORD });
    let given = mine.post("/api/v1/auth/login", sign_in).await;
    mine.token = given.json["access_token"].as_str().map(str::to_owned);
    assert_eq!(mine.delete_with("/api/v1/me", json!({ "password": PASSWORD })).await.status, 204);
    assert_eq!(invitation::Entity::find().count(db).await.unwrap(), 0);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_program_accepts_with_the_letter_and_a_password(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    invited(&evening, "desk-new@example.com", "desk").await;
    import(&evening.organizer, "qixi", "邮箱,性别,单位,昵称\nlisted-new@example.com,女,电力局,小云\n").await;
    let visitor = evening.visitor();
    for email in ["desk-new@example.com", "listed-new@example.com"] {
        let token = evening.invitation_to(email).await;
        let weak = visitor.post("/api/v1/auth/verify", json!({ "token": token, "password": "short" })).await;
        refused(&weak, 422, "invalid");
        let body = json!({ "token": token, "password": PASSWORD });
        let given = visitor.post("/api/v1/auth/verify", body.clone()).await;
        assert_eq!(given.status, 200, "{}", given.text());
        refused(&visitor.post("/api/v1/auth/verify", body).await, 422, "token_invalid");
        let mut person = evening.visitor();
        person.token = given.json["access_token"].as_str().map(str::to_owned);
        assert_eq!(person.get("/api/v1/me").await.json["email"], email);
    }
    assert_eq!(crew_of(&evening).await, 1);
    let roll = evening.organizer.get("/api/v1/events/qixi/registrations").await.json["items"].clone();
    assert_eq!((&roll[0]["nickname"], &roll[0]["side"]), (&json!("小云"), &json!("women")));

    // Of somebody who has an account by now, the letter opens nothing: they sign in.
    let known = evening.account("known", Gender::Male).await;
    claimed(&evening, &known).await;
    invited(&evening, &known.email, "host").await;
    let body = json!({ "token": evening.invitation_to(&known.email).await, "password": PASSWORD });
    refused(&visitor.post("/api/v1/auth/verify", body).await, 409, "account_exists");
}
