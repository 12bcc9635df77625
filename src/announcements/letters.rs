//! The letter an announcement becomes: the organizer's words, each reader's own name in the gaps, and the way to their journey.

use super::message::Message;
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
    let contents = Announcement { subject: filled(subject.trim(), reader), text: filled(text.trim(), reader) };
    let letter = Letter::new(app, "announcement", &to, contents, &format!("/e/{}/me", event.slug))?;
    Ok(Letter { event_id: Some(event.id), dedupe, ..letter })
}

fn filled(text: &str, reader: &Reader) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    // One walk: a nickname that looks like a gap is none.
    while let Some((before, after)) = rest.split_once('{') {
        let gap = after.split_once('}').and_then(|(name, after)| Some((own(name, reader)?, after)));
        filled.push_str(before);
        match gap {
            Some((own, after)) => {
                filled.push_str(own);
                rest = after;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

fn own<'a>(name: &str, reader: &'a Reader) -> Option<&'a str> {
    match name.trim() {
        "昵称" | "nickname" => Some(&reader.to.nickname),
        "报名号" | "number" => Some(&reader.number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_filled_once_and_other_braces_stay() {
        let to = Recipient::without_account(String::new(), Language::Zh);
        let to = Recipient { nickname: "{报名号}".to_owned(), ..to };
        let to = Reader { account_id: uuid::Uuid::nil(), to, number: "A0007".to_owned() };
        assert_eq!(filled("{昵称}，您的号是 {number}。{x} {", &to), "{报名号}，您的号是 A0007。{x} {");
    }
}
