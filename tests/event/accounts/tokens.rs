//! What a sign-in hands out, and when it ends.

use chrono::Duration;
use queqiao::accounts::asker::Asker;
use queqiao::accounts::open_session::open_session;
use queqiao::accounts::{
    account, letter_request, refresh_token, reset_request, session, sign_in_throttle, sign_up, spent_link, sweep,
    token_family,
};
use queqiao::events::phase::Phase;
use reqwest::Method;
use rstest::rstest;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use super::{FORGOT, LOGIN, LOGOUT, PASSWORD, REFRESH, REGISTER, log_in, mailed, me, never_idle, sign_up, wish};
use crate::fixtures::evening::Engine::{Postgres, Sqlite};
use crate::fixtures::evening::{Engine, Evening, hours};
use crate::fixtures::person::refused;

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
    let body = json!({"refresh_token": granted["refresh_token"]});
    for _ in 0..2 {
        assert_eq!(evening.visitor().post(LOGOUT, body.clone()).await.status, 204);
    }
    assert_eq!(evening.visitor().post(LOGOUT, json!({"refresh_token": "unknown"})).await.status, 204);
    refused(&me(&evening, &granted["access_token"]).await, 401, "not_signed_in");
    refused(&evening.visitor().post(REFRESH, body).await, 401, "refresh_token_invalid");
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
