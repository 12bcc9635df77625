//! 账号: signing up, in and out, and what a person may do with their own account.

mod new_accounts;
mod sign_in;
mod tokens;
mod passwords;
mod profile;

use queqiao::settings::Settings;
use reqwest::Method;
use serde_json::{Value, json};

use crate::fixtures::evening::Evening;
use crate::fixtures::letter::token_in;
use crate::fixtures::person::{Answer, refused};

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

fn wrong_field(answer: &Answer, field: &str, code: &str) {
    refused(answer, 422, "invalid");
    let errors = answer.json["errors"].as_array().unwrap();
    assert!(errors.iter().any(|e| e["field"] == field && e["code"] == code), "{}", answer.text());
}
