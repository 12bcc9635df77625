//! The reasons of a run as sentences a person reads about themselves.

use fluent_templates::fluent_bundle::FluentValue;
use queqiao_screening::boards::explain::Refused;
use queqiao_screening::boards::infeasible::At;
use queqiao_screening::explain::{Explanation, Full};
use queqiao_screening::limit::{End, Limit, Obstacle};

use crate::error::Fault;
use crate::events::event;
use crate::language::Language;
use crate::page::fluent::{say, say_in, sentences};
use crate::points::rules::RuleSet;
use crate::registrations::precedence;
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

/// Why a run came to this for a person on a side: where they stood, then what was missing. `short`: how many of the
/// side stand between them and a seat.
#[must_use]
pub fn explanation(
    address: Address,
    language: Language,
    why: &Explanation,
    stood: Stood,
    short: Option<usize>,
) -> Vec<String> {
    let mut sentences = standing(address, language, why, stood);
    sentences.extend(reasons(address, language, why, stood, short));
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
        precedence::GUARANTEED => Some("screening-class-guaranteed"),
        precedence::ATTENDED => Some("screening-class-attended"),
        precedence::NO_SHOW => Some("screening-class-no-show"),
        _ => None,
    }
}

/// Why there was no seat, one sentence a reason; empty for people with a seat.
#[must_use]
pub fn reasons(
    address: Address,
    language: Language,
    why: &Explanation,
    stood: Stood,
    short: Option<usize>,
) -> Vec<String> {
    if why.climb == Some(0) {
        return Vec::new();
    }
    let mut reasons: Vec<String> = why.full.iter().map(|full| was_full(address, language, full, stood)).collect();
    if reasons.is_empty() {
        reasons.push(say(language, "screening-kept-for-others", &[]));
    }
    reasons.extend(short.map(|places| climb(language, places)));
    reasons
}

/// Why somebody was refused boards they wished for more, the dearest first; empty for whoever got their first wish.
#[must_use]
pub fn on_boards(address: Address, language: Language, refused: &[Refused], stood: Stood) -> Vec<String> {
    let reason = |one: &Refused| {
        let mut why: Vec<String> = one.full.iter().map(|full| was_full(address, language, full, stood)).collect();
        if why.is_empty() {
            why.push(say(language, "screening-kept-for-others", &[]));
        }
        why.extend(one.climb.map(|climb| say(language, "screening-board-climb", &[("climb", climb.into())])));
        let why = sentences(language, why);
        say(language, "screening-board-reason", &[("board", one.board.as_str().into()), ("why", why.into())])
    };
    refused.iter().map(reason).collect()
}

/// How many places higher would have been enough.
#[must_use]
pub fn climb(language: Language, places: usize) -> String {
    say(language, "screening-climb", &[("climb", places.into())])
}

