//! How a letter looks: its text, and the HTML that is made from the same words.

use askama::Template;

use super::attachment::Attachment;
use super::letter::{Action, Letter};
use crate::error::Fault;
use crate::language::Language;
use crate::page::fluent;

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct Frame<'a> {
    language: Language,
    subject: &'a str,
    paragraphs: Vec<&'a str>,
    images: Vec<Picture<'a>>,
    action: &'a Option<Action>,
}

impl Frame<'_> {
    fn t(&self, key: &str) -> String {
        fluent::say(self.language, key, &[])
    }
}

/// A picture inside a letter.
struct Picture<'a> {
    id: &'a str,
    name: &'a str,
}

fn picture(file: &Attachment) -> Option<Picture<'_>> {
    Some(Picture { id: file.inline_id.as_deref()?, name: &file.name })
}

/// A letter as its reader will see it.
#[derive(Debug, Clone)]
pub struct Rendered {
    pub subject: String,
    pub plain: String,
    pub html: String,
}

/// The words without their last line, and what that says on the button.
pub(super) fn split_button(text: &str) -> Option<(&str, &str)> {
    let (text, last) = text.trim_end().rsplit_once('\n')?;
    Some((text.trim_end(), last.strip_prefix('[')?.strip_suffix(']')?))
}

impl Letter {
    /// # Errors
    /// A fault where the frame cannot be rendered.
    pub fn render(&self) -> Result<Rendered, Fault> {
        let (subject, body) = self.text.trim().split_once('\n').unwrap_or((self.text.trim(), ""));
        let (subject, body) = (subject.trim(), body.trim());
        let html = Frame {
            language: self.to.language,
            subject,
            paragraphs: body.split("\n\n").map(str::trim).filter(|text| !text.is_empty()).collect(),
            images: self.attachments.iter().filter_map(picture).collect(),
            action: &self.action,
        }
        .render()
        .map_err(Fault::of)?;
        let plain = match &self.action {
            Some(action) => format!("{body}\n\n{}: {}\n", action.label, action.url),
            None => format!("{body}\n"),
        };
        Ok(Rendered { subject: subject.to_owned(), plain, html })
    }
}
