//! The boards of an event, as its organizer planned them.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use queqiao_screening::boards::board::{self, MOST_BOARDS, NotBoards};
use queqiao_screening::rules::{self, Fallback, Rules};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::{Error, Fault, FieldError};
use crate::events::amendment;
use crate::events::event::{self, MOST_SEATS, Sides};
use crate::events::phase::Phase;
use crate::page::{Page, fluent, when};
use crate::registrations::side_seats::{Bounds, SideBounds};

/// The last phase in which days and places of boards may be changed, as those of the event.
pub const LAST: Phase = Phase::Confirmation;

/// 专场: one of several evenings that share a registration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Board {
    /// By which wishes name it; no other one comes once anybody can apply.
    #[schema(example = "concert")]
    pub name: String,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub venue: String,
    pub seats: i32,
    /// Seats per side; left out in a two-sided event, each side gets half.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side: Option<SideBounds>,
    /// At most this many of one unit and side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_side: Option<BoardCap>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BoardCap {
    pub max: i32,
}

/// What the event says; nothing where it has one evening.
///
/// # Errors
/// Where it does not read.
pub fn of(event: &event::Model) -> Result<Vec<Board>, Fault> {
    Ok(completed(event.part("boards")?.unwrap_or_default(), event.sides))
}

/// The boards with what was left unsaid.
#[must_use]
pub fn completed(mut boards: Vec<Board>, sides: Sides) -> Vec<Board> {
    for board in boards.iter_mut().filter(|_| sides == Sides::Two) {
        board.side.get_or_insert(SideBounds::even(board.seats));
    }
    boards
}

/// That no board of the event is called so.
#[must_use]
pub fn unknown(path: impl Into<String>) -> FieldError {
    FieldError::new(path, "unknown_board", "not a board of this event")
}

/// Everything that cannot be held as written, by the path of the field. `seats`: of the event.
#[must_use]
pub fn faults(boards: &[Board], seats: i32) -> Vec<FieldError> {
    let mut faults = Vec::new();
    if boards.is_empty() {
        return faults;
    }
    if boards.len() > MOST_BOARDS {
        faults.push(FieldError::new("boards", "too_many", format!("{MOST_BOARDS} boards at most")));
    }
    let mut names = HashSet::new();
    for (at, board) in boards.iter().enumerate() {
        let path = |field: &str| format!("boards[{at}].{field}");
        faults.extend(board.faults(&path));
        if !names.insert(board.name.trim()) {
            faults.push(FieldError::new(path("name"), "twice", "this name is taken by another board"));
        }
    }
    let all: i64 = boards.iter().map(|board| i64::from(board.seats)).sum();
    if faults.is_empty() && all != i64::from(seats) {
        let message = format!("the boards have {all} seats, the event has {seats}");
        faults.push(FieldError::new("boards", "seats_not_met", message));
    }
    if faults.is_empty() {
        faults.extend(cannot_be_kept(boards));
    }
    faults
}

/// Boards that are not within their event: its doors are open then, and closed before and after.
#[must_use]
pub fn outside(boards: &[Board], starts_at: DateTime<Utc>, ends_at: DateTime<Utc>) -> Vec<FieldError> {
    let outside = |(at, board): (usize, &Board)| {
        let field = match (board.starts_at < starts_at, board.ends_at > ends_at) {
            (true, _) => "starts_at",
            (false, true) => "ends_at",
            (false, false) => return None,
        };
        Some(FieldError::new(format!("boards[{at}].{field}"), "outside_event", "must be within the event"))
    };
    boards.iter().enumerate().filter_map(outside).collect()
}

/// What people rely on: once anybody can have applied no board comes or is called otherwise, one that too few wish for
/// may still be dropped; once the event was screened they stay as the run filled them. Days and places move as the
/// event's own do.
///
/// # Errors
/// 409 `too_late` with `boards`.
pub fn keep(event: &event::Model, phase: Phase, boards: &[Board], screened: bool) -> Result<(), Error> {
    let before = of(event)?;
    let late = |last: Phase| Err(amendment::too_late(vec![("boards".to_owned(), last)]).into());
    let known = |board: &Board| before.iter().any(|one| one.name == board.name);
    let is_other = boards.iter().any(|board| !known(board)) || (boards.is_empty() && !before.is_empty());
    if phase > Phase::Draft && is_other {
        return late(Phase::Draft);
    }
    let filled = |boards: &[Board]| boards.iter().map(Board::rules).collect::<Vec<_>>();
    if screened && filled(&before) != filled(boards) {
        return late(Phase::Screening);
    }
    Ok(())
}

/// What the screening could not keep together.
fn cannot_be_kept(boards: &[Board]) -> Option<FieldError> {
    let boards: Vec<board::Board> = boards.iter().map(Board::rules).collect();
    let why: NotBoards = board::check(&boards).err()?;
    Some(FieldError::new("boards", "contradictory", why.to_string()))
}

/// One line that says something and can stand between the `>` of a list of wishes.
fn is_name(name: &str, most: usize) -> bool {
    let length = name.chars().count();
    (1..=most).contains(&length) && name.trim() == name && !name.contains('>') && !name.chars().any(char::is_control)
}

