//! 账号: signing up, in and out, and what a person may do with their own account.

use chrono::Duration;
use queqiao::accounts::asker::Asker;
use queqiao::accounts::open_session::open_session;
use queqiao::accounts::{
    account, letter_request, profile, refresh_token, reset_request, session, sign_in_throttle, sign_up, spent_link,
    sweep, token_family,
};
use queqiao::events::phase::Phase;
use queqiao::settings::Settings;
use reqwest::Method;
use rstest::rstest;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use crate::evening::Engine::{Postgres, Sqlite};
use crate::evening::{Answer, Engine, Evening, hours};

const PASSWORD: &str = "magpies build a bridge";
const REGISTER: &str = "/api/v1/auth/register";
const VERIFY: &str = "/api/v1/auth/verify";
const LOGIN: &str = "/api/v1/auth/login";
const REFRESH: &str = "/api/v1/auth/refresh";
const LOGOUT: &str = "/api/v1/auth/logout";
const FORGOT: &str = "/api/v1/auth/password/forgot";
const RESET: &str = "/api/v1/auth/password/reset";
const CHANGE: &str = "/api/v1/auth/password/change";

fn wish(email: &str) -> Value {
    json!({"email": email, "nickname": "云上的喜鹊", "gender": "female"})
}

fn token_in(words: &str) -> String {
    let (_, rest) = words.split_once("token=").expect("the letter carries a token");
    rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect()
}

/// The token of the newest letter of a kind to an address.
async fn mailed(evening: &Evening, email: &str, kind: &str) -> String {
    let letters = evening.letters().await;
    let letter = letters.iter().rev().find(|letter| letter.recipient == email && letter.kind == kind);
    token_in(&letter.expect("there is a letter").plain)
}

/// How long things last at most is not how long nobody uses them.
fn never_idle(settings: &mut Settings) {
    settings.security.idle_hours = 87_600;
}

async fn sign_up(evening: &Evening, email: &str) {
    let visitor = evening.visitor();
    assert_eq!(visitor.post(REGISTER, wish(email)).await.status, 202);
    let token = mailed(evening, email, "verify").await;
    let answer = visitor.post(VERIFY, chosen(&token)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

/// What whoever opens a letter sends.
fn chosen(token: &str) -> Value {
    json!({"token": token, "password": PASSWORD})
}

async fn log_in(evening: &Evening, email: &str, password: &str) -> Answer {
    evening.visitor().post(LOGIN, json!({"email": email, "password": password})).await
}

async fn me(evening: &Evening, access_token: &Value) -> Answer {
    let visitor = evening.visitor();
    visitor.send(visitor.request(Method::GET, "/api/v1/me").bearer_auth(access_token.as_str().unwrap())).await
}

fn refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.code()), (status, code), "{}", answer.text());
}

