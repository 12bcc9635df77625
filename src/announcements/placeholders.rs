//! What an organizer may write in braces, and what stands there for each reader.

use chrono::{DateTime, Utc};

use super::whom::Reader;
use crate::events::event;
use crate::page::when;

/// Longer words in braces are no gap but what somebody wrote.
const LONGEST: usize = 20;

/// What a gap stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gap {
    Nickname,
    Number,
    Event,
    Starts,
    Venue,
}

impl Gap {
    fn of(name: &str) -> Option<Self> {
        Some(match name.trim() {
            "昵称" | "nickname" => Self::Nickname,
            "报名号" | "number" => Self::Number,
            "活动" | "event" => Self::Event,
            "时间" | "time" => Self::Starts,
            "地点" | "venue" => Self::Venue,
            _ => return None,
        })
    }
}

/// Words, piece by piece.
enum Piece<'a> {
    Words(&'a str),
    /// The name in braces.
    Named(&'a str),
}

fn pieces(words: &str) -> Vec<Piece<'_>> {
    let (mut pieces, mut rest) = (Vec::new(), words);
    while let Some((before, after)) = rest.split_once('{') {
        pieces.push(Piece::Words(before));
        let short =
            |name: &str| !name.contains(['{', '\n']) && !name.trim().is_empty() && name.chars().count() <= LONGEST;
        match after.split_once('}').filter(|(name, _)| short(name)) {
            Some((name, after)) => {
                pieces.push(Piece::Named(name));
                rest = after;
            }
            None => {
                pieces.push(Piece::Words("{"));
                rest = after;
            }
        }
    }
    pieces.push(Piece::Words(rest));
    pieces
}

/// What stands in braces and is nothing that could be filled in.
#[must_use]
pub fn unknown(words: &str) -> Vec<String> {
    let named = |piece: Piece<'_>| match piece {
        Piece::Named(name) if Gap::of(name).is_none() => Some(format!("{{{name}}}")),
        _ => None,
    };
    pieces(words).into_iter().filter_map(named).collect()
}

/// The words as one reader gets them. One walk: a nickname that looks like a gap is none.
#[must_use]
pub fn filled(words: &str, reader: &Reader, event: &event::Model, now: DateTime<Utc>) -> String {
    let own = |gap: Gap| match gap {
        Gap::Nickname => reader.to.nickname.clone(),
        Gap::Number => reader.number.clone(),
        Gap::Event => event.titled(reader.to.language).to_owned(),
        Gap::Starts => {
            let starts_at = reader.place.as_ref().map_or(event.starts_at, |place| place.starts_at);
            when::moment_in_full(reader.to.language, event.zone(), starts_at, now)
        }
        Gap::Venue => reader.place.as_ref().map_or(&event.venue, |place| &place.venue).clone(),
    };
    let piece = |piece: Piece<'_>| match piece {
        Piece::Words(words) => words.to_owned(),
        Piece::Named(name) => Gap::of(name).map_or_else(|| format!("{{{name}}}"), own),
    };
    pieces(words).into_iter().map(piece).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_filled_in_is_told_by_its_name() {
        assert_eq!(unknown("{姓名}，{ 昵称 }的{unit}"), ["{姓名}", "{unit}"]);
        let longer = "{这一段很长很长很长很长很长很长不是一个字段}";
        for fine in ["{昵称}{number}{活动}{time}{venue}", "a { b", "{}", "{\n}", longer] {
            assert_eq!(unknown(fine), Vec::<String>::new(), "{fine}");
        }
    }
}
