//! The evening on a phone: where to sit, whom to light up for, what came of it.

mod dates;
mod now;
mod picks;
mod survey;

use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};

use crate::fixtures::evening::Engine;
use crate::fixtures::hall::Hall;
use crate::fixtures::person::{Answer, Person};

const EVIL: &str = "<b>1</b>\"'&";
const DATES: &str = "/e/qixi/dates";
const PICKS: &str = "/e/qixi/picks";
const MATCHES: &str = "/e/qixi/matches";

async fn hall(engine: Engine, pairs: u32, dates: Value) -> Option<Hall> {
    let hall = Hall::begin(engine, pairs).await?;
    hall.evening.change(|row| row.settings = Set(json!({ "dates": dates }))).await;
    Some(hall)
}

async fn call(hall: &Hall, step: &str) -> Answer {
    let answer = hall.host.post(&format!("/api/v1/events/qixi/dates/{step}"), json!({})).await;
    assert!(answer.status < 300, "{step}: {}", answer.text());
    answer
}

async fn my_rounds(person: &Person) -> Vec<Value> {
    person.get("/api/v1/events/qixi/dates/me").await.json["rounds"].as_array().unwrap().clone()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}

fn exported(zip: &[u8], name: &str) -> String {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
    std::io::read_to_string(zip.by_name(name).unwrap()).unwrap()
}
