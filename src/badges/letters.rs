//! The letters of this room.

use std::collections::HashMap;

use uuid::Uuid;

use super::calendar;
use super::number::Number;
use crate::accounts::recipient::Recipient;
use crate::app::App;
use crate::error::Fault;
use crate::events::event;
use crate::mail::attachment::Attachment;
use crate::mail::letter::{Letter, letter_words};
use crate::page::{fluent, when};
use crate::screening::place::Place;

/// Which letter is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// The badge was issued, or its code replaced.
    Badge,
    /// It is tomorrow, or today.
    Reminder,
}

letter_words! {
    Badge<'a> { title: &'a str, nickname: &'a str, number: String, when: String, venue: &'a str }
    "badges/badge.zh.txt" "badges/badge.en.txt"
}
letter_words! {
    Reminder<'a> { title: &'a str, nickname: &'a str, day: String, number: String, when: String, venue: &'a str }
    "badges/reminder.zh.txt" "badges/reminder.en.txt"
}

/// The letter with number, calendar entry and the way to the badge; None where nobody is there to
/// read it. The code is not in it: whoever reads a mailbox, or the outbox, would walk in with it. The
/// page behind the link shows it, and once opened works without a network.
pub fn letter(
    app: &App,
    event: &event::Model,
    to: (&HashMap<Uuid, Recipient>, Uuid),
    occasion: Occasion,
    (worn, place): (Number, &Place),
) -> Result<Option<Letter>, Fault> {
    let (recipients, account_id) = to;
    let Some(to) = recipients.get(&account_id) else { return Ok(None) };
    let (nickname, venue) = (to.nickname.as_str(), place.venue.as_str());
    let titled = place.titled(event.titled(to.language));
    let title = titled.as_str();
    let number = worn.to_string();
    let when = when::moment_in_full(to.language, event.zone(), place.starts_at, app.now());
    let path = format!("/e/{}/badge", event.slug);
    let letter = match occasion {
        Occasion::Badge => Letter::new(app, "badge", to, Badge { title, nickname, number, when, venue }, &path),
        Occasion::Reminder => {
            let (today, evening) = (event.day(app.now()), event.day(place.starts_at));
            let day = match (evening - today).num_days() {
                0 => fluent::say(to.language, "reminder-today", &[]),
                1 => fluent::say(to.language, "reminder-tomorrow", &[]),
                // A board may be on a later day than the first.
                _ => when::day(to.language, event.zone(), place.starts_at, app.now()),
            };
            Letter::new(app, "reminder", to, Reminder { title, nickname, day, number, when, venue }, &path)
        }
    };
    let entry =
        calendar::entry((event, place), event.titled(to.language), account_id, &app.public_url(&path), app.now());
    Ok(Some(Letter {
        event_id: Some(event.id),
        attachments: vec![Attachment::file("event.ics", "text/calendar; charset=utf-8", entry.as_bytes())],
        ..letter?
    }))
}
