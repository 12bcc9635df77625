//! The letters of this room. Their words lie beside this file, one text a language.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::ConnectionTrait;

use super::registration::{self, Status};
use crate::accounts::recipient::Recipient;
use crate::app::App;
use crate::error::Fault;
use crate::events::event;
use crate::events::phase::Phase;
use crate::mail::letter::{self, Letter, Words, letter_words};
use crate::page::when;

letter_words! {
    Approved<'a> {
        title: &'a str, nickname: &'a str, number: String, online: Option<String>, starts: String, venue: &'a str
    }
    "registrations/approved.zh.txt" "registrations/approved.en.txt"
}
letter_words! {
    Rejected<'a> { title: &'a str, nickname: &'a str, reason: &'a str }
    "registrations/rejected.zh.txt" "registrations/rejected.en.txt"
}
letter_words! {
    Restored<'a> { title: &'a str, nickname: &'a str }
    "registrations/restored.zh.txt" "registrations/restored.en.txt"
}

/// The application was approved.
pub async fn approved(
    txn: &impl ConnectionTrait,
    app: &App,
    event: &event::Model,
    registration: &registration::Model,
    to: &Recipient,
) -> Result<(), Fault> {
    let moment = |at: DateTime<Utc>| when::moment_in_full(to.language, event.zone(), at, app.now());
    let text = Approved {
        title: event.titled(to.language),
        nickname: &to.nickname,
        number: registration.label(),
        online: event.boundary(Phase::Online).filter(|online| *online > app.now()).map(moment),
        starts: moment(event.starts_at),
        venue: &event.venue,
    };
    post(txn, app, "approved", event, registration, to, text).await
}

/// The application was turned down, and why.
pub async fn rejected(
    txn: &impl ConnectionTrait,
    app: &App,
    event: &event::Model,
    registration: &registration::Model,
    to: &Recipient,
) -> Result<(), Fault> {
    let reason = registration.reason.as_deref().unwrap_or_default();
    let text = Rejected { title: event.titled(to.language), nickname: &to.nickname, reason };
    post(txn, app, "rejected", event, registration, to, text).await
}

/// What was decided is open again, where the person had heard of it.
pub async fn restored(
    txn: &impl ConnectionTrait,
    app: &App,
    event: &event::Model,
    registration: &registration::Model,
    to: &Recipient,
) -> Result<(), Fault> {
    let sentence = Restored { title: event.titled(to.language), nickname: &to.nickname };
    post(txn, app, "restored", event, registration, to, sentence).await
}

/// Takes back the letter of the decision an application stands by, and says whether it had not gone yet.
pub async fn call_back(txn: &impl ConnectionTrait, registration: &registration::Model) -> Result<bool, Fault> {
    let kind = match registration.status {
        Status::Approved => "approved",
        Status::Rejected => "rejected",
        _ => return Ok(false),
    };
    match registration.decided_at {
        Some(decided) => letter::call_back(txn, &once(kind, registration, decided)).await,
        None => Ok(false),
    }
}

/// A person may be rejected, apply again and be rejected again: each decision has its letter, once.
fn once(kind: &str, registration: &registration::Model, decided: DateTime<Utc>) -> String {
    format!("{kind}:{}:{}", registration.id, decided.timestamp_micros())
}

/// The letter waits for a while in which whoever decided may think again.
async fn post(
    txn: &impl ConnectionTrait,
    app: &App,
    kind: &'static str,
    event: &event::Model,
    registration: &registration::Model,
    to: &Recipient,
    text: impl Words,
) -> Result<(), Fault> {
    let now = app.now();
    let wait = TimeDelta::seconds(i64::try_from(app.settings.mail.recall_seconds).unwrap_or(0));
    let letter = Letter {
        event_id: Some(event.id),
        dedupe: Some(once(kind, registration, registration.decided_at.unwrap_or(now))),
        not_before: Some(now + wait),
        ..Letter::new(app, kind, to, text, &format!("/e/{}/me", event.slug))?
    };
    letter::post(txn, app, letter).await
}
