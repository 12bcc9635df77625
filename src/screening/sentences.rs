//! The reasons of a run as sentences a person reads about themselves.

use fluent_templates::fluent_bundle::FluentValue;
use queqiao_screening::explain::{Explanation, Full};

use crate::error::Fault;
use crate::events::event;
use crate::language::Language;
use crate::page::fluent::{say, say_in};
use crate::points::rules::RuleSet;
use crate::registrations::class;
use crate::registrations::registration::Side;

/// How a person is addressed: 您 in letters and to programs, 你 on pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address {
    Formal,
    Familiar,
}

impl Address {
    fn say(self, language: Language, key: &str, gaps: &[(&'static str, FluentValue<'_>)]) -> String {
        match self {
            Self::Formal => say(language, key, gaps),
            Self::Familiar => say_in(language, key, "familiar", gaps),
        }
    }
}

/// What limited somebody, told from where they stand.
enum Own {
    Seats,
    Side,
    Band,
    Unit,
    UnitSide,
}

impl Own {
    fn of(limit: &str) -> Self {
        match limit.split_once(' ') {
            Some(("side", _)) => Self::Side,
            Some(("band", _)) => Self::Band,
            Some(("unit", name)) if name.ends_with("/men") || name.ends_with("/women") => Self::UnitSide,
            Some(("unit", _)) => Self::Unit,
            _ => Self::Seats,
        }
    }
}

/// What somebody stood there with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stood {
    /// None where the event gives seats by lot.
    pub points: Option<i64>,
    pub class: i32,
    pub side: Side,
}

impl Stood {
    /// As a run placed them. Points somebody was given by hand count at an event without any, too.
    ///
    /// # Errors
    /// Where what the event says of points does not read.
    pub fn of(event: &event::Model, points: i64, class: i32, side: Side) -> Result<Self, Fault> {
        let pays = RuleSet::of(event)?.iter().next().is_some();
        Ok(Self { points: (pays || points != 0).then_some(points), class, side })
    }
}

/// Why a run came to this for a person on a side: where they stood, then what was missing.
#[must_use]
pub fn explanation(address: Address, language: Language, why: &Explanation, stood: Stood) -> Vec<String> {
    let mut sentences = standing(address, language, why, stood);
    sentences.extend(reasons(address, language, why, stood));
    sentences
}

/// Rank in their side and points, and what was compared before points.
#[must_use]
pub fn standing(
    address: Address,
    language: Language,
    why: &Explanation,
    Stood { points, class, side }: Stood,
) -> Vec<String> {
    let side = side_name(side, language);
    let gaps = [("points", points.unwrap_or(0).into()), ("side", side.into()), ("rank", why.rank_side.into())];
    let key = if points.is_some() { "screening-stood" } else { "screening-drawn" };
    let standing = address.say(language, key, &gaps);
    let history = history(class).map(|key| address.say(language, key, &[]));
    [Some(standing), history].into_iter().flatten().collect()
}

/// Why somebody stands before or behind people with other points; None for everybody else.
fn history(class: i32) -> Option<&'static str> {
    match class {
        class::GUARANTEED => Some("screening-class-guaranteed"),
        class::ATTENDED => Some("screening-class-attended"),
        class::NO_SHOW => Some("screening-class-no-show"),
        _ => None,
    }
}

/// Why there was no seat, one sentence a reason; empty for people with a seat.
#[must_use]
pub fn reasons(address: Address, language: Language, why: &Explanation, stood: Stood) -> Vec<String> {
    if why.climb == Some(0) {
        return Vec::new();
    }
    let mut reasons: Vec<String> = why.full.iter().map(|full| was_full(address, language, full, stood)).collect();
    if reasons.is_empty() {
        reasons.push(say(language, "screening-kept-for-others", &[]));
    }
    reasons.extend(why.climb.map(|climb| say(language, "screening-climb", &[("climb", climb.into())])));
    reasons
}

fn was_full(address: Address, language: Language, full: &Full, Stood { points, side, .. }: Stood) -> String {
    let key = match Own::of(&full.limit) {
        Own::Seats => "screening-full-seats",
        Own::Side => "screening-full-side",
        Own::Band => "screening-full-band",
        Own::Unit => "screening-full-unit",
        Own::UnitSide => "screening-full-unit-side",
    };
    let last = full.last_points.filter(|_| points.is_some()).map(|points| {
        let key = if full.last_ticket.is_some() { "screening-last-by-lot" } else { "screening-last" };
        address.say(language, key, &[("points", points.into())])
    });
    let side = side_name(side, language);
    let gaps = [("cap", full.cap.into()), ("side", side.into()), ("last", last.unwrap_or_default().into())];
    address.say(language, key, &gaps)
}

/// 男方 or women: as a sentence names a side.
#[must_use]
pub fn side_name(side: Side, language: Language) -> String {
    say_in(language, &format!("side-{}", side.word()), "within", &[])
}