fn was_full(address: Address, language: Language, full: &Full, Stood { points, side, .. }: Stood) -> String {
    // Told from where the person stands.
    let key = match &full.limit {
        Limit::Seats => "screening-full-seats",
        Limit::Side(_) => "screening-full-side",
        Limit::Band(..) => "screening-full-band",
        Limit::Unit(_) => "screening-full-unit",
        Limit::UnitSide(..) => "screening-full-unit-side",
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

/// A limit as an organizer reads it: the men's seats are 男方, those of an employer's men 电力局 · 男方, an age band 女方 35+.
#[must_use]
pub fn limit(limit: &Limit, language: Language) -> String {
    match limit {
        Limit::Seats => say(language, "limit-seats", &[]),
        Limit::Side(side) => side_name((*side).into(), language),
        Limit::Band(Some(side), name) => format!("{} {name}", side_name((*side).into(), language)),
        Limit::Band(None, name) | Limit::Unit(name) => name.clone(),
        Limit::UnitSide(name, side) => format!("{name} · {}", side_name((*side).into(), language)),
    }
}

/// What stands in the way as an organizer reads it, with the end that has to give: 女方（至少）.
#[must_use]
pub fn obstacle(obstacle: &Obstacle, language: Language) -> String {
    let (named, end) = match obstacle {
        Obstacle::Seats => return limit(&Limit::Seats, language),
        Obstacle::Held => return say(language, "limit-held", &[]),
        Obstacle::Applicants(side, band) => {
            let whose = match band {
                Some(band) => Limit::Band(Some(*side), band.clone()),
                None => Limit::Side(*side),
            };
            return say(language, "limit-applicants", &[("whose", limit(&whose, language).into())]);
        }
        Obstacle::Limit(named, end) => (limit(named, language), end),
        Obstacle::Units(end) => (say(language, "limit-unit", &[]), end),
        Obstacle::UnitSides(end) => (say(language, "limit-unit-side", &[]), end),
    };
    let key = match end {
        End::Min => "limit-min",
        End::Max => "limit-max",
    };
    say(language, key, &[("limit", named.into())])
}

/// What stands in the way on a board.
#[must_use]
pub fn obstacle_of_board(at: &At, language: Language) -> String {
    format!("{} · {}", at.board, obstacle(&at.limit, language))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_named_as_people_name_them() {
        for (text, zh) in [
            ("seats", "总席位"),
            ("side men", "男方"),
            ("unit 电力局", "电力局"),
            ("unit 电力局/men", "电力局 · 男方"),
            ("unit A/B", "A/B"),
            ("unit X/men/", "X/men"),
            ("unit X/men/women", "X/men · 女方"),
        ] {
            assert_eq!(limit(&text.parse().unwrap(), Language::Zh), zh);
        }
        for (text, zh) in [
            ("side women min", "女方（至少）"),
            ("unit max", "同一单位（至多）"),
            ("unit_side max", "同一单位同一方（至多）"),
            ("band women/35+ min", "女方 35+（至少）"),
            ("applicants women/35+", "女方 35+的报名人数"),
            ("applicants men", "男方的报名人数"),
        ] {
            assert_eq!(obstacle(&text.parse().unwrap(), Language::Zh), zh);
        }
        assert_eq!(limit(&"unit Metro/women".parse().unwrap(), Language::En), "Metro · women");
    }

    #[test]
    fn a_reason_names_what_was_full_from_where_the_person_stands() {
        let full = |limit: &str, ticket: Option<&str>| Full {
            limit: limit.parse().unwrap(),
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
            climb: Some(27),
        };
        let (formal, stood) =
            (Address::Formal, Stood { points: Some(87), class: precedence::ORDINARY, side: Side::Women });
        let zh = explanation(formal, Language::Zh, &why, stood, Some(13));
        assert_eq!(zh[0], "您有 87 分，在女方第 163 名。");
        assert_eq!(zh[1], "女方 150 席已满，最后一名 87 分，与您同分，按抽签号先后。");
        assert_eq!(zh[2], "贵单位女方 150 个名额已满，最后一名 87 分。");
        assert_eq!(zh[3], "筛选时，本方再前进 13 名即可入选。");
        let familiar = explanation(Address::Familiar, Language::Zh, &why, stood, Some(13));
        assert_eq!(familiar[0], "你有 87 分，在女方第 163 名。");
        assert_eq!(familiar[1], "女方 150 席已满，最后一名 87 分，与你同分，按抽签号先后。");
        assert_eq!(familiar[2], "你的单位女方 150 个名额已满，最后一名 87 分。");
        assert_eq!(familiar[3], zh[3]);
        let en = explanation(formal, Language::En, &why, stood, Some(13));
        assert_eq!(en, explanation(Address::Familiar, Language::En, &why, stood, Some(13)));
        assert!(en[2].contains("women of your employer"), "{en:?}");
    }

    #[test]
    fn what_counts_before_points_is_said() {
        let why =
            Explanation { rank: 1, rank_side: 1, rank_unit_side: 1, full: vec![], single: vec![], climb: Some(0) };
        let stood = |class| Stood { points: Some(40), class, side: Side::Men };
        let zh = explanation(Address::Familiar, Language::Zh, &why, stood(precedence::GUARANTEED), None);
        assert_eq!(zh, ["你有 40 分，在男方第 1 名。", "你有保留席位，排在最前。"]);
        let by_lot = Stood { points: None, ..stood(precedence::ORDINARY) };
        assert_eq!(standing(Address::Familiar, Language::Zh, &why, by_lot), ["按抽签号，你在男方第 1 名。"]);
        let en = explanation(Address::Formal, Language::En, &why, stood(precedence::NO_SHOW), None);
        assert_eq!(en[0], "You have 40 points and rank 1 among the men.");
        assert!(en[1].starts_with("You confirmed a seat"), "{en:?}");
    }
}
