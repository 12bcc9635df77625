//! The letters of this room.

use askama::Template;
use chrono::{DateTime, Datelike, Utc};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, entity::prelude::*};
use std::collections::HashMap;

use super::code::Secret;
use super::number::Number;
use super::{calendar, picture};
use crate::accounts::{account, profile};
use crate::app::App;
use crate::error::Error;
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
    ///
    /// # Errors
    /// Only faults.
    pub async fn of(db: &impl ConnectionTrait, account_ids: &[Uuid]) -> Result<Self, Error> {
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

/// A QR drawn in advance: drawing takes longer than everything else, and nothing slow is done
/// while the event is held.
#[derive(Debug)]
pub struct Drawn {
    pub secret: Secret,
    image: Vec<u8>,
}

impl Drawn {
    /// Draws codes where drawing keeps nobody else waiting.
    ///
    /// # Errors
    /// Only faults.
    pub async fn of(app: &App, secrets: Vec<Secret>) -> Result<Vec<Self>, Error> {
        let urls: Vec<String> = secrets.iter().map(|secret| secret.url(app)).collect();
        let drawing = move || urls.iter().map(|url| picture::png(url)).collect::<Result<Vec<_>, _>>();
        let images = tokio::task::spawn_blocking(drawing).await.map_err(Error::fault)??;
        Ok(secrets.into_iter().zip(images).map(|(secret, image)| Self { secret, image }).collect())
    }

    /// Draws a fresh code for each of so many people.
    ///
    /// # Errors
    /// As [`Drawn::of`], and where the operating system has no randomness to give.
    pub async fn fresh(app: &App, people: usize) -> Result<Vec<Self>, Error> {
        let secrets = (0..people).map(|_| Secret::fresh(app)).collect::<Result<Vec<_>, _>>()?;
        Self::of(app, secrets).await
    }
}

/// The letter with number, QR and calendar entry; None where nobody is there to read it.
///
/// # Errors
/// Only faults.
pub fn letter(
    app: &App,
    event: &event::Model,
    to: (&Addressees, Uuid),
    occasion: Occasion,
    worn: Number,
    drawn: &Drawn,
) -> Result<Option<Draft>, Error> {
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
    let url = app.public_url(&format!("/e/{}/me", event.slug));
    let entry = calendar::entry(event, title, account_id, &url, app.now());
    Ok(Some(Draft {
        kind: match occasion {
            Occasion::Badge => "badge",
            Occasion::Reminder => "reminder",
        },
        to: account.email.clone(),
        account_id: Some(account_id),
        event_id: Some(event.id),
        language,
        words: words.map_err(Error::fault)?,
        action: Some(Action { label: language.choose("查看我的号码牌", "Open my badge").to_owned(), url }),
        attachments: vec![
            Attachment::file("badge.png", "image/png", &drawn.image).shown_as("badge"),
            Attachment::file("event.ics", "text/calendar; charset=utf-8", entry.as_bytes()),
        ],
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
