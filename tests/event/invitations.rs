//! 邀请: naming an address tells nothing of it and appoints nobody.

use std::time::{Duration, Instant};

use queqiao::accounts::profile::Gender;
use queqiao::accounts::{account, consent, profile};
use queqiao::audit::entry;
use queqiao::events::crew;
use queqiao::events::phase::Phase;
use queqiao::invitations::{invitation, sweep};
use queqiao::registrations::registration::{self, Status};
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;

use crate::fixtures::browser::{Browser, header, read};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::{Evening, hours};
use crate::fixtures::person::{Answer, Person};

const PASSWORD: &str = "magpies-over-the-silver-river";
const CREW: &str = "/api/v1/events/qixi/crew";
const MINE: &str = "/api/v1/me/invitations";

fn refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.code()), (status, code), "{}", answer.text());
}

async fn import(by: &Person, slug: &str, list: &str) -> Answer {
    let request = by.request(Method::POST, &format!("/api/v1/events/{slug}/registrations/import?create_units=true"));
    by.send(request.header(CONTENT_TYPE, "text/csv").body(list.to_owned())).await
}

async fn invited(evening: &Evening, email: &str, role: &str) -> String {
    let answer = evening.organizer.post(CREW, json!({ "email": email, "role": role })).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json["id"].as_str().unwrap().to_owned()
}

async fn crew_of(evening: &Evening) -> u64 {
    crew::Entity::find().count(evening.app.database.reader()).await.unwrap()
}

/// Whoever chose a password, so that the pages see an account.
async fn claimed(evening: &Evening, person: &Person) {
    let txn = evening.app.database.begin_write().await.unwrap();
    let hash = Set(Some(account::sealed_hash(&evening.app, person.account_id, "$argon2id$").unwrap()));
    let row = account::ActiveModel { id: Set(person.account_id), password: hash, ..Default::default() };
    row.update(&txn).await.unwrap();
    txn.commit().await.unwrap();
}

/// What only the person's account knows.
const OWN: [&str; 7] = ["机密昵称", "王机密", ">1987<", "机密学历", "机密区", "13911112222", "wx-secret"];

async fn somebody_with_secrets(evening: &Evening) -> Person {
    let person = evening.participant("women").await;
    let txn = evening.app.database.begin_write().await.unwrap();
    let [real_name, phone, wechat] = [OWN[1], OWN[5], OWN[6]].map(|own| Some(own.to_owned()));
    let own = profile::Private { real_name, born_on: None, phone, wechat };
    let row = profile::ActiveModel {
        account_id: Set(person.account_id),
        nickname: Set(OWN[0].to_owned()),
        education: Set(Some(OWN[3].to_owned())),
        district: Set(Some(OWN[4].to_owned())),
        ..own.sealed(&evening.app.secrets, person.account_id).unwrap()
    };
    let row = profile::ActiveModel { birth_year: Set(Some(1987)), ..row };
    row.update(&txn).await.unwrap();
    txn.commit().await.unwrap();
    claimed(evening, &person).await;
    person
}

