//! Moments as they are typed, by the clock of the event.

use chrono::{DateTime, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

use crate::events::event;
use crate::page::form::Form;

/// What is typed for a date: a browser's own field, and what people write where it has none.
const WRITTEN: [&str; 4] = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M"];

/// The time zone that was chosen; what is none is refused by its own rule.
#[must_use]
pub fn zone(form: &Form) -> Tz {
    event::zone_named(form.value("timezone"))
}

/// A moment as the browser's field writes it.
#[must_use]
pub fn local(zone: Tz, at: DateTime<Utc>) -> String {
    at.with_timezone(&zone).format("%Y-%m-%dT%H:%M").to_string()
}

/// A moment of the event's clock for a request; null where nothing was typed. What is none stays a
/// text, so that the request is refused with the field's name. A stored moment that was not touched
/// stays to the second: the field shows minutes.
pub fn moment(form: &Form, name: &str, stored: Option<DateTime<Utc>>) -> Value {
    moment_in(zone(form), form, name, stored)
}

/// As [`moment`], where the form does not say by which clock.
pub fn moment_in(zone: Tz, form: &Form, name: &str, stored: Option<DateTime<Utc>>) -> Value {
    let typed = form.value(name).trim();
    if typed.is_empty() {
        return Value::Null;
    }
    if let Some(stored) = stored.filter(|stored| local(zone, *stored) == typed) {
        return json!(stored);
    }
    let read = WRITTEN.iter().find_map(|written| NaiveDateTime::parse_from_str(typed, written).ok());
    let moment = read.and_then(|read| zone.from_local_datetime(&read).earliest());
    moment.map_or_else(|| json!(typed), |moment| json!(moment.with_timezone(&Utc)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_that_was_not_touched_keeps_its_seconds() {
        let stored: DateTime<Utc> = "2026-08-22T06:00:42Z".parse().unwrap();
        let form = Form::filled([("at", "2026-08-22T14:00"), ("other", "2026-08-22T14:01")]);
        assert_eq!(moment(&form, "at", Some(stored)), json!(stored));
        assert_eq!(moment(&form, "other", Some(stored)), json!("2026-08-22T06:01:00Z"));
    }
}
