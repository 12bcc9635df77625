//! A board: its name, its seats and its limits, and which of them cannot be kept together.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::applicant::{Applicant, SIDES, Side};
use crate::limit::Limit;
use crate::rules::{Band, Bounds, Cap, Fallback, NotRules, Rules};

/// One of several evenings that share a registration. Its rules are those of a screening of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Board {
    /// By which lists of wishes name it.
    pub name: String,
    pub rules: Rules,
}

/// As many as a set of wishes tells apart.
pub const MOST_BOARDS: usize = 16;

/// Why boards are not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotBoards {
    #[error("boards: {0}")]
    Unreadable(String),
    #[error("boards: 1 to {MOST_BOARDS}, not {0}")]
    Number(usize),
    #[error("boards: a board has no name")]
    Nameless,
    #[error("boards: \"{0}\" is there twice")]
    Twice(String),
    #[error("boards: {board}: {why}")]
    Rules { board: String, why: NotRules },
    /// With several boards there is no one thing to give up: what cannot be met is reported.
    #[error("boards: {board}: a board has no fallback")]
    Fallback { board: String },
    /// Together with the people, who are at one board each, these would be three families.
    #[error("boards: {board}: \"{first}\" and \"{second}\" cross: the limits of a board must be nested")]
    Cross { board: String, first: String, second: String },
}

/// Reads and checks boards written as TOML: `[[board]]`, its `name`, and beside it what stands in the rules of one.
pub fn from_toml(text: &str) -> Result<Vec<Board>, NotBoards> {
    let unreadable = |error: toml::de::Error| NotBoards::Unreadable(error.message().replace('\n', "; "));
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let file: File = toml::from_str(text).map_err(unreadable)?;
    let boards = file.board.into_iter().map(|mut table| {
        let name = match table.remove("name") {
            Some(toml::Value::String(name)) => name,
            _ => return Err(NotBoards::Nameless),
        };
        let rules: Rules = table.try_into().map_err(unreadable)?;
        Ok(Board { name, rules })
    });
    let boards: Vec<Board> = boards.collect::<Result<_, _>>()?;
    check(&boards)?;
    Ok(boards)
}

