//! 邀请: naming an address tells nothing of it and appoints nobody.

mod answering;
mod newcomers;
mod privacy;

use queqiao::accounts::account;
use queqiao::events::crew;
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait, PaginatorTrait};
use serde_json::json;

use crate::fixtures::evening::Evening;
use crate::fixtures::person::{Answer, Person};

const PASSWORD: &str = "magpies-over-the-silver-river";
const CREW: &str = "/api/v1/events/qixi/crew";
const MINE: &str = "/api/v1/me/invitations";

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
