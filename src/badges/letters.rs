//! The letters of this room.

use askama::Template;
use chrono::{DateTime, Datelike, Utc};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, entity::prelude::*};
use std::collections::HashMap;

use super::calendar;
use super::number::Number;
use crate::accounts::{account, profile};
use crate::app::App;
use crate::error::Fault;
use crate::events::event;
use crate::language::Language;
use crate::mail::letter::{Action, Attachment, Draft};

/// Which letter is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// The badge was issued, or its code replaced.
    Badge,
    /// The evening is tomorrow.
    Reminder,
}

/// What every letter of this room says.
struct Facts<'a> {
    title: &'a str,
    nickname: &'a str,
    number: String,
    when: String,
    venue: &'a str,
}

#[derive(Template)]
#[template(path = "badges/badge.zh.txt")]
struct BadgeZh<'a> {
    its: Facts<'a>,
}

#[derive(Template)]
#[template(path = "badges/badge.en.txt")]
struct BadgeEn<'a> {
    its: Facts<'a>,
}

#[derive(Template)]
#[template(path = "badges/reminder.zh.txt")]
struct ReminderZh<'a> {
    its: Facts<'a>,
}

#[derive(Template)]
#[template(path = "badges/reminder.en.txt")]
struct ReminderEn<'a> {
    its: Facts<'a>,
}

/// To whom letters of an event go.
#[derive(Debug, Default)]
pub struct Addressees(HashMap<Uuid, (account::Model, profile::Model)>);

impl Addressees {
    /// The accounts with these ids that still belong to somebody.
    pub async fn of(db: &impl ConnectionTrait, account_ids: &[Uuid]) -> Result<Self, Fault> {
        let mut found = HashMap::new();
        for ids in account_ids.chunks(1000) {
            let ids = || ids.iter().copied();
            let accounts = account::Entity::alive().filter(account::Column::Id.is_in(ids())).all(db).await?;
            let profiles = profile::Entity::find().filter(profile::Column::AccountId.is_in(ids())).all(db).await?;
            let mut profiles: HashMap<Uuid, _> = profiles.into_iter().map(|p| (p.account_id, p)).collect();
            found.extend(accounts.into_iter().filter_map(|a| {
                let profile = profiles.remove(&a.id)?;
                Some((a.id, (a, profile)))
            }));
        }
        Ok(Self(found))
    }
}

/// The letter with number, calendar entry and the way to the badge; None where nobody is there to
/// read it. The code is not in it: whoever reads a mailbox, or the outbox, would walk in with it. The
/// page behind the link shows it, and once opened works without a network.
pub fn letter(
    app: &App,
    event: &event::Model,
    to: (&Addressees, Uuid),
    occasion: Occasion,
    worn: Number,
) -> Result<Option<Draft>, Fault> {
    let (addressees, account_id) = to;
    let Some((account, profile)) = addressees.0.get(&account_id) else { return Ok(None) };
    let language = account.language;
    let title = match (language, &event.title_en) {
        (Language::En, Some(title)) => title,
        _ => &event.title,
    };
    let its = Facts {
        title,
        nickname: &profile.nickname,
        number: worn.to_string(),
        when: when(event, language),
        venue: &event.venue,
    };
    let words = match (occasion, language) {
        (Occasion::Badge, Language::Zh) => BadgeZh { its }.render(),
        (Occasion::Badge, Language::En) => BadgeEn { its }.render(),
        (Occasion::Reminder, Language::Zh) => ReminderZh { its }.render(),
        (Occasion::Reminder, Language::En) => ReminderEn { its }.render(),
    };
    let url = app.public_url(&format!("/e/{}/badge", event.slug));
    let entry = calendar::entry(event, title, account_id, &url, app.now());
    Ok(Some(Draft {
        kind: match occasion {
            Occasion::Badge => "badge",
            Occasion::Reminder => "reminder",
        },
        to: account.address(&app.secrets)?,
        account_id: Some(account_id),
        event_id: Some(event.id),
        language,
        words: words.map_err(Fault::of)?,
        action: Some(Action { label: language.choose("查看我的号码牌", "Open my badge").to_owned(), url }),
        attachments: vec![Attachment::file("event.ics", "text/calendar; charset=utf-8", entry.as_bytes())],
        dedupe: None,
        not_before: None,
    }))
}

/// The beginning of the evening as people say it: 8月22日 周六 14:00.
fn when(event: &event::Model, language: Language) -> String {
    let begins: DateTime<Utc> = event.starts_at;
    let begins = begins.with_timezone(&event.zone());
    let days = ["一", "二", "三", "四", "五", "六", "日"];
    let day = days.get(begins.weekday().num_days_from_monday() as usize).unwrap_or(&"");
    match language {
        Language::Zh => {
            format!("{}月{}日 周{day} {}", begins.month(), begins.day(), begins.format("%H:%M"))
        }
        Language::En => begins.format("%A, %-d %B %Y, %H:%M").to_string(),
    }
}
