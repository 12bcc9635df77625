//! The evening as an entry for a phone's calendar (iCalendar, RFC 5545).

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::events::event;

/// An `.ics` file with the event as one entry. `guest` keeps a second file from making a second
/// entry; `url` leads back.
#[must_use]
pub fn entry(event: &event::Model, title: &str, guest: Uuid, url: &str, written: DateTime<Utc>) -> String {
    let moment = |at: DateTime<Utc>| at.format("%Y%m%dT%H%M%SZ").to_string();
    let lines = [
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//Queqiao//Queqiao//ZH".to_owned(),
        "METHOD:PUBLISH".to_owned(),
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{}.{guest}@queqiao", event.id),
        format!("DTSTAMP:{}", moment(written)),
        format!("DTSTART:{}", moment(event.starts_at)),
        format!("DTEND:{}", moment(event.ends_at)),
        format!("SUMMARY:{}", escaped(title)),
        format!("LOCATION:{}", escaped(&event.venue)),
        format!("URL:{url}"),
        "END:VEVENT".to_owned(),
        "END:VCALENDAR".to_owned(),
    ];
    lines.iter().flat_map(|line| [folded(line), "\r\n".to_owned()]).collect()
}

fn escaped(text: &str) -> String {
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
