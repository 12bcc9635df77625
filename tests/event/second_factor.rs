//! 两步验证: a code besides the password, asked for once and again, and what becomes of whoever lost it.

use chrono::Duration;
use queqiao::accounts::address::MailAddress;
use queqiao::accounts::profile::Gender;
use queqiao::accounts::second_factor::{end, factor};
use queqiao::audit::entry;
use queqiao::events::phase::Phase;
use queqiao::server::reseal;
use queqiao::settings::SecondFactor;
use reqwest::Method;
use rstest::rstest;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};

use crate::fixtures::browser::Browser;
use crate::fixtures::evening::Engine::{Postgres, Sqlite};
use crate::fixtures::evening::{Engine, Evening};
use crate::fixtures::person::{Answer, PASSWORD, Person, refused};

const FACTOR: &str = "/api/v1/me/second-factor";
const LOGIN: &str = "/api/v1/auth/login";

fn login(person: &Person, code: Option<&str>) -> Value {
    json!({ "email": person.email, "password": PASSWORD, "code": code })
}

fn proof(code: Option<&str>) -> Value {
    json!({ "password": PASSWORD, "code": code })
}

async fn log_in(evening: &Evening, person: &Person, code: Option<&str>) -> Answer {
    evening.visitor().post(LOGIN, login(person, code)).await
}

