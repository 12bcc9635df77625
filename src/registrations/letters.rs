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
    ShutOut<'a> { title: &'a str, nickname: &'a str, reason: &'a str }
    "registrations/shut_out.zh.txt" "registrations/shut_out.en.txt"
}
letter_words! {
    Restored<'a> { title: &'a str, nickname: &'a str }
    "registrations/restored.zh.txt" "registrations/restored.en.txt"
}

/// Tells somebody what their application has become: approved, turned down and why, or open again.
pub async fn verdict(
    txn: &impl ConnectionTrait,
    app: &App,
    event: &event::Model,
    registration: &registration::Model,
    to: &Recipient,
) -> Result<(), Fault> {
    letter::post(txn, app, of_verdict(app, event, registration, to)?).await
}

/// The letter that does.
///
/// # Errors
/// Where its words cannot be rendered.
pub fn of_verdict(
    app: &App,
    event: &event::Model,
    registration: &registration::Model,
    to: &Recipient,
) -> Result<Letter, Fault> {
    let (title, nickname) = (event.titled(to.language), to.nickname.as_str());
    match registration.status {
        Status::Approved => {
            let moment = |at: DateTime<Utc>| when::moment_in_full(to.language, event.zone(), at, app.now());
            let approved = Approved {
                title,
                nickname,
                number: registration.label(),
                online: event.boundary(Phase::Online).filter(|online| *online > app.now()).map(moment),
                starts: moment(event.starts_at),
                venue: &event.venue,
            };
            decided(app, "approved", event, registration, to, approved)
        }
        Status::Rejected => {
            let reason = registration.reason.as_deref().unwrap_or_default();
            decided(app, "rejected", event, registration, to, Rejected { title, nickname, reason })
        }
        _ => decided(app, "restored", event, registration, to, Restored { title, nickname }),
    }
}

/// The letter to somebody who had a seat, or waited for one.
///
/// # Errors
/// Where its words cannot be rendered.
pub fn of_shutting_out(
    app: &App,
    event: &event::Model,
    registration: &registration::Model,
    to: &Recipient,
) -> Result<Letter, Fault> {
    let (title, nickname) = (event.titled(to.language), to.nickname.as_str());
    let reason = registration.reason.as_deref().unwrap_or_default();
    decided(app, "rejected", event, registration, to, ShutOut { title, nickname, reason })
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
fn decided(
    app: &App,
    kind: &'static str,
    event: &event::Model,
    registration: &registration::Model,
    to: &Recipient,
    contents: impl Words,
) -> Result<Letter, Fault> {
    let now = app.now();
    let wait = TimeDelta::seconds(i64::try_from(app.settings.mail.recall_seconds).unwrap_or(0));
    Ok(Letter {
        event_id: Some(event.id),
        dedupe: Some(once(kind, registration, registration.decided_at.unwrap_or(now))),
        not_before: Some(now + wait),
        ..Letter::new(app, kind, to, contents, &format!("/e/{}/me", event.slug))?
    })
}
