//! The letter an announcement becomes: the organizer's words, each reader's own name in the gaps, and the way to their journey.

use super::message::Message;
use super::whom::Recipient;
use crate::app::App;
use crate::events::event;
use crate::language::Language;
use crate::mail::letter::{Action, Draft};

/// The letter to one person, in their language where the organizer wrote it.
#[must_use]
pub fn draft(app: &App, event: &event::Model, message: &Message, to: &Recipient, dedupe: Option<String>) -> Draft {
    let english = message.subject_en.as_ref().zip(message.text_en.as_ref()).filter(|_| to.language == Language::En);
    let (subject, text) = english.unwrap_or((&message.subject, &message.text));
    let language = if english.is_some() { Language::En } else { Language::Zh };
    let path = format!("/e/{}/me", event.slug);
    Draft {
        kind: "announcement",
        to: to.email.clone(),
        account_id: Some(to.account_id),
        event_id: Some(event.id),
        language,
        words: format!("{}\n\n{}", filled(subject.trim(), to), filled(text.trim(), to)),
        action: Some(Action {
            label: language.choose("打开我的活动页", "Open my event page").to_owned(),
            url: app.public_url(&path),
        }),
        attachments: Vec::new(),
        dedupe,
        not_before: None,
    }
}

fn filled(words: &str, to: &Recipient) -> String {
    let mut filled = String::with_capacity(words.len());
    let mut rest = words;
    // One walk: a nickname that looks like a gap is none.
    while let Some((before, after)) = rest.split_once('{') {
        let gap = after.split_once('}').and_then(|(name, after)| Some((own(name, to)?, after)));
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

fn own<'a>(name: &str, to: &'a Recipient) -> Option<&'a str> {
    match name.trim() {
        "昵称" | "nickname" => Some(&to.nickname),
        "报名号" | "number" => Some(&to.number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_filled_once_and_other_braces_stay() {
        let to = Recipient {
            account_id: uuid::Uuid::nil(),
            email: String::new(),
            language: Language::Zh,
            nickname: "{报名号}".to_owned(),
            number: "A0007".to_owned(),
        };
        assert_eq!(filled("{昵称}，您的号是 {number}。{x} {", &to), "{报名号}，您的号是 A0007。{x} {");
    }
}
