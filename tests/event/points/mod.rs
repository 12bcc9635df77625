//! Stories of the room `points`.

mod ledger;
mod freeze;
mod ranking;

use queqiao::database::Write;
use queqiao::points::entry;
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use crate::fixtures::evening::Evening;
use crate::fixtures::person::Person;

const MINE: &str = "/api/v1/events/qixi/ledger/me";
const ENTRIES: &str = "/api/v1/events/qixi/ledger/entries";
const FREEZE: &str = "/api/v1/events/qixi/ledger/freeze";
const DIGESTS: &str = "/api/v1/events/qixi/ledger/digests";
const BOARD: &str = "/api/v1/events/qixi/leaderboard";
const SIGN_INS: &str = "/api/v1/events/qixi/sign-ins";

fn lines(people: &[&Person], rule: &str, day: Option<&str>, subject: Option<&str>) -> Value {
    let registrations: Vec<_> = people.iter().map(|person| person.registration_id).collect();
    let mut body = json!({"registrations": registrations, "rule": rule, "reason": "现场核对"});
    if let Some(day) = day {
        body["day"] = json!(day);
    }
    if let Some(subject) = subject {
        body["subject"] = json!(subject);
    }
    body
}

async fn entries(evening: &Evening) -> Vec<entry::Model> {
    entry::Entity::find().all(evening.app.database.reader()).await.unwrap()
}

async fn write(evening: &Evening) -> Write {
    evening.app.database.begin_write().await.unwrap()
}

async fn set_terms(evening: &Evening, points: Value) {
    evening.change(|row| row.settings = Set(json!({ "points": points }))).await;
}
