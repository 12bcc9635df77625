//! The letters of this room. Their words lie beside this file, one text a language.

use askama::Template;
use chrono::{DateTime, Datelike, Utc, Weekday};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::registration;
use crate::app::App;
use crate::error::Fault;
use crate::events::event;
use crate::events::phase::Phase;
use crate::language::Language;
use crate::mail::letter::{self, Action, Draft};

/// To whom, and in which language.
#[derive(Clone, Debug)]
pub struct Recipient {
    pub account_id: Uuid,
    pub email: String,
    pub language: Language,
    pub nickname: String,
}

#[derive(Template)]
#[template(path = "registrations/approved.zh.txt", escape = "none")]
struct ApprovedZh<'a> {
    title: &'a str,
    nickname: &'a str,
    number: String,
    online: Option<String>,
    starts: String,
    venue: &'a str,
}

#[derive(Template)]
#[template(path = "registrations/approved.en.txt", escape = "none")]
struct ApprovedEn<'a> {
    title: &'a str,
    nickname: &'a str,
    number: String,
    online: Option<String>,
    starts: String,
    venue: &'a str,
}

#[derive(Template)]
#[template(path = "registrations/rejected.zh.txt", escape = "none")]
struct RejectedZh<'a> {
    title: &'a str,
    nickname: &'a str,
    reason: &'a str,
}

#[derive(Template)]
#[template(path = "registrations/rejected.en.txt", escape = "none")]
struct RejectedEn<'a> {
    title: &'a str,
    nickname: &'a str,
    reason: &'a str,
}

/// The application was approved.
pub async fn approved(
    txn: &impl ConnectionTrait,
    app: &App,
    event: &event::Model,
    registration: &registration::Model,
    to: &Recipient,
) -> Result<(), Fault> {
    let (title, nickname, number) = (title(event, to.language), to.nickname.as_str(), registration.label());
    let online = event.boundary(Phase::Online).filter(|online| *online > app.now());
    let online = online.map(|online| day(event, online, to.language));
    let (starts, venue) = (day(event, event.starts_at, to.language), event.venue.as_str());
    let words = match to.language {
        Language::Zh => ApprovedZh { title, nickname, number, online, starts, venue }.render(),
        Language::En => ApprovedEn { title, nickname, number, online, starts, venue }.render(),
    };
    post(txn, app, "approved", event, registration, to, words.map_err(Fault::of)?).await
}

/// The application was turned down, and why.
pub async fn rejected(
    txn: &impl ConnectionTrait,
    app: &App,
    event: &event::Model,
    registration: &registration::Model,
    to: &Recipient,
) -> Result<(), Fault> {
    let (title, nickname) = (title(event, to.language), to.nickname.as_str());
    let reason = registration.reason.as_deref().unwrap_or_default();
    let words = match to.language {
        Language::Zh => RejectedZh { title, nickname, reason }.render(),
        Language::En => RejectedEn { title, nickname, reason }.render(),
    };
    post(txn, app, "rejected", event, registration, to, words.map_err(Fault::of)?).await
}

async fn post(
    txn: &impl ConnectionTrait,
    app: &App,
    kind: &'static str,
    event: &event::Model,
    registration: &registration::Model,
    to: &Recipient,
    words: String,
) -> Result<(), Fault> {
    let journey = Action {
        label: to.language.choose("我的报名", "My registration").to_owned(),
        url: app.public_url(&format!("/e/{}/me", event.slug)),
    };
    // A person may be rejected, apply again and be rejected again: each decision has its letter, once.
    let decided = registration.decided_at.unwrap_or(registration.applied_at).timestamp_micros();
    let draft = Draft {
        kind,
        to: to.email.clone(),
        account_id: Some(to.account_id),
        event_id: Some(event.id),
        language: to.language,
        words,
        action: Some(journey),
        attachments: Vec::new(),
        dedupe: Some(format!("{kind}:{}:{decided}", registration.id)),
        not_before: None,
    };
    letter::post(txn, app, draft).await
}

fn title(event: &event::Model, language: Language) -> &str {
    match language {
        Language::Zh => &event.title,
        Language::En => event.title_en.as_deref().unwrap_or(&event.title),
    }
}

/// A moment as people say it, by the clock of the event: `8月22日 周六 14:00`.
fn day(event: &event::Model, moment: DateTime<Utc>, language: Language) -> String {
    let local = moment.with_timezone(&event.zone());
    match language {
        Language::En => local.format("%A, %-d %B, %H:%M").to_string(),
        Language::Zh => {
            let weekday = match local.weekday() {
                Weekday::Mon => "周一",
                Weekday::Tue => "周二",
                Weekday::Wed => "周三",
                Weekday::Thu => "周四",
                Weekday::Fri => "周五",
                Weekday::Sat => "周六",
                Weekday::Sun => "周日",
            };
            format!("{}月{}日 {weekday} {}", local.month(), local.day(), local.format("%H:%M"))
        }
    }
}
