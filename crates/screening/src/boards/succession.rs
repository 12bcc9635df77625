//! What happens to a seat of a board that is given back.
//!
//! Nobody who has a seat is moved unless they asked for it: it was promised for a day and a place, and people have
//! arranged themselves. Who did ask to move up keeps what they have until there is a dearer board for them. So the seat
//! is filled by the rule itself, once more, over everybody who may still gain: in rank order each gets the dearest
//! board with which a complete legal selection exists in which everybody with a seat has one they wished for at least
//! as much, and whoever did not ask to move has the one they had. Where somebody moves up, their former seat goes on in
//! the same way, so that one seat given back ends with one newcomer; every board has as many of each side afterwards
//! as before (like for like). What holds of the rule holds of this: nobody who waits, or asked to move, stands before
//! somebody who came in or moved to a place they could have had and wanted more.

use super::board::Board;
use super::field::{Field, Wishing};
use super::infeasible::Infeasible;
use super::select::select_for_one;
use crate::applicant::{Applicant, Side};
use crate::lottery::Hash;
use crate::rules::Rules;
use crate::succession::{rules_for_more, rules_for_one};

/// Somebody who comes to a board, from another one or from the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    pub number: String,
    pub from: Option<String>,
    pub to: String,
}

/// Whose seat it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left<'a> {
    pub board: &'a str,
    pub side: Side,
    pub band: &'a str,
}

/// Who moves and who comes in, in rank order. `people` are those still there: who holds a seat `keeps` it.
///
/// A board whose rules cap units across sides bounds no side, so its seat goes to the next of either.
///
/// # Errors
/// What stands in the way where the seat cannot be filled: it stays empty then, and nobody moves.
pub fn succeed(
    people: &[Wishing],
    boards: &[Board],
    seed: &Hash,
    would_move: &dyn Fn(&str) -> bool,
    left: Left<'_>,
) -> Result<Vec<Move>, Infeasible> {
    let pinned: Vec<Board> = boards.iter().map(|board| pinned(board, people, left)).collect();
    let wishing: Vec<Wishing> = people.iter().map(|person| asking(person, would_move)).collect();
    let field = Field::rank(&wishing, &pinned, seed);
    let selection = select_for_one(&field, &pinned)?;
    let before = |number: &str| {
        people.iter().find(|person| person.applicant.number == number).and_then(|person| person.keeps.clone())
    };
    let moves = field.pool.iter().zip(&selection.boards).filter_map(|(ranked, given)| {
        let to = boards.get((*given)?)?.name.clone();
        let number = ranked.applicant.number.clone();
        let from = before(&number);
        (from.as_ref() != Some(&to)).then_some(Move { number, from, to })
    });
    Ok(moves.collect())
}

/// Somebody who would move has a seat in any case, on a board they wish for at least as much as theirs.
fn asking(person: &Wishing, would_move: &dyn Fn(&str) -> bool) -> Wishing {
    let Some(kept) = person.keeps.as_ref().filter(|_| would_move(&person.applicant.number)) else {
        let held = person.keeps.is_some();
        return Wishing { applicant: Applicant { held, ..person.applicant.clone() }, ..person.clone() };
    };
    let dearer = person.wishes.iter().take_while(|wish| *wish != kept);
    Wishing {
        applicant: Applicant { held: true, ..person.applicant.clone() },
        wishes: dearer.chain([kept]).cloned().collect(),
        keeps: None,
    }
}

/// The board with as many of each side as it has, and one more where a seat was given back.
fn pinned(board: &Board, people: &[Wishing], left: Left<'_>) -> Board {
    let holders = people.iter().filter(|person| person.keeps.as_ref() == Some(&board.name));
    let holders: Vec<&Applicant> = holders.map(|person| &person.applicant).collect();
    let gave = left.board == board.name;
    let mut rules = match gave {
        true => rules_for_one(&board.rules, &holders, left.side, left.band),
        false => rules_for_more(&board.rules, &holders, 0, 0),
    };
    if board.rules.unit.is_some() || board.rules.has_bands_across() {
        rules = Rules { side: board.rules.side.clone(), ..rules };
    }
    Board { name: board.name.clone(), rules }
}
