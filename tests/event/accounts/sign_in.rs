//! Somebody signs in, and nobody guesses.

use chrono::Duration;
use queqiao::accounts::asker::Asker;
use queqiao::accounts::open_session::open_session;
use queqiao::accounts::sign_in_throttle;
use queqiao::events::phase::Phase;
use reqwest::Method;
use rstest::rstest;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;

use super::{LOGIN, PASSWORD, VERIFY, chosen, log_in, never_idle, sign_up};
use crate::fixtures::evening::Engine::{Postgres, Sqlite};
use crate::fixtures::evening::{Engine, Evening};
use crate::fixtures::person::refused;

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
