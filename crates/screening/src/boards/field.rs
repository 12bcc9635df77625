//! The applicants with the boards they wish for, in their strict order.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::board::Board;
use crate::applicant::{Applicant, BadRow, Line, read_rows};
use crate::lottery::{Hash, Salt, leaf_of};
use crate::pool::Pool;

/// An applicant and what they wish. Who `keeps` a board has it already and keeps exactly that; who is only `held` has a
/// seat in any case, on the dearest board of their list that can be had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wishing {
    pub applicant: Applicant,
    /// Names of boards, the dearest first; who names none comes to none.
    pub wishes: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keeps: Option<String>,
}

impl Wishing {
    /// The row as it is hashed: that of the applicant with the wishes behind it.
    pub fn canonical_row(&self) -> String {
        let Applicant { number, side, unit, band, class, points, held } = &self.applicant;
        let held = u8::from(*held);
        serde_json::json!([number, side, unit, band, class, points, held, self.wishes]).to_string()
    }

    /// Its leaf in the tree over the list.
    pub fn leaf(&self, salt: &Salt) -> Hash {
        leaf_of(salt, &self.canonical_row())
    }
}

/// Reads the list of [`crate::applicant::read_csv`] with two columns more: `boards`, the wished ones with `>` between
/// them, the dearest first, and `keeps`, the board that somebody has already.
pub fn read_csv(bytes: &[u8], boards: &[Board]) -> Result<Vec<Wishing>, BadRow> {
    let known = |line: u64, name: &str| match boards.iter().any(|board| board.name == name) {
        true => Ok(name.to_owned()),
        false => Err(BadRow { line, what: format!("boards: \"{name}\" is not among the boards") }),
    };
    let wishing = |Line { line, applicant, more }: Line| {
        let cell = |at: usize| more.get(at).map(String::as_str).unwrap_or_default();
        let names = cell(0).split('>').map(str::trim).filter(|name| !name.is_empty());
        let wishes = names.map(|name| known(line, name)).collect::<Result<_, _>>()?;
        let keeps = Some(cell(1)).filter(|name| !name.is_empty()).map(|name| known(line, name)).transpose()?;
        Ok(Wishing { applicant, wishes, keeps })
    };
    read_rows(bytes, &["boards", "keeps"])?.into_iter().map(wishing).collect()
}

/// Everybody, best first, with the boards of their lists by place among the boards.
#[derive(Clone, Debug)]
pub struct Field {
    pub pool: Pool,
    lists: Vec<List>,
}

#[derive(Clone, Debug, Default)]
pub struct List {
    /// The dearest first, each once. Of somebody who keeps a board only that.
    pub order: Vec<usize>,
    pub keeps: Option<usize>,
    /// Has a seat in any case.
    pub guaranteed: bool,
}

impl List {
    /// The set of wished boards.
    pub fn set(&self) -> u32 {
        self.order.iter().fold(0, |set, board| set | 1 << board)
    }
}

impl Field {
    /// Boards that are not there are not wished for.
    pub fn rank(people: &[Wishing], boards: &[Board], seed: &Hash) -> Self {
        let at: HashMap<&str, usize> = boards.iter().enumerate().map(|(at, board)| (board.name.as_str(), at)).collect();
        let by_number: HashMap<&str, &Wishing> =
            people.iter().map(|person| (person.applicant.number.as_str(), person)).collect();
        let applicants: Vec<Applicant> = people.iter().map(|person| person.applicant.clone()).collect();
        let pool = Pool::rank(&applicants, seed);
        let list = |number: &str| by_number.get(number).map_or_else(List::default, |person| listed(person, &at));
        let lists = pool.iter().map(|ranked| list(&ranked.applicant.number)).collect();
        Self { pool, lists }
    }

    pub fn list(&self, place: usize) -> Option<&List> {
        self.lists.get(place)
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Applicant, &List)> {
        self.pool.iter().zip(&self.lists).map(|(ranked, list)| (&ranked.applicant, list))
    }
}

fn listed(person: &Wishing, at: &HashMap<&str, usize>) -> List {
    let place = |name: &String| at.get(name.as_str()).copied();
    let keeps = person.keeps.as_ref().and_then(place);
    let mut order = Vec::new();
    for board in keeps.map_or_else(|| person.wishes.iter().filter_map(place).collect(), |kept| vec![kept]) {
        if !order.contains(&board) {
            order.push(board);
        }
    }
    // A seat in any case, and one board for it: that is theirs.
    let keeps = keeps.or_else(|| order.first().copied().filter(|_| person.applicant.held && order.len() == 1));
    List { guaranteed: person.applicant.held && keeps.is_none(), order, keeps }
}
