//! What a screening over several boards came to, as it is published.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};

use super::board::Board;
use super::explain::{self, Explanation};
use super::field::{Field, Wishing};
use super::infeasible::Infeasible;
use super::select::{Selection, select};
use crate::applicant::{Applicant, Side};
use crate::lottery::Hash;
use crate::outcome::{self, Standby};
use crate::pool::Pool;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// In the order of the boards; nothing where they cannot all be filled.
    pub boards: Option<Vec<Filled>>,
    /// Why somebody has no seat or not the board they wished for most, by number.
    pub explanations: BTreeMap<String, Explanation>,
    pub infeasible: Option<Infeasible>,
}

/// One board: who has a seat there, and who would come if one came free.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filled {
    pub board: String,
    pub seats: u32,
    /// Numbers in rank order.
    pub selected: Vec<String>,
    /// Who has no seat on any board and wishes for this one.
    pub standby: Standby,
}

/// Ranks the applicants and fills the boards. Pure: the same people, boards and seed give the same outcome, byte for byte.
pub fn screen(people: &[Wishing], boards: &[Board], seed: &Hash) -> Outcome {
    let field = Field::rank(people, boards, seed);
    match select(&field, boards) {
        Ok(selection) => Outcome {
            boards: Some(filled(&field, boards, &selection)),
            explanations: explain::disappointed(&field, explain::explain(&field, boards, &selection)),
            infeasible: None,
        },
        Err(because) => Outcome { boards: None, explanations: BTreeMap::new(), infeasible: Some(because) },
    }
}

impl Outcome {
    /// All boards together: who has a seat anywhere, and who has none and waits for one, in rank order. Reasons are told
    /// by board.
    pub fn together(&self, applicants: &[Applicant], seed: &Hash) -> outcome::Outcome {
        let pool = Pool::rank(applicants, seed);
        let filled = self.boards.as_deref().unwrap_or_default();
        let any = |of: &dyn Fn(&Filled) -> &[String]| -> Vec<String> {
            let named: HashSet<&str> = filled.iter().flat_map(of).map(String::as_str).collect();
            let numbers = pool.iter().map(|ranked| &ranked.applicant.number);
            numbers.filter(|number| named.contains(number.as_str())).cloned().collect()
        };
        let selected = any(&|board| &board.selected);
        outcome::Outcome {
            seats: filled.iter().map(|board| board.seats).sum(),
            selected: self.boards.is_some().then_some(selected),
            standby: Standby { men: any(&|board| &board.standby.men), women: any(&|board| &board.standby.women) },
            explanations: BTreeMap::new(),
            infeasible: None,
            fallback: None,
        }
    }
}

fn filled(field: &Field, boards: &[Board], selection: &Selection) -> Vec<Filled> {
    let fill = |(at, board): (usize, &Board)| {
        let mut filled = Filled {
            board: board.name.clone(),
            seats: board.rules.seats,
            selected: Vec::new(),
            standby: Standby::default(),
        };
        for ((person, list), given) in field.iter().zip(&selection.boards) {
            let line = match (given, person.side) {
                (Some(given), _) if *given == at => &mut filled.selected,
                (None, Side::Men) if list.order.contains(&at) => &mut filled.standby.men,
                (None, Side::Women) if list.order.contains(&at) => &mut filled.standby.women,
                _ => continue,
            };
            line.push(person.number.clone());
        }
        let waiting = usize::try_from(board.rules.standby.unwrap_or(u32::MAX)).unwrap_or(usize::MAX);
        filled.standby.men.truncate(waiting);
        filled.standby.women.truncate(waiting);
        filled
    };
    boards.iter().enumerate().map(fill).collect()
}
