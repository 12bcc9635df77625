//! 活动圈: those who came stay in touch, and then everything is gone.

mod joining;
mod ending;
mod notes;

use chrono::{DateTime, Utc};
use queqiao::audit::entry;
use queqiao::circle::{member, note, report, term};
use queqiao::events::event;
use queqiao::events::phase::Phase;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use serde_json::json;

use crate::fixtures::evening::Engine;
use crate::fixtures::evening::Evening;
use crate::fixtures::hall::Hall;
use crate::fixtures::person::{Answer, Person, refused};

const CIRCLE: &str = "/api/v1/events/qixi/circle";
const NOTES: &str = "/api/v1/events/qixi/circle/notes";
const MEMBERSHIP: &str = "/api/v1/events/qixi/circle/membership";
const PAGE: &str = "/e/qixi/circle";
const OFFICE: &str = "/office/e/qixi/circle";

/// A hall whose evening is over, with a circle of 30 days.
async fn over(engine: Engine, pairs: u32) -> Option<Hall> {
    let mut hall = Hall::begin(engine, pairs).await?;
    hall.evening.change(|row| row.settings = Set(json!({ "circle": { "days": 30 } }))).await;
    hall.evening.move_to(Phase::Closed).await;
    Some(hall)
}

async fn join(person: &Person) {
    let joined = person.post(MEMBERSHIP, json!({})).await;
    assert_eq!(joined.status, 204, "{}", joined.text());
}

/// As [`over`], with everybody in the circle.
async fn joined(engine: Engine, pairs: u32) -> Option<Hall> {
    let hall = over(engine, pairs).await?;
    for person in hall.men.iter().chain(&hall.women) {
        join(person).await;
    }
    Some(hall)
}

async fn say(person: &Person, body: &str) -> String {
    let answer = person.post(NOTES, json!({ "body": body })).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json["id"].as_str().unwrap().to_owned()
}

async fn answer(person: &Person, about: &str, body: &str) -> Answer {
    person.post(&format!("{NOTES}/{about}/replies"), json!({ "body": body })).await
}

async fn report_it(person: &Person, id: &str, reason: &str) -> Answer {
    person.post(&format!("{NOTES}/{id}/reports"), json!({ "reason": reason })).await
}

async fn decide(organizer: &Person, id: &str, decision: &str) -> Answer {
    let verdict = json!({ "decision": decision, "reason": "看过了" });
    organizer.post(&format!("{NOTES}/{id}/decision"), verdict).await
}

/// What a person reads, newest first.
async fn reads(person: &Person) -> Vec<String> {
    bodies(&person.get(NOTES).await)
}

fn bodies(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let items = answer.json["items"].as_array().unwrap().iter();
    items.map(|note| note["body"].as_str().unwrap().to_owned()).collect()
}

async fn rows(evening: &Evening) -> (u64, u64, u64) {
    let db = evening.app.database.reader();
    let notes = note::Entity::find().count(db).await.unwrap();
    (notes, member::Entity::find().count(db).await.unwrap(), report::Entity::find().count(db).await.unwrap())
}

/// What the audit says of the circle, and why.
async fn audited(evening: &Evening) -> Vec<(String, Option<String>)> {
    let deeds = entry::Entity::find().filter(entry::Column::Action.starts_with("circle"));
    let deeds = deeds.order_by_asc(entry::Column::Id).all(evening.app.database.reader()).await.unwrap();
    deeds.into_iter().map(|deed| (deed.action, deed.reason)).collect()
}

async fn ends_at(evening: &Evening) -> DateTime<Utc> {
    let db = evening.app.database.reader();
    let event = event::by_slug(db, "qixi").await.unwrap().unwrap();
    term::of(db, &event).await.unwrap().unwrap().ends_at
}

/// Everything a member can ask, with the words of a refusal.
async fn refused_everywhere(person: &Person, id: &str, status: u16, code: &str) {
    for path in [NOTES, &format!("{CIRCLE}/members"), &format!("{NOTES}/{id}/replies")] {
        refused(&person.get(path).await, status, code);
    }
    refused(&person.post(NOTES, json!({ "body": "在吗" })).await, status, code);
    refused(&answer(person, id, "在").await, status, code);
    refused(&report_it(person, id, "广告").await, status, code);
    refused(&person.delete(&format!("{NOTES}/{id}")).await, status, code);
}