/// A limit as an organizer reads it: `side men` is 男方, `unit 电力局/men` 电力局 · 男方, `band women/35+ min` 女方 35+（至少）.
/// What is no limit stays as it is.
#[must_use]
pub fn limit(key: &str, language: Language) -> String {
    let side = |word: &str| match word {
        "men" => Some(side_name(Side::Men, language)),
        "women" => Some(side_name(Side::Women, language)),
        _ => None,
    };
    // A name behind a slash is a side, or else the name goes on.
    let of_side = |name: &str| match name.rsplit_once('/').and_then(|(unit, word)| Some((unit, side(word)?))) {
        Some((unit, side)) => format!("{unit} · {side}"),
        None => name.to_owned(),
    };
    let banded = |name: &str| match name.split_once('/').and_then(|(word, band)| Some((side(word)?, band))) {
        Some((side, band)) => format!("{side} {band}"),
        None => side(name).unwrap_or_else(|| name.to_owned()),
    };
    let (bare, end) = match key.rsplit_once(' ') {
        Some((bare, "min")) => (bare, Some("limit-min")),
        Some((bare, "max")) => (bare, Some("limit-max")),
        _ => (key, None),
    };
    let named = match bare.split_once(' ') {
        Some(("side", word)) => side(word).unwrap_or_else(|| word.to_owned()),
        Some(("band", name)) => banded(name),
        Some(("unit", name)) => of_side(name),
        Some(("applicants", whose)) => say(language, "limit-applicants", &[("whose", banded(whose).into())]),
        _ => match bare {
            "seats" => say(language, "limit-seats", &[]),
            "unit" => say(language, "limit-unit", &[]),
            "unit_side" => say(language, "limit-unit-side", &[]),
            "held" => say(language, "limit-held", &[]),
            "history" => say(language, "limit-history", &[]),
            "doors open" => say(language, "limit-doors-open", &[]),
            other => other.to_owned(),
        },
    };
    match end {
        Some(end) => say(language, end, &[("limit", named.into())]),
        None => named,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_named_as_people_name_them() {
        for (key, zh) in [
            ("seats", "总席位"),
            ("side men", "男方"),
            ("side women min", "女方（至少）"),
            ("unit 电力局", "电力局"),
            ("unit 电力局/men", "电力局 · 男方"),
            ("unit A/B", "A/B"),
            ("unit max", "同一单位（至多）"),
            ("unit_side max", "同一单位同一方（至多）"),
            ("band women/35+ min", "女方 35+（至少）"),
            ("applicants women/35+", "女方 35+的报名人数"),
            ("applicants men", "男方的报名人数"),
            ("doors open", "现场已经开始"),
            ("history", "以往参加过或未到场的，排在其他人之后"),
            ("what else", "what else"),
        ] {
            assert_eq!(limit(key, Language::Zh), zh);
        }
        assert_eq!(limit("unit Metro/women", Language::En), "Metro · women");
    }

    #[test]
    fn a_reason_names_what_was_full_from_where_the_person_stands() {
        let full = |limit: &str, ticket: Option<&str>| Full {
            limit: limit.to_owned(),
            cap: 150,
            last_points: Some(87),
            last_ticket: ticket.map(str::to_owned),
        };
        let why = Explanation {
            rank: 400,
            rank_side: 163,
            rank_unit_side: 2,
            full: vec![full("side women", Some("ab")), full("unit 电力局/women", None)],
            single: vec![],
            climb: Some(13),
        };
        let (formal, stood) = (Address::Formal, Stood { points: Some(87), class: class::ORDINARY, side: Side::Women });
        let zh = explanation(formal, Language::Zh, &why, stood);
        assert_eq!(zh[0], "您有 87 分，在女方第 163 名。");
        assert_eq!(zh[1], "女方 150 席已满，最后一名 87 分，与您同分，按抽签号先后。");
        assert_eq!(zh[2], "贵单位女方 150 个名额已满，最后一名 87 分。");
        assert_eq!(zh[3], "总排名再前进 13 位即可入选。");
        let familiar = explanation(Address::Familiar, Language::Zh, &why, stood);
        assert_eq!(familiar[0], "你有 87 分，在女方第 163 名。");
        assert_eq!(familiar[1], "女方 150 席已满，最后一名 87 分，与你同分，按抽签号先后。");
        assert_eq!(familiar[2], "你的单位女方 150 个名额已满，最后一名 87 分。");
        assert_eq!(familiar[3], zh[3]);
        let en = explanation(formal, Language::En, &why, stood);
        assert_eq!(en, explanation(Address::Familiar, Language::En, &why, stood));
        assert!(en[2].contains("women of your employer"), "{en:?}");
    }

    #[test]
    fn what_counts_before_points_is_said() {
        let why =
            Explanation { rank: 1, rank_side: 1, rank_unit_side: 1, full: vec![], single: vec![], climb: Some(0) };
        let stood = |class| Stood { points: Some(40), class, side: Side::Men };
        let zh = explanation(Address::Familiar, Language::Zh, &why, stood(class::GUARANTEED));
        assert_eq!(zh, ["你有 40 分，在男方第 1 名。", "你有保留席位，排在最前。"]);
        let by_lot = Stood { points: None, ..stood(class::ORDINARY) };
        assert_eq!(standing(Address::Familiar, Language::Zh, &why, by_lot), ["按抽签号，你在男方第 1 名。"]);
        let en = explanation(Address::Formal, Language::En, &why, stood(class::NO_SHOW));
        assert_eq!(en[0], "You have 40 points and rank 1 among the men.");
        assert!(en[1].starts_with("You confirmed a seat"), "{en:?}");
    }
}
