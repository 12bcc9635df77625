//! Stories of the room `plaza`.

mod posts;
mod daily;
mod quizzes;

use chrono::{DateTime, Utc};
use queqiao::points::entry;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;

use crate::fixtures::evening::Evening;
use crate::fixtures::person::{Answer, Person};

const POSTS: &str = "/api/v1/events/qixi/posts";
const DECLARATIONS: &str = "/api/v1/events/qixi/declarations";
const SIGN_INS: &str = "/api/v1/events/qixi/sign-ins";
const QUIZZES: &str = "/api/v1/events/qixi/quizzes";
const COMPLAINTS: &str = "/api/v1/events/qixi/complaints";
const QUEUE: &str = "/api/v1/events/qixi/moderation";
const MINE: &str = "/api/v1/events/qixi/ledger/me";

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

async fn posts(person: &Person, body: &str) -> String {
    let answer = person.post(POSTS, json!({ "body": body })).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json["id"].as_str().unwrap().to_owned()
}

async fn decides(evening: &Evening, id: &str, decision: &str) -> Answer {
    let organizer = evening.again(&evening.organizer);
    organizer.post(&format!("{QUEUE}/{id}/decision"), json!({ "decision": decision })).await
}

async fn shown_post(evening: &Evening, by: &Person) -> String {
    let id = posts(by, "周末爱爬山").await;
    assert_eq!(decides(evening, &id, "approve").await.status, 200);
    id
}

async fn points(person: &Person) -> i64 {
    person.get(MINE).await.json["points"].as_i64().unwrap()
}

async fn lines(evening: &Evening) -> u64 {
    entry::Entity::find().count(evening.app.database.reader()).await.unwrap()
}
