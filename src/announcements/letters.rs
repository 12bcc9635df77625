//! The letter an announcement becomes: the organizer's words, each reader's own name in the gaps, and the way to their journey.

use super::message::Message;
use super::placeholders;
use super::whom::Reader;
use crate::accounts::recipient::Recipient;
use crate::app::App;
use crate::error::Fault;
use crate::events::event;
use crate::language::Language;
use crate::mail::letter::{Letter, letter_words};

letter_words! {
    Announcement { subject: String, text: String }
    "announcements/announcement.zh.txt" "announcements/announcement.en.txt"
}

/// The letter to one person, in their language where the organizer wrote it.
///
/// # Errors
/// As [`Letter::new`].
pub fn letter(
    app: &App,
    event: &event::Model,
    message: &Message,
    reader: &Reader,
    dedupe: Option<String>,
) -> Result<Letter, Fault> {
    let reads_english = reader.to.language == Language::En;
    let english = message.subject_en.as_ref().zip(message.text_en.as_ref()).filter(|_| reads_english);
    let (subject, text) = english.unwrap_or((&message.subject, &message.text));
    let language = if english.is_some() { Language::En } else { Language::Zh };
    let to = Recipient { language, ..reader.to.clone() };
    let reader = Reader { to: to.clone(), ..reader.clone() };
    let filled = |words: &str| placeholders::filled(words.trim(), &reader, event, app.now());
    let contents = Announcement { subject: filled(subject), text: filled(text) };
    let letter = Letter::new(app, "announcement", &to, contents, &format!("/e/{}/me", event.slug))?;
    Ok(Letter { event_id: Some(event.id), dedupe, ..letter })
}
