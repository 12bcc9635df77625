//! The letters of this room.

use crate::accounts::recipient::Recipient;
use crate::app::App;
use crate::error::Fault;
use crate::events::event;
use crate::mail::letter::{Letter, letter_words};

letter_words! {
    Feedback<'a> { title: &'a str, nickname: &'a str }
    "feedback/feedback.zh.txt" "feedback/feedback.en.txt"
}
letter_words! {
    OnlineFeedback<'a> { title: &'a str, nickname: &'a str }
    "feedback/online_feedback.zh.txt" "feedback/online_feedback.en.txt"
}

/// Asks somebody how it was: the evening where they came, the days online where they were not selected.
///
/// # Errors
/// Only faults.
pub fn letter(app: &App, event: &event::Model, to: &Recipient, came: bool) -> Result<Letter, Fault> {
    let (title, nickname) = (event.titled(to.language), to.nickname.as_str());
    let path = format!("/e/{}/feedback", event.slug);
    let letter = match came {
        true => Letter::new(app, "feedback", to, Feedback { title, nickname }, &path),
        false => Letter::new(app, "online_feedback", to, OnlineFeedback { title, nickname }, &path),
    };
    Ok(Letter { event_id: Some(event.id), ..letter? })
}