impl Board {
    fn faults(&self, path: &dyn Fn(&str) -> String) -> Vec<FieldError> {
        let mut faults = Vec::new();
        if !is_name(&self.name, 20) {
            faults.push(FieldError::new(path("name"), "invalid", "one line of 1 to 20 characters without >"));
        }
        if !is_name(&self.venue, 120) {
            faults.push(FieldError::new(path("venue"), "invalid", "one line of 1 to 120 characters"));
        }
        if self.starts_at >= self.ends_at {
            faults.push(FieldError::new(path("ends_at"), "out_of_order", "must be after starts_at"));
        }
        if !(1..=MOST_SEATS).contains(&self.seats) {
            faults.push(FieldError::new(path("seats"), "out_of_range", "1 or more"));
        }
        if let Some(side) = &self.side {
            let wrong = [side.men.fault(&path("side.men")), side.women.fault(&path("side.women"))];
            let (least, most) = (side.men.min + side.women.min, side.men.max + side.women.max);
            if wrong.iter().all(Option::is_none) && !(least..=most).contains(&self.seats) {
                let message = format!("the sides take {least} to {most} people, the board has {} seats", self.seats);
                faults.push(FieldError::new(path("side"), "seats_not_met", message));
            }
            faults.extend(wrong.into_iter().flatten());
        }
        if self.unit_side.is_some_and(|cap| !(1..=MOST_SEATS).contains(&cap.max)) {
            faults.push(FieldError::new(path("unit_side.max"), "out_of_range", "1 or more"));
        }
        faults
    }

    /// The board as the screening reads it.
    #[must_use]
    pub fn rules(&self) -> board::Board {
        let count = |number: i32| u32::try_from(number).unwrap_or(0);
        let bounds = |bounds: Bounds| rules::Bounds { min: count(bounds.min), max: Some(count(bounds.max)) };
        let rules = Rules {
            seats: count(self.seats),
            fallback: Fallback::None,
            // Everybody without a seat waits for the boards they wish for: a line that is cut on one board would let
            // somebody of another pass those behind the cut.
            standby: None,
            side: rules::Sides {
                men: self.side.map(|side| bounds(side.men)),
                women: self.side.map(|side| bounds(side.women)),
            },
            unit_side: self.unit_side.map(|cap| rules::Cap { max: count(cap.max) }),
            unit: None,
            band: Vec::new(),
        };
        board::Board { name: self.name.clone(), rules }
    }

    /// When and where it is, in the event's own time.
    #[must_use]
    pub fn when_and_where(&self, page: &Page, event: &event::Model, now: DateTime<Utc>) -> String {
        let when = when::stretch(page.language, event.zone(), self.starts_at, self.ends_at, now);
        format!("{when} · {}", self.venue)
    }

    /// For whoever thinks of applying.
    #[must_use]
    pub fn sentence(&self, page: &Page, when: String) -> String {
        let shares = self.side.map(|side| side.share_words(page, "rule-sides")).unwrap_or_default();
        let gaps = [
            ("name", self.name.as_str().into()),
            ("when", when.into()),
            ("venue", self.venue.as_str().into()),
            ("seats", self.seats.into()),
            ("sides", shares.into()),
        ];
        let cap = self.unit_side.map(|cap| page.say("rule-screening-unit-side", &[("max", cap.max.into())]));
        fluent::sentences(page.language, [Some(page.say("rule-board", &gaps)), cap].into_iter().flatten())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn board(name: &str, seats: i32) -> Board {
        Board {
            name: name.to_owned(),
            starts_at: "2026-08-22T06:00:00Z".parse().unwrap(),
            ends_at: "2026-08-22T09:00:00Z".parse().unwrap(),
            venue: "文化宫".to_owned(),
            seats,
            side: None,
            unit_side: None,
        }
    }

    #[test]
    fn what_cannot_be_held_is_told_by_the_path_of_its_field() {
        let paths = |boards: &[Board], seats: i32| -> Vec<String> {
            faults(boards, seats).into_iter().map(|fault| format!("{} {}", fault.field, fault.code)).collect()
        };
        let two = [board("音乐会", 20), board("海洋馆", 10)];
        assert!(paths(&two, 30).is_empty() && paths(&[], 30).is_empty());
        assert_eq!(paths(&two, 31), ["boards seats_not_met"]);
        assert_eq!(paths(&[board("音乐会", 20), board("音乐会", 10)], 30), ["boards[1].name twice"]);
        let wrong = Board { ends_at: two[0].starts_at, venue: String::new(), seats: 0, ..board("a>b", 1) };
        assert_eq!(
            paths(&[two[0].clone(), wrong], 20),
            [
                "boards[1].name invalid",
                "boards[1].venue invalid",
                "boards[1].ends_at out_of_order",
                "boards[1].seats out_of_range"
            ]
        );
        let half = Bounds { min: 4, max: 4 };
        let short = Board { side: Some(SideBounds { men: half, women: half }), ..board("非遗", 10) };
        assert_eq!(paths(&[two[0].clone(), short], 30), ["boards[1].side seats_not_met"]);
    }

    #[test]
    fn half_of_a_board_is_for_each_side_unless_it_says_otherwise() {
        let sides = completed(vec![board("音乐会", 21)], Sides::Two)[0].side.unwrap();
        assert_eq!((sides.men.min, sides.men.max, sides.women), (10, 11, sides.men));
        assert_eq!(completed(vec![board("音乐会", 21)], Sides::Open)[0].side, None);
    }
}
