//! What the audit holds besides who and when, in the reader's words.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::Value;

use crate::audit::{AT_THE_MACHINE, Deed, entry};
use crate::page::{Page, fluent, when};

/// Who did it where no account did.
#[must_use]
pub fn nobody(page: &Page, entry: &entry::Model) -> String {
    let machine = entry.detail.get("by").and_then(Value::as_str) == Some(AT_THE_MACHINE);
    page.t(if machine { "deed-command" } else { "deed-clock" })
}

/// What was changed, from what to what; a phase, a decision and a field alike.
#[must_use]
pub fn changes(page: &Page, zone: Tz, entry: &entry::Model, now: DateTime<Utc>) -> Vec<String> {
    let value = |value: &Value| spoken(page, zone, value, now);
    let sentence = |field: String, old: String, new: String| {
        page.say("audit-change", &[("field", field.into()), ("old", old.into()), ("new", new.into())])
    };
    let detail = &entry.detail;
    if entry.action == Deed::PhaseMoved.name() {
        return vec![sentence(page.t("change-phase"), phase(page, detail, "from"), phase(page, detail, "to"))];
    }
    let sentence_of = |change: &Value| {
        let field = change.get("field").and_then(Value::as_str).unwrap_or_default();
        let of = |name: &str| value(change.get(name).unwrap_or(&Value::Null));
        sentence(label(page, field), of("old"), of("new"))
    };
    detail.get("changes").and_then(Value::as_array).into_iter().flatten().map(sentence_of).collect()
}

fn phase(page: &Page, detail: &Value, end: &str) -> String {
    page.t(&format!("step-{}", detail.get(end).and_then(Value::as_str).unwrap_or_default()))
}

/// A field as the forms call it: the whole path, or the part of the plan it belongs to and the rest.
fn label(page: &Page, field: &str) -> String {
    let find = |key: &str| fluent::find(page.language, key);
    let key = |path: &str| format!("change-{}", path.replace(['.', '_'], "-"));
    if let Some(words) = find(&key(field)) {
        return words;
    }
    let (part, rest) = field.split_at(field.find(['.', '[']).unwrap_or(field.len()));
    let rest = rest.trim_start_matches('.');
    let rest = find(&format!("step-{rest}")).unwrap_or_else(|| rest.to_owned());
    format!("{} {rest}", find(&key(part)).unwrap_or_else(|| part.to_owned()))
}

fn spoken(page: &Page, zone: Tz, value: &Value, now: DateTime<Utc>) -> String {
    match value {
        Value::Null => "—".to_owned(),
        Value::Bool(said) => page.t(if *said { "change-yes" } else { "change-no" }),
        Value::String(text) => match text.parse::<DateTime<Utc>>() {
            Ok(at) => when::moment(page.language, zone, at, now),
            Err(_) => text.clone(),
        },
        value => value.to_string(),
    }
}