/// An answer without what differs between any two invitations.
fn masked(answer: &Answer, email: &str) -> String {
    let mut json = answer.json.clone();
    for (field, mask) in [("id", "#"), ("invited_at", "@"), ("sent_at", "@"), ("expires_at", "@")] {
        if json.get(field).is_some() {
            json[field] = json!(mask);
        }
    }
    format!("{} {}", answer.status, json).replace(email, "ADDRESS")
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn not_one_byte_of_an_account_reaches_another_union(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let her = somebody_with_secrets(&evening).await;
    let (other, event) = evening.other_union(Phase::Registration).await;
    let unit = other.post("/api/v1/units", json!({ "organization": "other", "name": "外单位" })).await;
    let unit = unit.json["id"].as_str().unwrap().to_owned();
    let mut answers: Vec<String> = Vec::new();
    for email in [her.email.as_str(), "nobody-at-all@example.com"] {
        let list = format!("邮箱,性别,单位,姓名,昵称,出生年份\n{email},男,外单位,名单里的名字,名单昵称,1990\n");
        let mut told = masked(&import(&other, "other", &list).await, email);
        for role in ["desk", "host", "volunteer"] {
            let wish = json!({ "email": email, "role": role });
            told += &masked(&other.post("/api/v1/events/other/crew", wish).await, email);
        }
        let wish = json!({ "email": email, "role": "organizer" });
        told += &masked(&other.post("/api/v1/organizations/other/staff", wish).await, email);
        let wish = json!({ "email": email });
        told += &masked(&other.post(&format!("/api/v1/units/{unit}/contacts"), wish).await, email);
        // Named a second time, too.
        let wish = json!({ "email": email, "role": "desk" });
        told += &masked(&other.post("/api/v1/events/other/crew", wish).await, email);
        told += &masked(&import(&other, "other", &list).await, email);
        answers.push(told);
    }
    assert!(answers[0].contains("201") && answers[0] == answers[1], "{answers:#?}");

    let letters: Vec<_> = evening.letters().await.into_iter().filter(|letter| letter.kind == "invitation").collect();
    assert_eq!(letters.len(), 12);
    let text = |letter: &crate::fixtures::letter::Letter, email: &str| {
        let plain = letter.plain.split("token=").next().unwrap();
        format!("{:?} {:?} {} {plain}", letter.account_id, letter.language, letter.subject).replace(email, "ADDRESS")
    };
    for (hers, nobodys) in letters[..6].iter().zip(&letters[6..]) {
        assert_eq!(text(hers, &her.email), text(nobodys, "nobody-at-all@example.com"));
    }

    // Everything the other union can read anywhere.
    let browser = Browser::of(&evening, &other).await;
    let mut seen = String::new();
    for path in [
        "/api/v1/events/other/registrations",
        "/api/v1/events/other/registrations/counts",
        "/api/v1/events/other/invitations",
        "/api/v1/events/other/crew",
        "/api/v1/events/other",
        "/api/v1/events/other/report",
        "/api/v1/organizations/other/invitations",
        "/api/v1/organizations/other/staff",
        &format!("/api/v1/units/{unit}/contacts"),
    ] {
        let answer = other.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        seen += &answer.text();
    }
    for path in [
        "/office",
        "/office/e/other",
        "/office/e/other/registrations",
        "/office/e/other/registrations/invitations",
        "/office/e/other/staff",
        "/office/e/other/audit",
        "/office/o/other/staff",
        "/office/o/other/units",
        &format!("/office/o/other/units/{unit}"),
        "/e/other",
    ] {
        let (status, page) = browser.get(path).await;
        assert_eq!(status, 200, "{path}: {page}");
        seen += &page;
    }
    let file = browser.send("/office/e/other/registrations/export", &[]).await;
    seen += &file.text().await.unwrap();
    for own in OWN.into_iter().chain(["\"birth_year\":1987"]) {
        assert!(!seen.contains(own), "{own}");
    }
    assert!(seen.contains("名单里的名字") && seen.contains(&her.email), "their own words, they do read");
    let there = registration::Entity::of_event(event.id).count(evening.app.database.reader()).await.unwrap();
    assert_eq!((there, crew_of(&evening).await), (0, 0));

    // Once she says yes, she is there in her own words, and the list is told apart from them.
    for sight in her.get(MINE).await.json["items"].as_array().unwrap() {
        let path = format!("{MINE}/{}/accept", sight["id"].as_str().unwrap());
        assert_eq!(her.post(&path, json!({})).await.status, 200);
    }
    let roll = other.get("/api/v1/events/other/registrations").await.json["items"].clone();
    assert_eq!((&roll[0]["nickname"], &roll[0]["real_name"]), (&json!(OWN[0]), &json!(OWN[1])));
    let one = format!("/office/e/other/registrations/{}", roll[0]["id"].as_str().unwrap());
    let (_, page) = browser.get(&one).await;
    assert!(page.contains("名单里这样写") && page.contains("名单里的名字"), "{page}");
    assert_eq!(crew_of(&evening).await, 3);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_invitation_is_declined_withdrawn_sent_again_and_runs_out(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let helper = evening.account("helper", Gender::Male).await;
    let first = invited(&evening, &helper.email, "desk").await;
    let sight = helper.get(MINE).await.json["items"][0].clone();
    let told = |field: &str| sight[field].as_str().unwrap().to_owned();
    assert_eq!(
        [told("kind"), told("union"), told("thing"), told("event"), told("state")],
        ["desk", "燕缘际会工会", "情定七夕", "qixi", "open"]
    );
    assert_eq!(helper.post(&format!("{MINE}/{first}/decline"), json!({})).await.status, 204);
    refused(&helper.post(&format!("{MINE}/{first}/accept"), json!({})).await, 409, "invitation_over");
    refused(&helper.post(&format!("{MINE}/{first}/decline"), json!({})).await, 409, "invitation_over");
    let states = async |state: &str| {
        let listed = evening.organizer.get(&format!("/api/v1/events/qixi/invitations?state={state}")).await;
        listed.json["items"].as_array().unwrap().iter().map(|row| row["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!((states("declined").await, states("open").await), (vec![json!(first)], vec![]));

    // Taken back: the link is dead. Only the union's own people do that.
    let second = invited(&evening, &helper.email, "desk").await;
    let token = evening.invitation_to(&helper.email).await;
    let path = format!("/api/v1/invitations/{second}");
    for person in [evening.stranger().await, helper.clone(), evening.crew(crew::Role::Host).await] {
        refused(&person.delete(&path).await, 404, "not_found");
        refused(&person.post(&format!("{path}/again"), json!({})).await, 404, "not_found");
    }
    assert_eq!(evening.organizer.delete(&path).await.status, 204);
    refused(&evening.organizer.delete(&path).await, 409, "invitation_over");
    refused(&evening.organizer.post(&format!("{path}/again"), json!({})).await, 409, "invitation_over");
    refused(&helper.post(&format!("{MINE}/{second}/accept"), json!({})).await, 409, "invitation_over");
    let shown = json!({ "token": token });
    refused(&evening.visitor().post("/api/v1/auth/invitation", shown.clone()).await, 422, "token_invalid");
    assert_eq!(Browser::open(&evening).get(&format!("/invitation?token={token}")).await.0, 410);

    // Sent again: not at once, with a link that kills the former one, five letters in all.
    let third = invited(&evening, &helper.email, "desk").await;
    let again = format!("/api/v1/invitations/{third}/again");
    let old = evening.invitation_to(&helper.email).await;
    let too_soon = evening.organizer.post(&again, json!({})).await;
    refused(&too_soon, 429, "too_many_requests");
    assert_eq!(too_soon.headers["retry-after"], "3600");
    for letters in 2..=5 {
        evening.clock.advance(hours(1));
        let sent = evening.again(&evening.organizer).post(&again, json!({})).await;
        assert_eq!((sent.status, &sent.json["letters"]), (200, &json!(letters)), "{}", sent.text());
    }
    evening.clock.advance(hours(1));
    refused(&evening.again(&evening.organizer).post(&again, json!({})).await, 409, "enough_letters");
    let visitor = evening.visitor();
    refused(&visitor.post("/api/v1/auth/invitation", json!({ "token": old })).await, 422, "token_invalid");
    let token = evening.invitation_to(&helper.email).await;
    let seen = visitor.post("/api/v1/auth/invitation", json!({ "token": token })).await;
    assert_eq!((seen.status, &seen.json["id"]), (200, &json!(third)), "{}", seen.text());

    // Fourteen days after the last letter it is over, whether or not the clock has come round.
    evening.clock.advance(hours(24 * 14 - 1));
    let helper = evening.again(&helper);
    refused(&helper.post(&format!("{MINE}/{third}/accept"), json!({})).await, 409, "invitation_over");
    assert_eq!(helper.get(MINE).await.json["items"], json!([]));
    assert_eq!(crew_of(&evening).await, 1, "only the host of the story");
    sweep::due(&evening.app).await.unwrap();
    let kept = async || invitation::Entity::find().count(evening.app.database.reader()).await.unwrap();
    assert_eq!(kept().await, 3);
    // A month later nobody can tell any more who did not want to come.
    evening.clock.advance(hours(24 * 30));
    sweep::due(&evening.app).await.unwrap();
    assert_eq!(kept().await, 0);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_is_buried_under_invitations(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let mut statuses = Vec::new();
    for _ in 0..8 {
        let sent = evening.organizer.post(CREW, json!({ "email": "tired@example.com", "role": "desk" })).await;
        statuses.push(sent.status);
        if let Some(id) = sent.json["id"].as_str() {
            evening.organizer.delete(&format!("/api/v1/invitations/{id}")).await;
        }
    }
    assert_eq!(statuses, [201, 201, 201, 201, 201, 201, 429, 429]);
    let listed = import(&evening.organizer, "qixi", "邮箱,性别,单位\ntired@example.com,男,电力局\n").await;
    refused(&listed, 422, "invalid_rows");
    assert_eq!(listed.json["errors"][0]["code"], "too_many_letters");
    assert_eq!(evening.letters().await.len(), 6);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_hands_on_one_invitation_one_accepts(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let her = evening.account("her", Gender::Female).await;
    import(&evening.organizer, "qixi", "邮箱,性别,单位\nher@example.com,女,电力局\n").await;
    let id = her.get(MINE).await.json["items"][0]["id"].as_str().unwrap().to_owned();
    let hands: Vec<_> = (0..12)
        .map(|hand| {
            let (her, id) = (her.clone(), id.clone());
            let answer = if hand % 4 == 3 { "decline" } else { "accept" };
            tokio::spawn(async move { her.post(&format!("{MINE}/{id}/{answer}"), json!({})).await })
        })
        .collect();
    let mut done = 0;
    for hand in hands {
        let answer = hand.await.unwrap();
        match answer.status {
            200 | 204 => done += 1,
            _ => refused(&answer, 409, "invitation_over"),
        }
    }
    assert_eq!(done, 1);
    let state = invitation::Entity::find().one(evening.app.database.reader()).await.unwrap().unwrap().state;
    let registered = registration::Entity::find().count(evening.app.database.reader()).await.unwrap();
    assert_eq!(registered, u64::from(state == invitation::State::Accepted));

    // The same with a letter and no account: one account, one role, one who is signed in.
    invited(&evening, "new@example.com", "desk").await;
    let token = evening.invitation_to("new@example.com").await;
    let forms: Vec<_> = (0..6)
        .map(|_| {
            let (browser, token) = (Browser::open(&evening), token.clone());
            tokio::spawn(async move {
                let form = [("token", token.as_str()), ("name", "小林"), ("password", PASSWORD)];
                browser.send("/invitation", &form).await.status().as_u16()
            })
        })
        .collect();
    let mut statuses = Vec::new();
    for form in forms {
        statuses.push(form.await.unwrap());
    }
    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [303, 409, 410].contains(status)), "{statuses:?}");
    assert_eq!(crew_of(&evening).await, 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_accepts_for_somebody_else(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let (her, him) = (evening.account("her", Gender::Female).await, evening.account("him", Gender::Male).await);
    claimed(&evening, &her).await;
    import(&evening.organizer, "qixi", "邮箱,性别,单位,姓名\nher@example.com,女,电力局,张某某\n").await;
    let id = her.get(MINE).await.json["items"][0]["id"].as_str().unwrap().to_owned();
    let token = evening.invitation_to(&her.email).await;
    assert_eq!(him.get(MINE).await.json["items"], json!([]));
    for answer in ["accept", "decline"] {
        refused(&him.post(&format!("{MINE}/{id}/{answer}"), json!({})).await, 404, "not_found");
    }
    let his = Browser::of(&evening, &him).await;
    let link = format!("/invitation?token={token}");
    let (status, page) = his.get(&link).await;
    assert!(status == 200 && page.contains("寄给了另一个邮箱") && !page.contains("接受邀请"), "{page}");
    assert!(!page.contains("张某某"), "{page}");
    let form = [("token", token.as_str()), ("nickname", "我"), ("gender", "male"), ("born_on", "1990-01-01")];
    assert_eq!(his.send("/invitation", &form).await.status().as_u16(), 403);
    assert_eq!(his.get(&format!("/me/invitations/{id}")).await.0, 404);
    // Nor does somebody with the letter who is not signed in get past a password.
    let nobody = Browser::open(&evening);
    let (_, page) = nobody.get(&link).await;
    assert!(page.contains("这个邮箱已经有账号") && !page.contains("name=\"password\""), "{page}");
    let taken = [("token", token.as_str()), ("password", PASSWORD), ("may_show", "yes"), ("may_check", "yes")];
    assert_eq!(nobody.send("/invitation", &taken).await.status().as_u16(), 409);
    let hash = account::Entity::find_by_id(her.account_id).one(evening.app.database.reader()).await.unwrap().unwrap();
    assert_eq!(hash.hash(&evening.app).as_deref(), Some("$argon2id$"));
    assert_eq!(registration::Entity::find().count(evening.app.database.reader()).await.unwrap(), 0);
    assert_eq!(her.accepts_all().await, 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_only_works_here_needs_a_name_and_a_password(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    invited(&evening, "new@example.com", "desk").await;
    let token = evening.invitation_to("new@example.com").await;
    let mut browser = Browser::open(&evening);
    let (status, page) = browser.get(&format!("/invitation?token={token}")).await;
    assert!(status == 200 && page.contains("燕缘际会工会邀请你在“情定七夕”担任签到员"), "{page}");
    for asked in ["name=\"name\"", "name=\"password\""] {
        assert!(page.contains(asked), "{asked}: {page}");
    }
    for asked in ["gender", "grown_up", "born_on", "单身"] {
        assert!(!page.contains(asked), "{asked}: {page}");
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
    for said in
        ["对方的名单里这样写", "张三", "新单位", "value=\"1990-03-01\"", "name=\"may_show\"", "name=\"grown_up\""]
    {
        assert!(page.contains(said), "{said}: {page}");
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
async fn an_invitation_to_take_part_ends_with_the_seats(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::Screening).await else { return };
    let her = evening.account("her", Gender::Female).await;
    let early = evening.participant_as("women", Status::Applied).await;
    let list = format!("邮箱,性别,单位\nher@example.com,女,电力局\n{},女,电力局\n", early.email);
    let path = "/api/v1/events/qixi/registrations/import?approve=true";
    let request = evening.organizer.request(Method::POST, path).header(CONTENT_TYPE, "text/csv").body(list);
    // Whoever applied by themself is invited like anybody: the answer does not say that they did.
    assert_eq!(evening.organizer.send(request).await.json["imported"], 2);
    assert_eq!(early.accepts_all().await, 1);
    let db = evening.app.database.reader();
    let hers = registration::Entity::find_by_id(early.registration_id).one(db).await.unwrap().unwrap();
    assert_eq!(hers.status, Status::Approved, "the list that was checked approves what was there");
    assert_eq!(registration::Entity::find().count(db).await.unwrap(), 1);
    let id = her.get(MINE).await.json["items"][0]["id"].as_str().unwrap().to_owned();
    evening.enter(Phase::Confirmation).await;
    let late = evening.again(&her).post(&format!("{MINE}/{id}/accept"), json!({})).await;
    refused(&late, 409, "phase_closed");
    assert_eq!(her.post(&format!("{MINE}/{id}/decline"), json!({})).await.status, 204);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_became_of_invitations_is_on_record(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let helper = evening.account("helper", Gender::Male).await;
    invited(&evening, &helper.email, "desk").await;
    let second = invited(&evening, &helper.email, "host").await;
    evening.organizer.delete(&format!("/api/v1/invitations/{second}")).await;
    helper.accepts_all().await;
    let deeds = entry::Entity::find().all(evening.app.database.reader()).await.unwrap();
    let told: Vec<_> = deeds.iter().map(|deed| (deed.action.as_str(), deed.actor_id)).collect();
    let (organizer, helper_id) = (Some(evening.organizer.account_id), Some(helper.account_id));
    assert_eq!(
        told,
        [
            ("invited", organizer),
            ("invited", organizer),
            ("invitation_withdrawn", organizer),
            ("crew_enlisted", helper_id)
        ]
    );
    assert!(deeds.iter().all(|deed| !deed.detail.to_string().contains("helper")));
    let browser = Browser::of(&evening, &evening.organizer).await;
    let back = "/office/e/qixi/staff";
    let third = invited(&evening, &helper.email, "volunteer").await;
    for (act, said) in [("again", "invitation-too-soon"), ("withdraw", "invitation-withdrawn")] {
        let done = browser.send(&format!("/office/invitations/{third}/{act}"), &[("back", back)]).await;
        assert_eq!((done.status().as_u16(), header(&done, "location")), (303, back));
        assert!(header(&done, "set-cookie").contains(said), "{done:?}");
    }
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

/// How likely one of the first is to be above one of the second (0.5: nobody could tell them apart).
fn auc(first: &[Duration], second: &[Duration]) -> f64 {
    let above = |one: &Duration| -> f64 {
        second
            .iter()
            .map(|other| {
                if one > other {
                    1.0
                } else if one == other {
                    0.5
                } else {
                    0.0
                }
            })
            .sum()
    };
    let pairs = f64::from(u32::try_from(first.len() * second.len()).unwrap());
    let auc = first.iter().map(above).sum::<f64>() / pairs;
    auc.max(1.0 - auc)
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_clock_does_not_tell_who_has_an_account(#[values(Sqlite, Postgres)] engine: Engine) {
    const SAMPLES: usize = 300;
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let names: Vec<String> = (0..SAMPLES).map(|number| format!("known-{number:03}")).collect();
    evening.accounts(&names, Gender::Female).await;
    // A machine with other work now and then says nothing of ours: three tries, each on its own.
    for what in ["crew", "import"] {
        let mut told = Vec::new();
        for round in 0..3 {
            let role = ["desk", "host", "volunteer"][round];
            let (mut known, mut unknown) = (Vec::new(), Vec::new());
            for number in 0..SAMPLES {
                let (one, two) = (format!("known-{number:03}@example.com"), format!("never-{number:03}@example.com"));
                // Whoever comes first has it no better.
                let mut pair = [(one, true), (two, false)];
                if number % 2 == 0 {
                    pair.reverse();
                }
                for (email, is_known) in pair {
                    let begun = Instant::now();
                    let answer = match what {
                        "crew" => evening.organizer.post(CREW, json!({ "email": email, "role": role })).await,
                        _ => import(&evening.organizer, "qixi", &format!("邮箱,性别,单位\n{email},女,电力局\n")).await,
                    };
                    let took = begun.elapsed();
                    assert!([201, 422].contains(&answer.status), "{}", answer.text());
                    if is_known { known.push(took) } else { unknown.push(took) }
                }
            }
            told.push(auc(&known, &unknown));
            if told.last().is_some_and(|auc| *auc < 0.6) {
                break;
            }
        }
        assert!(told.iter().any(|auc| *auc < 0.6), "{what}: {told:?}");
        println!("{what}: {told:?}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_export_tells_who_invited_one_and_what_their_list_said(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let her = evening.account("her", Gender::Female).await;
    import(&evening.organizer, "qixi", "邮箱,性别,单位,姓名\nher@example.com,女,电力局,名单上的她\n").await;
    let txn_free = evening.app.database.reader();
    let told =
        queqiao::invitations::personal::export(txn_free, &evening.app, her.account_id, &her.email).await.unwrap();
    assert_eq!((&told[0]["words"]["real_name"], &told[0]["state"]), (&json!("名单上的她"), &json!("open")));
    let file = evening.takes_home(&her).await;
    assert!(file.status == 200 && file.text().contains("invitations.json"));
    let sent = invitation::Entity::find().filter(invitation::Column::State.eq(invitation::State::Open));
    assert_eq!(sent.count(txn_free).await.unwrap(), 1);
}
