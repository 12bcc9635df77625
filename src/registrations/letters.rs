//! The letters of this room. Their words lie beside this file, one text a language.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;

use super::registration;
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

async fn post(
    txn: &impl ConnectionTrait,
    app: &App,
    kind: &'static str,
    event: &event::Model,
    registration: &registration::Model,
    to: &Recipient,
    text: impl Words,
) -> Result<(), Fault> {
    // A person may be rejected, apply again and be rejected again: each decision has its letter, once.
    let decided = registration.decided_at.unwrap_or(registration.applied_at).timestamp_micros();
    let letter = Letter {
        event_id: Some(event.id),
        dedupe: Some(format!("{kind}:{}:{decided}", registration.id)),
        ..Letter::new(app, kind, to, text, &format!("/e/{}/me", event.slug))?
    };
    letter::post(txn, app, letter).await
}
