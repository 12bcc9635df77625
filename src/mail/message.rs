//! A letter as it goes over the wire: text and HTML side by side, pictures inside the HTML by their
//! ids, files behind it.

use std::time::SystemTime;

use anyhow::Context;
use chrono::{DateTime, Utc};
use data_encoding::BASE64;
use lettre::Message;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};

use super::attachment;
use super::letter::{Contents, Model};

/// Builds the message. Its Message-ID comes from the letter's key, so that a letter sent twice is
/// recognised as one by every mail program.
///
/// # Errors
/// An address that is none, or attachments that are not what [`super::attachment::Attachment`] writes: this
/// letter will never go.
pub fn message(
    letter: &Model,
    to: &str,
    contents: &Contents,
    from: &Mailbox,
    now: DateTime<Utc>,
) -> anyhow::Result<Message> {
    let to: Mailbox = to.parse().context("the recipient's address")?;
    let Contents { subject, plain, html: words_in_html, attachments: files } = contents;
    let (inside, behind): (Vec<_>, Vec<_>) = files.iter().partition(|file| file.inline_id.is_some());
    let mut html = MultiPart::related().singlepart(SinglePart::html(words_in_html.clone()));
    for file in &inside {
        html = html.singlepart(part(file)?);
    }
    let body = MultiPart::alternative().singlepart(SinglePart::plain(plain.clone()));
    let body =
        if inside.is_empty() { body.singlepart(SinglePart::html(words_in_html.clone())) } else { body.multipart(html) };
    let whole = if behind.is_empty() {
        body
    } else {
        let mut whole = MultiPart::mixed().multipart(body);
        for file in &behind {
            whole = whole.singlepart(part(file)?);
        }
        whole
    };
    let message = Message::builder()
        .from(from.clone())
        .to(to)
        .subject(subject.clone())
        .date(SystemTime::from(now))
        .message_id(Some(format!("<{}@{}>", letter.id, from.email.domain())))
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .raw_header(header("Content-Language", letter.language.choose("zh-CN", "en")));
    Ok(message.multipart(whole)?)
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn part(file: &attachment::Attachment) -> anyhow::Result<SinglePart> {
    let bytes = BASE64.decode(file.content.as_bytes()).context("an attachment's content")?;
    let kind = ContentType::parse(&file.content_type).context("an attachment's content type")?;
    let part = match &file.inline_id {
        Some(id) => Attachment::new_inline_with_name(id.clone(), file.name.clone()),
        None => Attachment::new(file.name.clone()),
    };
    Ok(part.body(bytes, kind))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::language::Language;
    use crate::mail::attachment::Attachment;
    use crate::mail::letter::State;
    use crate::sealed::Sealed;

    fn letter() -> Model {
        let now = "2026-08-22T06:00:00Z".parse().unwrap();
        Model {
            id: Uuid::from_u128(7),
            kind: "badge".to_owned(),
            account_id: None,
            event_id: None,
            recipient: Sealed(Vec::new()),
            recipient_digest: None,
            language: Language::Zh,
            contents: None,
            dedupe: None,
            state: State::Waiting,
            tries: 0,
            refusals: 0,
            not_before: now,
            leased_until: None,
            last_error: None,
            posted_at: now,
            sent_at: None,
        }
    }

    fn saying(attachments: &[Attachment]) -> Contents {
        Contents {
            subject: "爱的号码牌 女008".to_owned(),
            plain: "你好\n".to_owned(),
            html: "<p>你好</p>".to_owned(),
            attachments: attachments.to_vec(),
        }
    }

    fn wire(attachments: &[Attachment]) -> String {
        let (letter, from) = (letter(), "鹊桥 <queqiao@union.example>".parse().unwrap());
        let message = message(&letter, "li@example.com", &saying(attachments), &from, letter.posted_at).unwrap();
        String::from_utf8(message.formatted()).unwrap()
    }

    #[test]
    fn a_letter_keeps_its_name_however_often_it_is_built() {
        let wire = wire(&[]);
        let named = "Message-ID: <00000000-0000-0000-0000-000000000007@union.example>\r\n";
        assert!(wire.contains(named), "{wire}");
        assert!(wire.contains("Content-Type: multipart/alternative;"), "{wire}");
        assert!(wire.contains("Subject: =?utf-8?b?"), "{wire}");
    }

    #[test]
    fn pictures_go_inside_and_files_behind() {
        let wire = wire(&[
            Attachment::file("badge.png", "image/png", b"png").shown_as("badge"),
            Attachment::file("evening.ics", "text/calendar; charset=utf-8", b"BEGIN:VCALENDAR"),
        ]);
        let order = ["multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html"];
        let places: Vec<_> = order.iter().map(|part| wire.find(part).unwrap()).collect();
        assert!(places.is_sorted(), "{wire}");
        assert!(wire.contains("Content-ID: <badge>"), "{wire}");
        assert!(wire.contains("Content-Disposition: attachment; filename=\"evening.ics\""), "{wire}");
    }

    #[test]
    fn an_address_that_is_none_is_told() {
        let from = "queqiao@union.example".parse().unwrap();
        assert!(message(&letter(), "nobody", &saying(&[]), &from, letter().posted_at).is_err());
    }
}
