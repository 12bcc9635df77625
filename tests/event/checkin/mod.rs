//! Stories of the room `checkin`.

mod door;
mod refused;
mod again;
mod offline;

use std::sync::atomic::{AtomicU32, Ordering};

use queqiao::checkin::{attempt, review};
use queqiao::events::crew::Role;
use queqiao::events::phase::Phase;
use queqiao::registrations::registration::{self, Status};
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait};
use serde_json::{Value, json};

use crate::evening::{Answer, Engine, Evening, Person};

const DOOR: &str = "/api/v1/events/qixi/check-ins";

/// A nonce nobody has used.
fn nonce() -> String {
    static MADE: AtomicU32 = AtomicU32::new(0);
    format!("{:032x}", MADE.fetch_add(1, Ordering::SeqCst))
}

/// An evening whose guests wear badges, and a desk.
async fn doors_open(engine: Engine, men: u32, women: u32) -> Option<(Evening, Person, Vec<Person>)> {
    let evening = Evening::begin(engine, Phase::OnSite).await?;
    let mut guests = evening.participants("men", men, Status::Confirmed).await;
    guests.extend(evening.participants("women", women, Status::Confirmed).await);
    let issued = evening.organizer.post("/api/v1/events/qixi/badges", json!({})).await;
    assert_eq!(issued.json["issued"], men + women, "{}", issued.text());
    let desk = evening.crew(Role::Desk).await;
    Some((evening, desk, guests))
}

async fn code_of(guest: &Person) -> String {
    let mine = guest.get("/api/v1/events/qixi/badges/me").await;
    mine.json["code"].as_str().unwrap().to_owned()
}

fn entry_of(code: &str) -> Value {
    json!({"code": code, "nonce": nonce(), "device": "desk-1", "kind": "entry"})
}

fn typed(badge: &str) -> Value {
    json!({"badge": badge, "nonce": nonce(), "device": "desk-1", "kind": "entry"})
}

/// The scan with some members changed.
fn but(scan: &Value, changes: Value) -> Value {
    let mut scan = scan.clone();
    for (name, value) in changes.as_object().unwrap() {
        scan[name] = value.clone();
    }
    scan
}

#[track_caller]
fn admitted(answer: &Answer) {
    assert_eq!((answer.status, &answer.json["result"]), (200, &json!("admitted")), "{}", answer.text());
}

#[track_caller]
fn refused(answer: &Answer, reason: &str) {
    let heard = (answer.status, &answer.json["result"], &answer.json["reason"]);
    assert_eq!(heard, (200, &json!("refused"), &json!(reason)), "{}", answer.text());
}

async fn attempts(evening: &Evening) -> Vec<attempt::Model> {
    attempt::Entity::find().all(evening.app.database.reader()).await.unwrap()
}

async fn reviews(evening: &Evening) -> Vec<review::Model> {
    review::Entity::find().all(evening.app.database.reader()).await.unwrap()
}

pub async fn stands(evening: &Evening, person: &Person, status: Status) {
    let txn = evening.app.database.begin_write().await.unwrap();
    let row = registration::ActiveModel { id: Set(person.registration_id), status: Set(status), ..Default::default() };
    row.update(&txn).await.unwrap();
    txn.commit().await.unwrap();
}

fn queue(scans: &[Value]) -> Value {
    json!({"scans": scans})
}
