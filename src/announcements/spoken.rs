//! An announcement between the form people fill in, the request a program would send, and the words for its recipients.

use serde_json::{Map, Value, json};

use super::whom::Whom;
use crate::page::Page;
use crate::page::form::Form;
use crate::registrations::registration::Status;

/// The form as the request a program would send.
#[must_use]
pub fn request(form: &Form) -> Value {
    let mut to = Map::new();
    to.insert("statuses".to_owned(), form.list("status"));
    to.insert("units".to_owned(), form.list("unit"));
    if !form.value("side").is_empty() {
        to.insert("side".to_owned(), form.text("side"));
    }
    match form.value("checked_in") {
        "" => None,
        came => to.insert("checked_in".to_owned(), json!(came == "yes")),
    };
    json!({
        "to": to,
        "subject": form.value("subject"),
        "text": form.value("text"),
        "subject_en": form.text("subject_en"),
        "text_en": form.text("text_en"),
    })
}

/// To whom it would go; somebody no form of ours could mean is nobody.
#[must_use]
pub fn audience_of(form: &Form) -> Option<Whom> {
    serde_json::from_value(request(form).get("to")?.clone()).ok()
}

/// Where somebody stands.
#[must_use]
pub fn status_words(page: &Page, status: Status) -> String {
    let word = serde_json::to_value(status).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default();
    page.t(&format!("announce-status-{}", word.replace('_', "-")))
}

/// To whom it went, as people say it.
#[must_use]
pub fn whom_words(page: &Page, to: &Whom) -> String {
    let mut named: Vec<String> = to.statuses.iter().map(|status| status_words(page, *status)).collect();
    if named.is_empty() {
        named.push(page.t("announce-everybody"));
    }
    named.extend(to.side.map(|side| page.t(&format!("side-{}", side.word()))));
    if !to.units.is_empty() {
        named.push(page.say("announce-units-chosen", &[("count", to.units.len().into())]));
    }
    named.extend(to.checked_in.map(|came| page.t(if came { "announce-came" } else { "announce-stayed-away" })));
    page.list(named)
}
