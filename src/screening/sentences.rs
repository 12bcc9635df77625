//! The reasons of a run as sentences a person reads about themselves.

use crate::language::Language;
use crate::registrations::class;
use crate::registrations::registration::Side;
use queqiao_screening::explain::{Explanation, Full};

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

/// Where the person stood: rank in their side, points, and what was compared before points.
#[must_use]
pub fn standing(why: &Explanation, points: i64, class: i32, side: Side, language: Language) -> String {
    let standing = match language {
        Language::Zh => format!("您有 {points} 分，在{}第 {} 名。", side_name(side, language), why.rank_side),
        Language::En => {
            format!("You have {points} points and rank {} among the {}.", why.rank_side, side_name(side, language))
        }
    };
    match (history(class, language), language) {
        (None, _) => standing,
        (Some(history), Language::Zh) => format!("{standing}{history}"),
        (Some(history), Language::En) => format!("{standing} {history}"),
    }
}

/// Why somebody stands before or behind people with other points; None for everybody else.
fn history(class: i32, language: Language) -> Option<&'static str> {
    let (zh, en) = match class {
        class::GUARANTEED => {
            ("您有保留席位，排在最前。", "You have a guaranteed seat and stand before everybody else.")
        }
        class::ATTENDED => (
            "您近六个月参加过本工会的活动，按事先公布的规则，排在没有参加过的人之后，再比积分。",
            "You were at an event of this union in the last six months; by the rules published beforehand those who \
             were not go first, whatever their points.",
        ),
        class::NO_SHOW => (
            "您近十二个月确认过本工会活动的席位而没有到场，按事先公布的规则，排在其他人之后，再比积分。",
            "You confirmed a seat at an event of this union in the last twelve months and did not come; by the rules \
             published beforehand everybody else goes first, whatever their points.",
        ),
        _ => return None,
    };
    Some(language.choose(zh, en))
}

/// Why there was no seat, one sentence a reason; empty for people with a seat.
#[must_use]
pub fn reasons(why: &Explanation, side: Side, language: Language) -> Vec<String> {
    if why.climb == Some(0) {
        return Vec::new();
    }
    let mut reasons: Vec<String> = why.full.iter().map(|full| was_full(full, side, language)).collect();
    if reasons.is_empty() {
        reasons.push(match language {
            Language::Zh => "剩余席位须按事先公布的规则留给其他名额。".to_owned(),
            Language::En => "The seats left are kept for others by the rules published beforehand.".to_owned(),
        });
    }
    match (why.climb, language) {
        (Some(climb), Language::Zh) => reasons.push(format!("总排名再前进 {climb} 位即可入选。")),
        (Some(climb), Language::En) => {
            reasons.push(format!("Standing {climb} places higher overall would have been enough."))
        }
        (None, _) => {}
    }
    reasons
}

fn was_full(full: &Full, side: Side, language: Language) -> String {
    let (cap, own) = (full.cap, Own::of(&full.limit));
    let last = full.last_points.map(|points| match (full.last_ticket.is_some(), language) {
        (false, Language::Zh) => format!("，最后一名 {points} 分"),
        (true, Language::Zh) => format!("，最后一名 {points} 分，与您同分，按抽签号先后"),
        (false, Language::En) => format!("; the last one had {points} points"),
        (true, Language::En) => format!("; the last one had {points} points as you have, and the lottery decided"),
    });
    let last = last.unwrap_or_default();
    let side = side_name(side, language);
    match language {
        Language::Zh => match own {
            Own::Seats => format!("{cap} 个席位已满{last}。"),
            Own::Side => format!("{side} {cap} 席已满{last}。"),
            Own::Band => format!("您所在年龄段 {cap} 席已满{last}。"),
            Own::Unit => format!("贵单位 {cap} 个名额已满{last}。"),
            Own::UnitSide => format!("贵单位{side} {cap} 个名额已满{last}。"),
        },
        Language::En => match own {
            Own::Seats => format!("All {cap} seats were taken{last}."),
            Own::Side => format!("The {cap} seats for {side} were taken{last}."),
            Own::Band => format!("The {cap} seats of your age band were taken{last}."),
            Own::Unit => format!("The {cap} seats for your employer were taken{last}."),
            Own::UnitSide => format!("The {cap} seats for {side} of your employer were taken{last}."),
        },
    }
}

/// 男方 or women: as a sentence names a side.
#[must_use]
pub fn side_name(side: Side, language: Language) -> &'static str {
    match side {
        Side::Men => language.choose("男方", "men"),
        Side::Women => language.choose("女方", "women"),
    }
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
        None => side(name).unwrap_or(name).to_owned(),
    };
    let (bare, end) = match key.rsplit_once(' ') {
        Some((bare, "min")) => (bare, language.choose("（至少）", " (at least)")),
        Some((bare, "max")) => (bare, language.choose("（至多）", " (at most)")),
        _ => (key, ""),
    };
    let named = match bare.split_once(' ') {
        Some(("side", word)) => side(word).unwrap_or(word).to_owned(),
        Some(("band", name)) => banded(name),
        Some(("unit", name)) => of_side(name),
        Some(("applicants", whose)) => {
            format!("{}{}", banded(whose), language.choose("的报名人数", ": how many applied"))
        }
        _ => match bare {
            "seats" => language.choose("总席位", "all seats").to_owned(),
            "unit" => language.choose("同一单位", "one employer").to_owned(),
            "unit_side" => language.choose("同一单位同一方", "one employer and side").to_owned(),
            "held" => language.choose("保留的席位", "guaranteed seats").to_owned(),
            "doors open" => language.choose("现场已经开始", "the doors are open").to_owned(),
            other => other.to_owned(),
        },
    };
    format!("{named}{end}")
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
        assert_eq!(standing(&why, 87, 1, Side::Women, Language::Zh), "您有 87 分，在女方第 163 名。");
        let zh = reasons(&why, Side::Women, Language::Zh);
        assert_eq!(zh[0], "女方 150 席已满，最后一名 87 分，与您同分，按抽签号先后。");
        assert_eq!(zh[1], "贵单位女方 150 个名额已满，最后一名 87 分。");
        assert_eq!(zh[2], "总排名再前进 13 位即可入选。");
        assert!(reasons(&why, Side::Women, Language::En)[1].contains("women of your employer"));
    }
}
