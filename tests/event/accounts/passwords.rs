//! A password is set anew.

use queqiao::events::phase::Phase;
use reqwest::Method;
use rstest::rstest;
use serde_json::json;

use super::{CHANGE, FORGOT, PASSWORD, REFRESH, RESET, log_in, mailed, me, sign_up, wrong_field};
use crate::fixtures::evening::Engine::{Postgres, Sqlite};
use crate::fixtures::evening::{Engine, Evening};
use crate::fixtures::person::refused;

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