fn wrong_field(answer: &Answer, field: &str, code: &str) {
    refused(answer, 422, "invalid");
    let errors = answer.json["errors"].as_array().unwrap();
    assert!(errors.iter().any(|e| e["field"] == field && e["code"] == code), "{}", answer.text());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn somebody_signs_up_proves_the_address_and_signs_in(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let before = account::Entity::find().count(evening.app.database.reader()).await.unwrap();
    let answer = evening.visitor().post(REGISTER, wish("Lily@Example.CN")).await;
    assert_eq!((answer.status, answer.bytes.len()), (202, 0));
    let after = account::Entity::find().count(evening.app.database.reader()).await.unwrap();
    assert_eq!(before, after, "there is no account before the address is proven");
    refused(&log_in(&evening, "lily@example.cn", PASSWORD).await, 401, "wrong_credentials");

    let token = mailed(&evening, "lily@example.cn", "verify").await;
    let weak = evening.visitor().post(VERIFY, json!({"token": token, "password": "云上的喜鹊云上的喜鹊"})).await;
    wrong_field(&weak, "password", "guessable");
    let begun = evening.visitor().post(VERIFY, chosen(&token)).await;
    assert_eq!((begun.status, &begun.json["expires_in"]), (200, &json!(900)), "{}", begun.text());
    assert_eq!(me(&evening, &begun.json["access_token"]).await.json["nickname"], "云上的喜鹊");
    let renewed = evening.visitor().post(REFRESH, json!({"refresh_token": begun.json["refresh_token"]})).await;
    assert_eq!(renewed.status, 200, "{}", renewed.text());
    let granted = log_in(&evening, "LILY@example.cn", PASSWORD).await;
    assert_eq!(granted.status, 200, "{}", granted.text());
    assert_eq!(granted.json["expires_in"], 900);
    let me = me(&evening, &granted.json["access_token"]).await;
    assert_eq!((me.status, &me.json["nickname"]), (200, &json!("云上的喜鹊")));
    assert_eq!(me.json["gender"], "female");

    refused(&evening.visitor().post(VERIFY, chosen(&token)).await, 422, "token_used");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_learns_which_addresses_are_known(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    sign_up(&evening, "known@example.cn").await;
    let known = evening.visitor().post(REGISTER, wish("known@example.cn")).await;
    let unknown = evening.visitor().post(REGISTER, wish("unknown@example.cn")).await;
    assert_eq!((known.status, &known.bytes), (unknown.status, &unknown.bytes));
    let kinds = |letters: &[crate::evening::Letter], to: &str| {
        letters.iter().filter(|l| l.recipient == to).map(|l| l.kind.clone()).collect::<Vec<_>>()
    };
    let letters = evening.letters().await;
    assert_eq!(kinds(&letters, "known@example.cn"), ["verify", "known"]);
    assert_eq!(kinds(&letters, "unknown@example.cn"), ["verify"]);
    assert!(!letters.iter().any(|l| l.kind == "known" && l.plain.contains("token=")));

    let known = log_in(&evening, "known@example.cn", "not the password").await;
    let unknown = log_in(&evening, "nobody@example.cn", "not the password").await;
    refused(&known, 401, "wrong_credentials");
    assert_eq!(known.bytes, unknown.bytes);
    let known = evening.visitor().post(FORGOT, json!({"email": "known@example.cn"})).await;
    let unknown = evening.visitor().post(FORGOT, json!({"email": "nobody@example.cn"})).await;
    assert_eq!((known.status, known.bytes), (202, unknown.bytes));
    let letters = evening.letters().await;
    assert_eq!(kinds(&letters, "known@example.cn"), ["verify", "known", "reset"]);
    assert!(kinds(&letters, "nobody@example.cn").is_empty());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_second_sign_up_does_not_change_an_account(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let visitor = evening.visitor();
    // Two sign-ups of one address: the link that is opened first wins, the other is dead.
    assert_eq!(visitor.post(REGISTER, wish("a@example.cn")).await.status, 202);
    let first = mailed(&evening, "a@example.cn", "verify").await;
    let mut other = wish("a@example.cn");
    other["nickname"] = json!("攻击者");
    assert_eq!(visitor.post(REGISTER, other.clone()).await.status, 202);
    let second = mailed(&evening, "a@example.cn", "verify").await;
    let granted = visitor.post(VERIFY, chosen(&first)).await;
    assert_eq!(granted.status, 200, "{}", granted.text());
    refused(&visitor.post(VERIFY, chosen(&second)).await, 422, "token_used");
    // A third, when there is an account: nothing to open, nothing changed.
    assert_eq!(visitor.post(REGISTER, other).await.status, 202);
    assert_eq!(evening.letters().await.last().unwrap().kind, "known");
    assert_eq!(me(&evening, &granted.json["access_token"]).await.json["nickname"], "云上的喜鹊");
    assert_eq!(log_in(&evening, "a@example.cn", PASSWORD).await.status, 200);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_imported_person_claims_the_prepared_account(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let guest = evening.participant("women").await;
    sign_up(&evening, &guest.email).await;
    let granted = log_in(&evening, &guest.email, PASSWORD).await;
    let me = me(&evening, &granted.json["access_token"]).await;
    assert_eq!(me.json["nickname"], "guest-1", "what the import knew stays");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_link_in_a_letter_grows_old(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let visitor = evening.visitor();
    visitor.post(REGISTER, wish("late@example.cn")).await;
    let token = mailed(&evening, "late@example.cn", "verify").await;
    evening.clock.advance(hours(48));
    refused(&visitor.post(VERIFY, chosen(&token)).await, 422, "token_expired");
    sweep::due(&evening.app).await.unwrap();
    refused(&visitor.post(VERIFY, chosen(&token)).await, 422, "token_expired");
    evening.clock.advance(Duration::days(30));
    sweep::due(&evening.app).await.unwrap();
    refused(&visitor.post(VERIFY, chosen(&token)).await, 422, "token_invalid");
    for token in ["", "x", &"A".repeat(43), "😀", &"A".repeat(200)] {
        refused(&visitor.post(VERIFY, chosen(token)).await, 422, "token_invalid");
    }
    sign_up(&evening, "late@example.cn").await;
    visitor.post(FORGOT, json!({"email": "late@example.cn"})).await;
    let token = mailed(&evening, "late@example.cn", "reset").await;
    evening.clock.advance(Duration::minutes(60));
    let new = json!({"token": token, "password": "the weaver girl waits"});
    refused(&visitor.post(RESET, new).await, 422, "token_expired");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_sign_up_that_is_not_right_is_told_field_by_field(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let visitor = evening.visitor();
    let with = |field: &str, value: Value| {
        let mut wish = wish("a@example.cn");
        wish[field] = value;
        wish
    };
    for (field, value, code) in [
        ("email", json!("no address"), "mail_address"),
        ("email", json!(""), "mail_address"),
        ("email", json!(format!("{}@example.cn", "a".repeat(65))), "mail_address"),
        ("email", json!("a@example.cn\r\nBcc: b@example.cn"), "mail_address"),
        ("email", json!(7), "wrong_type"),
        ("nickname", json!(""), "blank"),
        ("nickname", json!("   "), "blank"),
        ("nickname", json!("鹊".repeat(25)), "too_long"),
        ("nickname", json!("a\nb"), "control_characters"),
        ("gender", json!("men"), "wrong_type"),
        ("unit_id", json!("not an id"), "wrong_type"),
    ] {
        wrong_field(&visitor.post(REGISTER, with(field, value)).await, field, code);
    }
    refused(&visitor.post(REGISTER, with("is_admin", json!(true))).await, 422, "invalid");
    refused(&visitor.post(REGISTER, with("password", json!(PASSWORD))).await, 422, "invalid");
    refused(&visitor.post(REGISTER, json!([])).await, 422, "invalid");
    let raw = |kind: &'static str, body: &'static str| {
        let request = visitor.request(Method::POST, REGISTER).header("content-type", kind).body(body);
        visitor.send(request)
    };
    refused(&raw("application/json", "{").await, 400, "malformed_json");
    refused(&raw("text/plain", "{}").await, 415, "not_json");
    assert_eq!(evening.letters().await.len(), 0, "nothing was written");
    assert_eq!(sign_up::Entity::find().count(evening.app.database.reader()).await.unwrap(), 0);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn names_and_domains_in_any_script_are_kept(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let mut wish = wish("hong@例子.中国");
    wish["nickname"] = json!("👩‍👩‍👧 𠮷野家");
    wish["language"] = json!("en");
    assert_eq!(evening.visitor().post(REGISTER, wish).await.status, 202);
    let folded = "hong@xn--fsqu00a.xn--fiqs8s";
    let letters = evening.letters().await;
    assert_eq!(letters[0].recipient, folded);
    assert!(letters[0].subject.starts_with("Confirm") && letters[0].plain.contains("👩‍👩‍👧 𠮷野家"));
    let token = mailed(&evening, folded, "verify").await;
    evening.visitor().post(VERIFY, chosen(&token)).await;
    let granted = log_in(&evening, "HONG＠例子。中国", PASSWORD).await;
    assert_eq!(granted.status, 200, "{}", granted.text());
    let me = me(&evening, &granted.json["access_token"]).await;
    assert_eq!((&me.json["email"], &me.json["nickname"]), (&json!("hong@例子.中国"), &json!("👩‍👩‍👧 𠮷野家")));
    assert_eq!(me.json["language"], "en");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_door_rests_after_too_many_wrong_passwords(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    sign_up(&evening, "a@example.cn").await;
    sign_up(&evening, "b@example.cn").await;
    for _ in 0..10 {
        refused(&log_in(&evening, "a@example.cn", "wrong").await, 401, "wrong_credentials");
        refused(&log_in(&evening, "nobody@example.cn", "wrong").await, 401, "wrong_credentials");
    }
    for email in ["a@example.cn", "nobody@example.cn"] {
        let resting = log_in(&evening, email, PASSWORD).await;
        refused(&resting, 429, "too_many_requests");
        assert_eq!(resting.headers["retry-after"], "900");
    }
    assert_eq!(log_in(&evening, "b@example.cn", PASSWORD).await.status, 200, "other doors are open");
    evening.clock.advance(Duration::seconds(899));
    refused(&log_in(&evening, "a@example.cn", PASSWORD).await, 429, "too_many_requests");
    evening.clock.advance(Duration::seconds(1));
    assert_eq!(log_in(&evening, "a@example.cn", PASSWORD).await.status, 200);
    for _ in 0..9 {
        log_in(&evening, "a@example.cn", "wrong").await;
    }
    assert_eq!(log_in(&evening, "a@example.cn", PASSWORD).await.status, 200, "a right password starts afresh");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn guessing_all_at_once_gains_nothing(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let guesses = (0..40).map(|_| {
        let visitor = evening.visitor();
        tokio::spawn(
            async move { visitor.post(LOGIN, json!({"email": "a@example.cn", "password": "wrong"})).await.status },
        )
    });
    let mut compared = 0;
    for guess in guesses.collect::<Vec<_>>() {
        match guess.await.unwrap() {
            401 => compared += 1,
            429 => {}
            other => panic!("{other}"),
        }
    }
    assert!(compared <= 10, "{compared} guesses were compared");
    let counted = sign_in_throttle::Entity::find().count(evening.app.database.reader()).await.unwrap();
    assert!(counted <= 10, "refused knocks are forgotten, {counted}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_network_address_is_paced(#[values(Sqlite, Postgres)] engine: Engine) {
    let few = |settings: &mut queqiao::settings::Settings| settings.security.auth_requests_per_minute = 2;
    let Some(evening) = Evening::begin_with(engine, Phase::Registration, few).await else { return };
    for _ in 0..2 {
        refused(&evening.visitor().post(VERIFY, chosen("x")).await, 422, "token_invalid");
    }
    let paced = evening.visitor().post(VERIFY, chosen("x")).await;
    refused(&paced, 429, "too_many_requests");
    assert!(paced.headers.contains_key("retry-after"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_refresh_token_is_good_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    sign_up(&evening, "a@example.cn").await;
    let visitor = evening.visitor();
    let first = log_in(&evening, "a@example.cn", PASSWORD).await.json;
    let other = log_in(&evening, "a@example.cn", PASSWORD).await.json;
    let second = visitor.post(REFRESH, json!({"refresh_token": first["refresh_token"]})).await;
    assert_eq!(second.status, 200, "{}", second.text());
    assert_eq!(me(&evening, &second.json["access_token"]).await.status, 200);

    evening.clock.advance(Duration::seconds(31));
    let reused = visitor.post(REFRESH, json!({"refresh_token": first["refresh_token"]})).await;
    refused(&reused, 401, "refresh_token_reused");
    let third = visitor.post(REFRESH, json!({"refresh_token": second.json["refresh_token"]})).await;
    refused(&third, 401, "refresh_token_invalid");
    refused(&me(&evening, &second.json["access_token"]).await, 401, "not_signed_in");
    assert_eq!(me(&evening, &other["access_token"]).await.status, 200, "another device is not concerned");
    let unknown = visitor.post(REFRESH, json!({"refresh_token": "A".repeat(43)})).await;
    refused(&unknown, 401, "refresh_token_invalid");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tokens_run_out(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    sign_up(&evening, "a@example.cn").await;
    let granted = log_in(&evening, "a@example.cn", PASSWORD).await.json;
    evening.clock.advance(Duration::minutes(15));
    refused(&me(&evening, &granted["access_token"]).await, 401, "not_signed_in");
    evening.clock.advance(Duration::days(30) - Duration::minutes(15));
    let old = evening.visitor().post(REFRESH, json!({"refresh_token": granted["refresh_token"]})).await;
    refused(&old, 401, "refresh_token_invalid");
    refused(&me(&evening, &json!("nonsense")).await, 401, "not_signed_in");
    let nobody = evening.visitor().get("/api/v1/me").await;
    refused(&nobody, 401, "not_signed_in");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn signing_out_ends_the_tokens_at_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    sign_up(&evening, "a@example.cn").await;
    let granted = log_in(&evening, "a@example.cn", PASSWORD).await.json;
    let shown = json!({"refresh_token": granted["refresh_token"]});
    for _ in 0..2 {
        assert_eq!(evening.visitor().post(LOGOUT, shown.clone()).await.status, 204);
    }
    assert_eq!(evening.visitor().post(LOGOUT, json!({"refresh_token": "unknown"})).await.status, 204);
    refused(&me(&evening, &granted["access_token"]).await, 401, "not_signed_in");
    refused(&evening.visitor().post(REFRESH, shown).await, 401, "refresh_token_invalid");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_forgotten_password_is_set_anew_and_everybody_is_out(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    sign_up(&evening, "a@example.cn").await;
    let granted = log_in(&evening, "a@example.cn", PASSWORD).await.json;
    let visitor = evening.visitor();
    visitor.post(FORGOT, json!({"email": "a@example.cn"})).await;
    let older = mailed(&evening, "a@example.cn", "reset").await;
    visitor.post(FORGOT, json!({"email": "A@example.cn"})).await;
    let token = mailed(&evening, "a@example.cn", "reset").await;
    let weak = visitor.post(RESET, json!({"token": token, "password": "password123"})).await;
    wrong_field(&weak, "password", "guessable");
    for _ in 0..11 {
        log_in(&evening, "a@example.cn", "wrong").await;
    }
    let new = "the weaver girl waits";
    let hands = (0..4).map(|_| {
        let (visitor, body) = (evening.visitor(), json!({"token": token, "password": new}));
        tokio::spawn(async move { visitor.post(RESET, body).await.status })
    });
    let mut statuses = Vec::new();
    for hand in hands.collect::<Vec<_>>() {
        statuses.push(hand.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 422, 422, 422]);
    refused(&visitor.post(RESET, json!({"token": older, "password": new})).await, 422, "token_used");
    refused(&me(&evening, &granted["access_token"]).await, 401, "not_signed_in");
    let old = visitor.post(REFRESH, json!({"refresh_token": granted["refresh_token"]})).await;
    refused(&old, 401, "refresh_token_invalid");
    assert_eq!(log_in(&evening, "a@example.cn", new).await.status, 200, "the resting door opens, too");
    refused(&log_in(&evening, "a@example.cn", PASSWORD).await, 401, "wrong_credentials");
    assert!(evening.letters().await.iter().any(|letter| letter.kind == "password_changed"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn changing_the_password_keeps_only_oneself_signed_in(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    sign_up(&evening, "a@example.cn").await;
    let mine = log_in(&evening, "a@example.cn", PASSWORD).await.json;
    let other = log_in(&evening, "a@example.cn", PASSWORD).await.json;
    let visitor = evening.visitor();
    let change = |old: &str, new: &str| {
        let request = visitor.request(Method::POST, CHANGE).bearer_auth(mine["access_token"].as_str().unwrap());
        visitor.send(request.json(&json!({"current_password": old, "password": new})))
    };
    refused(&change("wrong", "the weaver girl waits").await, 401, "wrong_credentials");
    wrong_field(&change(PASSWORD, "password123").await, "password", "guessable");
    assert_eq!(change(PASSWORD, "the weaver girl waits").await.status, 204);
    assert_eq!(me(&evening, &mine["access_token"]).await.status, 200);
    refused(&me(&evening, &other["access_token"]).await, 401, "not_signed_in");
    assert_eq!(log_in(&evening, "a@example.cn", "the weaver girl waits").await.status, 200);
    refused(&visitor.post(CHANGE, json!({})).await, 401, "not_signed_in");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_database_holds_no_secret_it_handed_out(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    sign_up(&evening, "a@example.cn").await;
    let visitor = evening.visitor();
    let login = visitor.request(Method::POST, LOGIN).header("Idempotency-Key", "k");
    let granted = visitor.send(login.json(&json!({"email": "a@example.cn", "password": PASSWORD}))).await.json;
    visitor.post(FORGOT, json!({"email": "a@example.cn"})).await;
    let address = queqiao::accounts::address::MailAddress::read("a@example.cn").unwrap();
    let app = &evening.app;
    let asker = Asker::default();
    let cookie = open_session(app, &asker, &address, PASSWORD).await.unwrap().inside().unwrap().proof;

    let db = app.database.reader();
    let rows = format!(
        "{:?}{:?}{:?}{:?}{:?}{:?}",
        refresh_token::Entity::find().all(db).await.unwrap(),
        session::Entity::find().all(db).await.unwrap(),
        reset_request::Entity::find().all(db).await.unwrap(),
        sign_in_throttle::Entity::find().all(db).await.unwrap(),
        account::Entity::find().all(db).await.unwrap(),
        queqiao::idempotency::Entity::find().all(db).await.unwrap(),
    );
    let reset = mailed(&evening, "a@example.cn", "reset").await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    for secret in
        [text(&granted["access_token"]), text(&granted["refresh_token"]), cookie.clone(), reset, PASSWORD.into()]
    {
        // Debug prints bytes as numbers: a token stored as it is would show in one of the two forms.
        let numbers = format!("{:?}", secret.as_bytes());
        assert!(!rows.contains(&secret) && !rows.contains(&numbers));
        if engine == Sqlite {
            for file in std::fs::read_dir(evening.folder()).unwrap() {
                let bytes = std::fs::read(file.unwrap().path()).unwrap();
                assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
            }
        }
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_browser_signs_in_by_cookie_and_other_sites_cannot_use_it(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin_with(engine, Phase::Registration, never_idle).await else { return };
    sign_up(&evening, "a@example.cn").await;
    let address = queqiao::accounts::address::MailAddress::read("a@example.cn").unwrap();
    let app = &evening.app;
    let asker = Asker::default();
    let token = open_session(app, &asker, &address, PASSWORD).await.unwrap().inside().unwrap().proof;
    let cookie = queqiao::accounts::cookie::set(app, &token);
    assert_eq!(cookie.http_only(), Some(true));
    let visitor = evening.visitor();
    let ask = |method: Method, headers: &[(&'static str, &str)]| {
        let mut request = visitor.request(method, "/api/v1/me").header("cookie", format!("queqiao={token}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        visitor.send(request.json(&json!({"about": "爱看星星"})))
    };
    assert_eq!(ask(Method::GET, &[]).await.status, 200);
    assert_eq!(ask(Method::GET, &[("sec-fetch-site", "cross-site")]).await.status, 200);
    refused(&ask(Method::PATCH, &[]).await, 403, "cross_site");
    refused(&ask(Method::PATCH, &[("origin", "https://evil.example")]).await, 403, "cross_site");
    let forged = [("sec-fetch-site", "cross-site"), ("origin", evening.address.as_str())];
    refused(&ask(Method::PATCH, &forged).await, 403, "cross_site");
    assert_eq!(ask(Method::PATCH, &[("origin", evening.address.as_str())]).await.status, 200);
    assert_eq!(ask(Method::PATCH, &[("sec-fetch-site", "same-origin")]).await.status, 200);

    evening.clock.advance(Duration::days(13));
    assert_eq!(ask(Method::GET, &[]).await.status, 200);
    queqiao::accounts::end_session::end_session(app, &token).await.unwrap();
    refused(&ask(Method::GET, &[]).await, 401, "not_signed_in");
    let token = open_session(app, &asker, &address, PASSWORD).await.unwrap().inside().unwrap().proof;
    evening.clock.advance(Duration::days(14));
    let request = visitor.request(Method::GET, "/api/v1/me").header("cookie", format!("queqiao={token}"));
    refused(&visitor.send(request).await, 401, "not_signed_in");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_person_describes_themself(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let guest = evening.participant("men").await;
    let changes = json!({"nickname": " 牛郎 ", "born_on": "1994-07-07", "education": "本科", "district": "海淀",
        "interests": ["爬山", "👾"], "about": "第一行\n第二行", "real_name": "李雷", "phone": "+86 138-0000-0000",
        "wechat": "lilei", "language": "en"});
    let answer = guest.patch("/api/v1/me", changes).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json["nickname"], "牛郎");
    assert_eq!(answer.json["interests"], json!(["爬山", "👾"]));
    let answer = guest.patch("/api/v1/me", json!({"real_name": null, "interests": []})).await;
    assert_eq!((&answer.json["real_name"], &answer.json["wechat"]), (&Value::Null, &json!("lilei")));
    assert_eq!(guest.get("/api/v1/me").await.json, answer.json);

    for (field, value, code) in [
        ("nickname", json!(""), "blank"),
        ("born_on", json!("2008-08-23"), "under_age"),
        ("born_on", json!("1900-01-01"), "out_of_range"),
        ("born_on", json!("2026-08-23"), "out_of_range"),
        ("born_on", json!("1990"), "wrong_type"),
        ("born_on", json!(1990), "wrong_type"),
        ("about", json!("鹊".repeat(1001)), "too_long"),
        ("phone", json!("call me"), "phone_number"),
        ("interests[0]", json!([""]), "blank"),
        ("gender", json!(null), "ok"),
    ] {
        let mut body = json!({});
        body[field.split('[').next().unwrap()] = value;
        let answer = guest.patch("/api/v1/me", body).await;
        if code == "ok" {
            assert_eq!(answer.status, 200, "{}", answer.text());
        } else {
            wrong_field(&answer, field, code);
        }
    }
    let many: Vec<String> = (0..21).map(|n| n.to_string()).collect();
    refused(&guest.patch("/api/v1/me", json!({"interests": many})).await, 422, "invalid");
    refused(&guest.patch("/api/v1/me", json!({"administrator": true})).await, 422, "invalid");
    refused(&evening.visitor().patch("/api/v1/me", json!({})).await, 401, "not_signed_in");
    let stored = profile::Entity::find_by_id(guest.account_id).one(evening.app.database.reader()).await.unwrap();
    assert_eq!(stored.unwrap().interests(), Vec::<String>::new());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_has_run_out_is_thrown_away(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin_with(engine, Phase::Registration, never_idle).await else { return };
    let (app, visitor) = (&evening.app, evening.visitor());
    sign_up(&evening, "a@example.cn").await;
    visitor.post(REGISTER, wish("never@example.cn")).await;
    visitor.post(FORGOT, json!({"email": "a@example.cn"})).await;
    let granted = log_in(&evening, "a@example.cn", PASSWORD).await.json;
    log_in(&evening, "a@example.cn", "wrong").await;
    let address = queqiao::accounts::address::MailAddress::read("a@example.cn").unwrap();
    open_session(app, &Asker::default(), &address, PASSWORD).await.unwrap();
    log_in(&evening, "a@example.cn", "wrong").await;
    assert_eq!(evening.letters().await.len(), 3);
    let rows = async || {
        let db = app.database.reader();
        [
            sign_up::Entity::find().count(db).await.unwrap(),
            reset_request::Entity::find().count(db).await.unwrap(),
            session::Entity::find().count(db).await.unwrap(),
            sign_in_throttle::Entity::find().count(db).await.unwrap(),
            refresh_token::Entity::find().count(db).await.unwrap(),
            token_family::Entity::find().count(db).await.unwrap(),
            letter_request::Entity::find().count(db).await.unwrap(),
            spent_link::Entity::find().count(db).await.unwrap(),
        ]
    };
    sweep::due(app).await.unwrap();
    assert_eq!(rows().await, [1, 1, 1, 2, 2, 2, 3, 1], "nothing has run out yet");
    evening.clock.advance(hours(48));
    sweep::due(app).await.unwrap();
    assert_eq!(rows().await, [0, 0, 1, 0, 2, 2, 0, 3], "two links are remembered as too old");
    evening.clock.advance(Duration::days(28) - Duration::seconds(1));
    let next = visitor.post(REFRESH, json!({"refresh_token": granted["refresh_token"]})).await;
    assert_eq!(next.status, 200, "{}", next.text());
    evening.clock.advance(Duration::seconds(1));
    sweep::due(app).await.unwrap();
    assert_eq!(rows().await, [0, 0, 0, 0, 1, 1, 0, 2], "the sign-in goes on with its next token");
    evening.clock.advance(Duration::days(30));
    sweep::due(app).await.unwrap();
    assert_eq!(rows().await, [0; 8]);
}