/// What `person` shows, signed in as a program of theirs was.
fn holding(person: &Person, granted: &Answer) -> Person {
    let mut here = person.clone();
    here.token = granted.json["access_token"].as_str().map(str::to_owned);
    here
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_second_factor_is_set_up_asked_for_and_given_up(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let person = evening.account("li", Gender::Female).await;
    evening.with_password(&person, PASSWORD).await;
    let (here, there) = (log_in(&evening, &person, None).await, log_in(&evening, &person, None).await);
    let here = holding(&person, &here);
    assert_eq!(here.get(FACTOR).await.json["on"], false);
    refused(&here.post(FACTOR, json!({ "password": "a guess" })).await, 401, "wrong_credentials");
    refused(
        &here.post(&format!("{FACTOR}/confirm"), json!({ "code": "123456" })).await,
        409,
        "second_factor_not_begun",
    );

    let begun = here.post(FACTOR, proof(None)).await;
    assert_eq!((begun.status, &begun.headers["cache-control"]), (201, &"no-store".parse().unwrap()));
    let secret = begun.json["secret"].as_str().unwrap().to_owned();
    let address = begun.json["address"].as_str().unwrap();
    assert!(address.starts_with("otpauth://totp/Queqiao:") && address.contains(&secret), "{address}");
    assert!(begun.json["qr"].as_str().unwrap().contains("<svg"));
    assert_eq!(log_in(&evening, &person, None).await.status, 200, "it asks for nothing before it is confirmed");
    let wrong = here.post(&format!("{FACTOR}/confirm"), json!({ "code": "000000" })).await;
    refused(&wrong, 401, "second_factor_wrong");
    let code = evening.code(&secret);
    let confirmed = here.post(&format!("{FACTOR}/confirm"), json!({ "code": code })).await;
    let codes: Vec<String> = serde_json::from_value(confirmed.json["recovery_codes"].clone()).unwrap();
    assert_eq!(codes.len(), 10);
    assert_eq!(evening.letters_to(&person, "second_factor_on").await.len(), 1, "whoever set it up, the owner hears");

    let elsewhere = json!({ "refresh_token": there.json["refresh_token"] });
    refused(&evening.visitor().post("/api/v1/auth/refresh", elsewhere).await, 401, "refresh_token_invalid");
    assert_eq!(here.get("/api/v1/me").await.status, 200, "who confirmed it stays");
    refused(&log_in(&evening, &person, None).await, 401, "second_factor_needed");
    refused(&log_in(&evening, &person, Some("000000")).await, 401, "second_factor_wrong");
    refused(&log_in(&evening, &person, Some(&code)).await, 401, "second_factor_wrong");
    let code = evening.next_code(&secret);
    let spaced = format!(" {} {} ", &code[..3], &code[3..]);
    assert_eq!(log_in(&evening, &person, Some(&spaced)).await.status, 200);
    refused(&log_in(&evening, &person, Some(&code)).await, 401, "second_factor_wrong");
    let typed = codes[0].to_lowercase().replace('-', " ");
    assert_eq!(log_in(&evening, &person, Some(&typed)).await.status, 200);
    refused(&log_in(&evening, &person, Some(&codes[0])).await, 401, "second_factor_wrong");
    assert_eq!(here.get(FACTOR).await.json["codes_left"], 9);

    refused(&here.post(&format!("{FACTOR}/recovery-codes"), proof(None)).await, 401, "second_factor_needed");
    let renewed = here.post(&format!("{FACTOR}/recovery-codes"), proof(Some(&codes[1]))).await;
    assert_eq!(renewed.status, 200, "{}", renewed.text());
    assert_eq!(evening.letters_to(&person, "recovery_codes_renewed").await.len(), 1);
    refused(&log_in(&evening, &person, Some(&codes[2])).await, 401, "second_factor_wrong");
    refused(&here.delete_with(FACTOR, proof(None)).await, 401, "second_factor_needed");
    assert_eq!(here.delete_with(FACTOR, proof(Some(&evening.next_code(&secret)))).await.status, 204);
    assert_eq!(log_in(&evening, &person, None).await.status, 200);
    assert_eq!(evening.letters_to(&person, "second_factor_ended").await.len(), 1);
    refused(&here.delete_with(FACTOR, proof(None)).await, 409, "second_factor_off");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_hands_with_one_code_one_gets_in(#[values(Sqlite, Postgres)] engine: Engine) {
    let many = |settings: &mut queqiao::settings::Settings| settings.security.sign_in_failures = 1000;
    let Some(evening) = Evening::begin_with(engine, Phase::Online, many).await else { return };
    let person = evening.account("li", Gender::Female).await;
    let (secret, codes) = evening.with_factor(&person).await;
    for code in [evening.next_code(&secret), codes[3].clone()] {
        let hands = (0..12).map(|_| {
            let (hand, wish) = (evening.visitor(), login(&person, Some(&code)));
            tokio::spawn(async move { hand.post(LOGIN, wish).await })
        });
        let mut inside = 0;
        for hand in hands.collect::<Vec<_>>() {
            let answer = hand.await.unwrap();
            match answer.status {
                200 => inside += 1,
                _ => refused(&answer, 401, "second_factor_wrong"),
            }
        }
        assert_eq!(inside, 1, "{code}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn guesses_at_codes_are_slowed_and_the_owner_gets_in(#[values(Sqlite, Postgres)] engine: Engine) {
    let few = |settings: &mut queqiao::settings::Settings| settings.security.sign_in_failures = 4;
    let Some(evening) = Evening::begin_with(engine, Phase::Online, few).await else { return };
    let owner = evening.account("li", Gender::Female).await;
    let (secret, codes) = evening.with_factor(&owner).await;
    let own = log_in(&evening, &owner, Some(&evening.next_code(&secret))).await;
    let mark = own.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    // Somebody on another machine has found the password out.
    for _ in 0..4 {
        refused(&log_in(&evening, &owner, Some("000000")).await, 401, "second_factor_wrong");
    }
    refused(&log_in(&evening, &owner, Some("000000")).await, 429, "too_many_requests");
    evening.clock.advance(Duration::minutes(16));
    refused(&log_in(&evening, &owner, Some(&evening.code(&secret))).await, 429, "too_many_requests");
    let known = async |code: &str| {
        let visitor = evening.visitor();
        let request = visitor.request(Method::POST, LOGIN).header("Cookie", &mark);
        visitor.send(request.json(&login(&owner, Some(code)))).await
    };
    assert_eq!(known(&evening.code(&secret)).await.status, 200, "a known device goes in");
    evening.clock.advance(Duration::minutes(16));
    assert_eq!(log_in(&evening, &owner, Some(&codes[0])).await.status, 200, "nobody guesses a recovery code");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_browser_signs_in_in_two_steps(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let owner = evening.account("li", Gender::Female).await;
    let (secret, _) = evening.with_factor(&owner).await;
    let mut browser = Browser::open(&evening);
    let first = [("email", owner.email.as_str()), ("password", PASSWORD), ("to", "/me/data")];
    let hidden =
        |page: &str| page.split("name=\"pass\" value=\"").nth(1).map(|rest| rest.split('"').next().unwrap().to_owned());
    let answer = browser.send("/sign-in", &first).await;
    assert!(
        answer.headers().get_all("set-cookie").iter().all(|cookie| !cookie.to_str().unwrap().starts_with("queqiao="))
    );
    let page = answer.text().await.unwrap();
    let pass = hidden(&page).expect("the second step");
    assert!(!page.contains(PASSWORD) && !page.contains("type=\"password\""), "{page}");

    let step = async |browser: &Browser, pass: &str, code: &str| {
        browser.send("/sign-in/code", &[("pass", pass), ("code", code), ("to", "/me/data")]).await
    };
    let wrong = step(&browser, &pass, "000000").await;
    assert_eq!(wrong.status().as_u16(), 422);
    assert_eq!(hidden(&wrong.text().await.unwrap()).as_ref(), Some(&pass));
    let right = step(&browser, &pass, &evening.next_code(&secret)).await;
    assert_eq!((right.status().as_u16(), right.headers()["location"].to_str().unwrap()), (303, "/me/data"));
    browser.keep(&right);
    let (status, page) = browser.get("/me/data").await;
    assert!(status == 200 && page.contains("密码和验证码"), "{page}");

    // Nobody goes on after ten minutes, nor once the password is another.
    evening.clock.advance(Duration::minutes(11));
    let late = step(&browser, &pass, &evening.code(&secret)).await;
    assert!(late.headers()["location"].to_str().unwrap().starts_with("/sign-in"));
    let page = browser.send("/sign-in", &first).await.text().await.unwrap();
    let pass = hidden(&page).unwrap();
    evening.with_password(&owner, "a bridge builds magpies").await;
    let other = step(&browser, &pass, &evening.next_code(&secret)).await;
    assert!(other.headers()["location"].to_str().unwrap().starts_with("/sign-in"));
    assert!(
        step(&browser, "made up", "123456")
            .await
            .headers()
            .get("set-cookie")
            .is_none_or(|cookie| !cookie.to_str().unwrap().starts_with("queqiao="))
    );

    // The link in a letter sets a password and lets nobody past the code.
    evening.visitor().post("/api/v1/auth/password/forgot", json!({ "email": owner.email })).await;
    let letter = evening.letters_to(&owner, "reset").await.pop().unwrap();
    let token = letter.plain.split("token=").nth(1).unwrap().split_whitespace().next().unwrap();
    let answer = browser.send("/reset", &[("token", token), ("password", PASSWORD)]).await;
    assert!(answer.headers().get("set-cookie").is_none());
    let pass = hidden(&answer.text().await.unwrap()).expect("the second step");
    assert_eq!(step(&browser, &pass, &evening.next_code(&secret)).await.status().as_u16(), 303);
    refused(&log_in(&evening, &owner, None).await, 401, "second_factor_needed");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_administrator_without_one_sees_their_own_account_alone(#[values(Sqlite, Postgres)] engine: Engine) {
    let demanded =
        |settings: &mut queqiao::settings::Settings| settings.security.second_factor = SecondFactor::Administrators;
    let Some(evening) = Evening::begin_with(engine, Phase::Online, demanded).await else { return };
    let keeper = evening.administrator().await;
    for path in ["/api/v1/admin/outbox", "/api/v1/organizations", "/api/v1/organizations/yanyuan"] {
        refused(&keeper.get(path).await, 403, "second_factor_required");
    }
    for path in ["/api/v1/events/qixi/live", "/api/v1/me/cases", "/api/v1/me/units"] {
        refused(&keeper.get(path).await, 403, "second_factor_required");
    }
    assert_eq!(keeper.get("/api/v1/me").await.status, 200);
    assert_eq!(keeper.get(FACTOR).await.json["demanded"], true);
    let browser = Browser::of(&evening, &keeper).await;
    let (status, page) = browser.get("/admin").await;
    assert!(status == 403 && page.contains("href=\"/me/second-factor\""), "{page}");
    let (status, page) = browser.get("/me/second-factor").await;
    assert!(status == 200 && page.contains("需要两步验证"), "{page}");
    assert_eq!(browser.get("/").await.0, 200);

    let (secret, _) = evening.with_factor(&keeper).await;
    assert_eq!(keeper.get("/api/v1/admin/outbox").await.status, 200);
    let given_up = keeper.delete_with(FACTOR, proof(Some(&evening.next_code(&secret)))).await;
    refused(&given_up, 409, "second_factor_demanded");
    // Others are asked for nothing.
    assert_eq!(evening.organizer.get("/api/v1/organizations/yanyuan").await.status, 200);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_union_demands_one_of_its_staff(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let union = "/api/v1/organizations/yanyuan";
    let organizer = &evening.organizer;
    let wish = json!({ "demanded": true });
    refused(&organizer.put(&format!("{union}/second-factor"), wish.clone()).await, 409, "second_factor_off");
    let colleague = evening.account("wang", Gender::Male).await;
    let invited =
        organizer.post(&format!("{union}/staff"), json!({ "email": colleague.email, "role": "organizer" })).await;
    assert_eq!(invited.status, 201, "{}", invited.text());
    colleague.accepts_all().await;
    assert_eq!(colleague.get(union).await.status, 200);

    evening.with_factor(organizer).await;
    let demanded = organizer.put(&format!("{union}/second-factor"), wish.clone()).await;
    assert_eq!((demanded.status, &demanded.json["demands_second_factor"]), (200, &json!(true)));
    refused(&evening.stranger().await.put(&format!("{union}/second-factor"), wish).await, 404, "not_found");
    for path in [union, "/api/v1/events/qixi/registrations"] {
        refused(&colleague.get(path).await, 403, "second_factor_required");
    }
    let browser = Browser::of(&evening, &colleague).await;
    let (status, page) = browser.get("/office").await;
    assert!(status == 403 && page.contains("href=\"/me/second-factor\""), "{page}");
    assert_eq!(browser.get("/e/qixi").await.0, 200, "what everybody sees they see too");
    let staff = organizer.get(&format!("{union}/staff")).await;
    let has = |email: &str| {
        staff.json["items"].as_array().unwrap().iter().find(|one| one["email"] == email).unwrap()["second_factor"]
            .clone()
    };
    assert_eq!((has(&organizer.email), has(&colleague.email)), (json!(true), json!(false)));
    let (_, page) = Browser::of(&evening, organizer).await.get("/office/o/yanyuan/staff").await;
    assert!(page.contains("还没有两步验证"), "{page}");

    evening.with_factor(&colleague).await;
    assert_eq!(colleague.get(union).await.status, 200);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_lost_phone_and_codes_is_let_in_by_an_administrator(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let keeper = evening.administrator().await;
    let owner = evening.account("li", Gender::Female).await;
    let (secret, _) = evening.with_factor(&owner).await;
    let browser = Browser::of(&evening, &owner).await;
    let path = "/api/v1/admin/second-factors/end";
    let lost = |email: &str, password: &str| json!({ "email": email, "password": password });
    let (keys, _) = evening.with_factor(&keeper).await;
    refused(&owner.post(path, lost(&owner.email, PASSWORD)).await, 403, "wrong_role");
    for _ in 0..2 {
        // What was refused is no deed, however it is asked again.
        let guess = keeper.request(Method::POST, path).json(&lost(&owner.email, "a guess"));
        let guess = keeper.send(guess.header("Idempotency-Key", "once")).await;
        refused(&guess, 401, "wrong_credentials");
    }
    refused(&keeper.post(path, lost(&owner.email, PASSWORD)).await, 401, "second_factor_needed");
    let mut wish = lost("nobody@example.com", PASSWORD);
    wish["code"] = json!(evening.next_code(&keys));
    refused(&keeper.post(path, wish).await, 409, "second_factor_off");
    let mut wish = lost(&owner.email, PASSWORD);
    wish["code"] = json!(evening.next_code(&keys));
    assert_eq!(keeper.post(path, wish).await.status, 204);
    assert_eq!(browser.get("/me/data").await.0, 303, "their phone may be in somebody's hands");
    assert_eq!(log_in(&evening, &owner, None).await.status, 200);
    assert_eq!(evening.letters_to(&owner, "second_factor_ended").await.len(), 1);
    let db = evening.app.database.reader();
    let record = entry::Entity::find().filter(entry::Column::Action.eq("second_factor_off"));
    let record = record.one(db).await.unwrap().unwrap();
    assert_eq!((record.actor_id, record.subject_id), (Some(keeper.account_id), Some(owner.account_id)));
    assert_ne!(secret, keys);

    // And of the last administrator at the machine itself.
    let address = MailAddress::read(&keeper.email).unwrap();
    end::end_at_the_machine(&evening.app, &address).await.unwrap();
    assert_eq!(log_in(&evening, &keeper, None).await.status, 200);
    assert!(end::end_at_the_machine(&evening.app, &address).await.is_err());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_phone_and_house_share_goes_over_to_a_new_key(#[values(Sqlite, Postgres)] engine: Engine) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret.key").display().to_string();
    let filed = move |settings: &mut queqiao::settings::Settings| settings.security.secret_file = file;
    let Some(evening) = Evening::begin_with(engine, Phase::Online, filed).await else { return };
    let (owner, other) = (evening.account("li", Gender::Female).await, evening.account("wang", Gender::Male).await);
    let (secret, codes) = evening.with_factor(&owner).await;
    evening.with_factor(&other).await;
    let app = &evening.app;
    let number = app.secrets.add().unwrap();
    app.secrets.seal_under(number).unwrap();
    while !reseal::renew(app, 5).await.unwrap() {}
    let standing = reseal::standing(app.database.reader()).await.unwrap();
    let sealed = standing.iter().find(|(place, _)| format!("{place:?}").contains("second_factor")).unwrap().1;
    assert_eq!(sealed.keys().copied().collect::<Vec<_>>(), [number]);
    assert_eq!(log_in(&evening, &owner, Some(&evening.next_code(&secret))).await.status, 200);
    assert_eq!(log_in(&evening, &owner, Some(&codes[0])).await.status, 200);

    // What was written for one account opens nothing of another's.
    let db = app.database.reader();
    let (own, theirs) = (
        factor::confirmed(db, owner.account_id).await.unwrap().unwrap(),
        factor::confirmed(db, other.account_id).await.unwrap().unwrap(),
    );
    let moved = factor::Model { secret: theirs.secret, ..own };
    assert!(moved.step_of(app, "123456", app.now()).is_err());

    assert_eq!(evening.leaves_with(&owner, &evening.next_code(&secret)).await.status, 204);
    assert_eq!(factor::Entity::find().count(db).await.unwrap(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_told_once_is_told_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let person = evening.account("li", Gender::Female).await;
    let (_, codes) = evening.with_factor(&person).await;
    let again = async |path: &str, code: &str| {
        let call = person.request(Method::POST, path).json(&proof(Some(code)));
        person.send(call.header("Idempotency-Key", "again")).await
    };
    // A key gives neither the codes nor what is known of somebody to whoever shows no fresh proof.
    for path in ["/api/v1/me/export", "/api/v1/me/second-factor/recovery-codes"] {
        let code = if path.ends_with("export") { &codes[0] } else { &codes[1] };
        assert_eq!(again(path, code).await.status, 200, "{path}");
        refused(&again(path, code).await, 401, "second_factor_wrong");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_letter_makes_no_device_known_where_a_code_is_asked_for(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let person = evening.account("li", Gender::Female).await;
    evening.with_factor(&person).await;
    evening.visitor().post("/api/v1/auth/password/forgot", json!({ "email": person.email })).await;
    let letter = evening.letters_to(&person, "reset").await.pop().unwrap();
    let token = letter.plain.split("token=").nth(1).unwrap().split_whitespace().next().unwrap();
    let anew = json!({ "token": token, "password": "a bridge of magpies, once a year" });
    let set = evening.visitor().post("/api/v1/auth/password/reset", anew).await;
    assert_eq!((set.status, set.headers.get("set-cookie")), (204, None), "{}", set.text());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_begun_and_left_is_nobodys_to_finish(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let (person, other) = (evening.account("li", Gender::Female).await, evening.account("wang", Gender::Male).await);
    let confirm = format!("{FACTOR}/confirm");
    for one in [&person, &other] {
        evening.with_password(one, PASSWORD).await;
        assert_eq!(one.post(FACTOR, proof(None)).await.status, 201);
    }
    let mut answers = Vec::new();
    for _ in 0..30 {
        answers.push(person.post(&confirm, json!({ "code": "000000" })).await.status);
    }
    assert!(answers.contains(&429) && answers.iter().filter(|status| **status == 401).count() <= 20, "{answers:?}");
    evening.clock.advance(Duration::minutes(16));
    let other = evening.again(&other);
    refused(&other.post(&confirm, json!({ "code": "000000" })).await, 409, "second_factor_not_begun");
}
