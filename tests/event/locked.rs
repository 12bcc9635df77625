//! An administrator locks an account: nobody is inside any more, and nobody gets in.

use futures_util::future::join_all;
use queqiao::accounts::profile::Gender;
use queqiao::audit::entry;
use queqiao::events::phase::Phase;
use rstest::rstest;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};

use crate::fixtures::evening::Engine::{Postgres, Sqlite};
use crate::fixtures::evening::{Engine, Evening};
use crate::fixtures::person::{Answer, Person, refused};

const PASSWORD: &str = "a long sentence about magpies";

/// An administrator who can prove it.
async fn administrator(evening: &Evening) -> Person {
    let administrator = evening.administrator().await;
    evening.with_password(&administrator, PASSWORD).await;
    administrator
}

async fn look_up(by: &Person, email: &str) -> Answer {
    by.post("/api/v1/admin/accounts/look-up", json!({ "email": email })).await
}

fn lock_of(person: &Person) -> String {
    format!("/api/v1/admin/accounts/{}/lock", person.account_id)
}

async fn lock(by: &Person, person: &Person, reason: &str) -> Answer {
    by.put(&lock_of(person), json!({"reason": reason, "password": PASSWORD})).await
}

async fn sign_in(evening: &Evening, person: &Person, password: &str) -> Answer {
    evening.visitor().post("/api/v1/auth/login", json!({"email": person.email, "password": password})).await
}

async fn recorded(evening: &Evening, action: &str) -> u64 {
    let entries = entry::Entity::find().filter(entry::Column::Action.eq(action));
    entries.count(evening.app.database.reader()).await.unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_is_locked_is_out_at_once_and_stays_out(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let administrator = administrator(&evening).await;
    let guest = evening.account("guest", Gender::Female).await;
    evening.with_password(&guest, PASSWORD).await;
    let tokens = sign_in(&evening, &guest, PASSWORD).await;
    assert_eq!(tokens.status, 200, "{}", tokens.text());
    let mut inside = evening.again(&guest);
    inside.token = tokens.json["access_token"].as_str().map(str::to_owned);
    assert_eq!(inside.get("/api/v1/me").await.status, 200);

    assert_eq!(lock(&administrator, &guest, "compromised").await.status, 204);
    refused(&inside.get("/api/v1/me").await, 401, "not_signed_in");
    let refresh = json!({"refresh_token": tokens.json["refresh_token"]});
    refused(&evening.visitor().post("/api/v1/auth/refresh", refresh).await, 401, "refresh_token_invalid");
    // The right password is answered like a wrong one, and like that of nobody.
    let right = sign_in(&evening, &guest, PASSWORD).await;
    let wrong = sign_in(&evening, &guest, "another long sentence").await;
    refused(&right, 401, "wrong_credentials");
    assert_eq!((right.status, &right.json), (wrong.status, &wrong.json));
    // A letter lets in nobody either.
    evening.visitor().post("/api/v1/auth/password/forgot", json!({"email": guest.email})).await;
    let letter = evening.letters_to(&guest, "reset").await.pop().unwrap();
    let token = letter.plain.split("token=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    let anew = json!({"token": token, "password": "another long sentence"});
    refused(&evening.visitor().post("/api/v1/auth/password/reset", anew).await, 422, "token_invalid");
    let letters = evening.letters_to(&guest, "account_locked").await;
    assert_eq!(letters.len(), 1);

    let seen = look_up(&administrator, &guest.email).await.json;
    assert_eq!(seen["locked"]["reason"], "compromised");
    // Once more changes the reason, and writes no second letter.
    assert_eq!(lock(&administrator, &guest, "requested").await.status, 204);
    assert_eq!(look_up(&administrator, &guest.email).await.json["locked"]["reason"], "requested");
    assert_eq!(evening.letters_to(&guest, "account_locked").await.len(), 1);

    assert_eq!(administrator.delete(&lock_of(&guest)).await.status, 204);
    assert_eq!(administrator.delete(&lock_of(&guest)).await.status, 204, "as it is already");
    refused(&inside.get("/api/v1/me").await, 401, "not_signed_in");
    assert_eq!(sign_in(&evening, &guest, PASSWORD).await.status, 200);
    assert_eq!(evening.letters_to(&guest, "account_unlocked").await.len(), 1);
    let counts = [recorded(&evening, "account_locked").await, recorded(&evening, "account_unlocked").await];
    assert_eq!((counts, recorded(&evening, "account_looked_up").await), ([2, 1], 2));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn accounts_are_found_by_their_whole_address_and_by_administrators(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    let administrator = administrator(&evening).await;
    let found = look_up(&administrator, &evening.organizer.email).await;
    assert_eq!(found.status, 200, "{}", found.text());
    assert_eq!(found.json["unions"], json!([{"organization": "yanyuan", "name": "燕缘际会工会"}]));
    assert_eq!((&found.json["administrator"], &found.json["locked"]), (&json!(false), &Value::Null));
    let host = evening.crew(queqiao::events::crew::Role::Host).await;
    let seen = look_up(&administrator, &host.email).await.json;
    assert_eq!((&seen["crew"][0]["event"], &seen["crew"][0]["role"]), (&json!("qixi"), &json!("host")));
    assert!(!seen.to_string().contains(&host.email), "an address is asked for and not told: {seen}");
    refused(&look_up(&administrator, "nobody@example.com").await, 404, "not_found");
    refused(&look_up(&administrator, "no address").await, 422, "invalid");

    refused(&look_up(&evening.organizer, &host.email).await, 403, "wrong_role");
    refused(&lock(&evening.organizer, &host, "misconduct").await, 403, "wrong_role");
    refused(&evening.organizer.delete(&lock_of(&host)).await, 403, "wrong_role");
    refused(&look_up(&evening.visitor(), &host.email).await, 401, "not_signed_in");
    // Not without a proof, not for no reason, not oneself, and nobody who is not there.
    let unproven = administrator.put(&lock_of(&host), json!({"reason": "misconduct", "password": "no"})).await;
    refused(&unproven, 401, "wrong_credentials");
    refused(&lock(&administrator, &host, "because").await, 422, "invalid");
    refused(&lock(&administrator, &administrator, "requested").await, 409, "own_account");
    refused(&lock(&administrator, &evening.visitor(), "requested").await, 404, "not_found");
    assert_eq!(recorded(&evening, "account_locked").await, 0);

    let page = administrator.get("/admin/accounts").await;
    assert_eq!(page.status, 200);
    refused(&evening.organizer.get("/api/v1/admin/accounts/look-up").await, 405, "method_not_allowed");
}

/// Two administrators lock each other at the same moment: one of them is first, and the other is out.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_who_lock_each_other_one_stays(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Draft).await else { return };
    let (one, other) = (administrator(&evening).await, administrator(&evening).await);
    let hands = (0..3).flat_map(|_| [lock(&one, &other, "misconduct"), lock(&other, &one, "misconduct")]);
    let answers = join_all(hands).await;
    assert!(answers.iter().all(|answer| [204, 401].contains(&answer.status)));
    let mut inside = 0;
    for person in [&one, &other] {
        let seen = sign_in(&evening, person, PASSWORD).await.status;
        assert!([200, 401].contains(&seen));
        inside += usize::from(seen == 200);
    }
    assert_eq!(inside, 1);
}
