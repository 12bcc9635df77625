//! The evening as an entry for a phone's calendar (iCalendar, RFC 5545).

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::events::event;
use crate::screening::place::Place;

/// An `.ics` file with the evening as one entry, where the guest has their seat. `guest` keeps a second file from making a second
/// entry; `url` leads back.
#[must_use]
pub fn entry(
    (event, place): (&event::Model, &Place),
    title: &str,
    guest: Uuid,
    url: &str,
    written: DateTime<Utc>,
) -> String {
    file([vec![
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{}.{guest}@queqiao", event.id),
        // An entry that was put in before gives way to one that counts higher.
        format!("SEQUENCE:{}", event.moved),
        format!("DTSTAMP:{}", moment(written)),
        format!("DTSTART:{}", moment(place.starts_at)),
        format!("DTEND:{}", moment(place.ends_at)),
        format!("SUMMARY:{}", escaped(&place.titled(title))),
        format!("LOCATION:{}", escaped(&place.venue)),
        format!("URL:{url}"),
        "END:VEVENT".to_owned(),
    ]])
}

/// A calendar of entries, each in its lines.
#[must_use]
pub fn file(entries: impl IntoIterator<Item = Vec<String>>) -> String {
    let before = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Queqiao//Queqiao//ZH", "METHOD:PUBLISH"];
    let lines = before.into_iter().map(str::to_owned);
    let lines = lines.chain(entries.into_iter().flatten()).chain(["END:VCALENDAR".to_owned()]);
    lines.flat_map(|line| [folded(&line), "\r\n".to_owned()]).collect()
}

/// As a calendar writes a moment.
#[must_use]
pub fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

/// As a calendar writes a text.
#[must_use]
pub fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,");
    text.replace("\r\n", "\\n").replace(['\n', '\r'], "\\n")
}

/// No line is longer than 75 bytes; what follows begins with a space. Never inside a character.
fn folded(line: &str) -> String {
    let mut folded = String::with_capacity(line.len() + 8);
    let mut width = 0;
    for c in line.chars() {
        if width + c.len_utf8() > 75 {
            folded.push_str("\r\n ");
            width = 1;
        }
        folded.push(c);
        width += c.len_utf8();
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_folded_between_characters() {
        let line = format!("SUMMARY:{}", "燕缘际会·爱情音乐会".repeat(8));
        let folded = folded(&line);
        assert!(folded.split("\r\n").all(|part| part.len() <= 75));
        assert_eq!(folded.replace("\r\n ", ""), line);
    }

    #[test]
    fn what_means_something_to_a_calendar_is_escaped() {
        assert_eq!(escaped("工人文化宫, 3楼; 左\\右\n门"), "工人文化宫\\, 3楼\\; 左\\\\右\\n门");
    }
}