/// Whether a file of rules is of several boards.
pub fn are_in(text: &str) -> bool {
    toml::from_str::<toml::Table>(text.strip_prefix('\u{feff}').unwrap_or(text))
        .is_ok_and(|file| file.contains_key("board"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    board: Vec<toml::Table>,
}

/// Everything that is wrong with the boards, whoever applies.
pub fn check(boards: &[Board]) -> Result<(), NotBoards> {
    if !(1..=MOST_BOARDS).contains(&boards.len()) {
        return Err(NotBoards::Number(boards.len()));
    }
    let mut names = HashSet::new();
    for Board { name, rules } in boards {
        if name.trim().is_empty() {
            return Err(NotBoards::Nameless);
        }
        if !names.insert(name) {
            return Err(NotBoards::Twice(name.clone()));
        }
        rules.check().map_err(|why| NotBoards::Rules { board: name.clone(), why })?;
        if rules.fallback != Fallback::None {
            return Err(NotBoards::Fallback { board: name.clone() });
        }
        if let Some((first, second)) = crossing(rules) {
            return Err(NotBoards::Cross { board: name.clone(), first, second });
        }
    }
    Ok(())
}

/// Two limits of these rules of which neither contains the other.
fn crossing(rules: &Rules) -> Option<(String, String)> {
    let side =
        SIDES.into_iter().find(|side| rules.binds(rules.side_bounds(*side))).map(|side| Limit::Side(side).to_string());
    let across = rules.band.iter().find(|band| band.side.is_none()).map(|band| band.limit().to_string());
    let any_band = rules.band.first().map(|band| band.limit().to_string());
    let unit = rules.unit.map(|_| "unit".to_owned());
    let unit_side = rules.unit_side.map(|_| "unit_side".to_owned());
    let both = |one: &Option<String>, other: &Option<String>| one.clone().zip(other.clone());
    both(&side, &unit)
        .or_else(|| both(&side, &across))
        .or_else(|| both(&any_band, &unit))
        .or_else(|| both(&any_band, &unit_side))
}

/// The sets of a board that contain this person, from the coarse to the fine. Rules that were checked are one tree.
pub(super) fn sets(rules: &Rules, person: &Applicant) -> Vec<(Limit, Bounds)> {
    let at_most = |cap: Cap| Bounds { min: 0, max: Some(cap.max) };
    let unit_side = rules.unit_side.map(|cap| (Limit::UnitSide(person.unit.clone(), person.side), at_most(cap)));
    let band_of_side = rules.has_bands_of_sides().then(|| band(rules, Some(person.side), person));
    if let Some(cap) = rules.unit {
        let unit = (Limit::Unit(person.unit.clone()), at_most(cap));
        return [unit].into_iter().chain(unit_side).collect();
    }
    let coarse = match rules.has_bands_across() {
        true => band(rules, None, person),
        false => (Limit::Side(person.side), rules.side_bounds(person.side)),
    };
    [coarse].into_iter().chain(band_of_side).chain(unit_side).collect()
}

/// Bands that the rules do not name share one set without a limit.
fn band(rules: &Rules, side: Option<Side>, person: &Applicant) -> (Limit, Bounds) {
    let named = rules.band.iter().find(|band| band.side == side && band.name == person.band);
    named.map_or((Limit::Band(side, String::new()), Bounds::default()), |band: &Band| (band.limit(), band.bounds()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn board(name: &str, rules: &str) -> Board {
        Board { name: name.to_owned(), rules: Rules::from_toml(rules).unwrap() }
    }

    fn fault(boards: &[Board]) -> String {
        check(boards).unwrap_err().to_string()
    }

    #[test]
    fn limits_of_a_board_that_cross_are_refused_by_name() {
        let nested = "seats=4\n[side.men]\nmin=2\nmax=2\n[unit_side]\nmax=1";
        assert!(check(&[board("音乐会", nested), board("海洋馆", nested)]).is_ok());
        let crossing = nested.replace("unit_side", "unit");
        assert_eq!(
            fault(&[board("音乐会", nested), board("海洋馆", &crossing)]),
            "boards: 海洋馆: \"side men\" and \"unit\" cross: the limits of a board must be nested"
        );
        // Where no side is bounded, units across sides are a tree; so are bands in sides without units.
        assert!(check(&[board("a", "seats=4\n[unit]\nmax=2\n[unit_side]\nmax=1")]).is_ok());
        assert!(check(&[board("a", "seats=4\n[side.men]\nmax=2\n[[band]]\nside='men'\nname='x'\nmin=1")]).is_ok());
        assert!(check(&[board("a", "seats=4\n[[band]]\nname='x'\nmin=1\n[[band]]\nside='men'\nname='x'")]).is_ok());
        for text in [
            "seats=4\n[unit_side]\nmax=2\n[[band]]\nside='men'\nname='x'",
            "seats=4\n[unit]\nmax=2\n[[band]]\nname='x'",
            "seats=4\n[side.men]\nmax=2\n[[band]]\nname='x'",
        ] {
            assert!(fault(&[board("a", text)]).contains("cross"), "{text}");
        }
    }

    #[test]
    fn boards_are_read_from_one_file() {
        let text = "[[board]]\nname = '音乐会'\nseats = 4\n[board.side.men]\nmin = 2\nmax = 2\n[[board]]\nname = '非遗'\nseats = 2\n";
        let boards = from_toml(text).unwrap();
        assert_eq!(boards, [board("音乐会", "seats=4\n[side.men]\nmin=2\nmax=2"), board("非遗", "seats=2")]);
        assert!(are_in(text) && !are_in("seats = 4"));
        let fault = |text: &str| from_toml(text).unwrap_err().to_string();
        assert_eq!(fault("[[board]]\nseats = 4"), "boards: a board has no name");
        for text in
            ["[[board]]\nname='a'\nseats=-1", "[[board]]\nname='a'\nsaets=1", "seats=1\n[[board]]\nname='a'\nseats=1"]
        {
            assert!(fault(text).starts_with("boards: ") && !fault(text).contains('\n'), "{}", fault(text));
        }
    }

    #[test]
    fn what_else_is_wrong_is_said_in_one_line() {
        assert_eq!(fault(&[]), "boards: 1 to 16, not 0");
        assert_eq!(fault(&[board(" ", "seats=1")]), "boards: a board has no name");
        assert_eq!(fault(&[board("a", "seats=1"), board("a", "seats=1")]), "boards: \"a\" is there twice");
        assert_eq!(fault(&[board("a", "seats=1\nfallback='reduce_seats'")]), "boards: a: a board has no fallback");
        let seatless = Board { name: "a".into(), rules: Rules { seats: 0, ..board("a", "seats=1").rules } };
        assert_eq!(fault(&[seatless]), "boards: a: rules: seats: must be at least 1");
    }
}
