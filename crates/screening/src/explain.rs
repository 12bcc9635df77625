//! Why somebody was not selected: where they stood, what was full at their turn, what single limit would have had to give,
//! and how many places higher would have done.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::applicant::Side;
use super::flow::{ArcId, Flow};
use super::limit::{End, Limit, Obstacle};
use super::network::{Cell, Network};
use super::pool::{Pool, Ranked};
use super::reach::Moment;
use super::rules::Rules;
use super::select::{Selection, has_room, offer, start};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Explanation {
    /// Places count from 1.
    pub rank: usize,
    pub rank_side: usize,
    pub rank_unit_side: usize,
    /// Limits that contain the person and were full at their turn.
    pub full: Vec<Full>,
    /// Every single limit that, one wider, would have admitted them at that moment.
    pub single: Vec<Obstacle>,
    /// How many places higher would have been enough; nothing where no place would have been.
    pub climb: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = ScreeningFull))]
#[serde(deny_unknown_fields)]
pub struct Full {
    #[cfg_attr(feature = "schema", schema(value_type = String))]
    pub limit: Limit,
    pub cap: u32,
    /// Points of the last person admitted within the limit.
    pub last_points: Option<i64>,
    /// Their lottery ticket, where points alone did not decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_ticket: Option<String>,
}

/// Explains everybody who was not selected, by number. Empty where `selection` is not one of this pool under these rules.
pub fn explain(pool: &Pool, rules: &Rules, selection: &Selection) -> BTreeMap<String, Explanation> {
    let Ok(network) = start(pool, rules) else { return BTreeMap::new() };
    let cutoffs = cutoffs(pool, selection, &network);
    let mut turn = Turn::at_the_start(pool, network);
    let mut ranks = Ranks::default();
    let mut sentences = BTreeMap::new();
    for (place, (ranked, taken)) in pool.iter().zip(&selection.taken).enumerate() {
        let (rank_side, rank_unit_side) = ranks.next(ranked);
        if *taken {
            turn.admit(place, ranked);
            continue;
        }
        let Some((id, cell)) = turn.network.cell_of(place).map(|(id, cell)| (id, cell.clone())) else { continue };
        let rank = place + 1;
        let explanation = Explanation {
            rank,
            rank_side,
            rank_unit_side,
            full: turn.full(pool, ranked, &cell),
            single: turn.single(id, &cell),
            climb: cutoffs.get(&id).and_then(|cutoff| rank.checked_sub(*cutoff)),
        };
        sentences.insert(ranked.applicant.number.clone(), explanation);
    }
    sentences
}

/// Where everybody stands: number, place overall, in the side, and in the unit's own side, best first.
pub fn standings(pool: &Pool) -> Vec<(String, Explanation)> {
    let mut ranks = Ranks::default();
    let standing = |(place, ranked): (usize, &Ranked)| {
        let (rank_side, rank_unit_side) = ranks.next(ranked);
        let seated = Explanation {
            rank: place + 1,
            rank_side,
            rank_unit_side,
            full: Vec::new(),
            single: Vec::new(),
            climb: Some(0),
        };
        (ranked.applicant.number.clone(), seated)
    };
    pool.iter().enumerate().map(standing).collect()
}

#[derive(Default)]
pub(crate) struct Ranks {
    side: HashMap<Side, usize>,
    unit_side: HashMap<(String, Side), usize>,
}

impl Ranks {
    pub(crate) fn next(&mut self, ranked: &Ranked) -> (usize, usize) {
        let person = &ranked.applicant;
        let side = self.side.entry(person.side).or_default();
        *side += 1;
        let unit_side = self.unit_side.entry((person.unit.clone(), person.side)).or_default();
        *unit_side += 1;
        (*side, *unit_side)
    }
}

/// The selection as it stood when somebody's turn came.
struct Turn {
    network: Network,
    /// How many have been admitted within each limit, and the last of them by place.
    admitted: HashMap<ArcId, (u32, usize)>,
    /// What would admit one of a cell does not change until somebody is admitted.
    singles: HashMap<usize, Vec<Obstacle>>,
    moment: Moment,
}

impl Turn {
    fn at_the_start(pool: &Pool, network: Network) -> Self {
        let mut turn = Self { network, admitted: HashMap::new(), singles: HashMap::new(), moment: Moment::default() };
        for (place, _) in pool.iter().enumerate().filter(|(_, ranked)| ranked.applicant.held) {
            turn.count(place);
        }
        turn
    }

    fn count(&mut self, place: usize) {
        let Some((_, cell)) = self.network.cell_of(place) else { return };
        for arc in &cell.within {
            let (count, last) = self.admitted.entry(*arc).or_default();
            *count += 1;
            *last = place;
        }
    }

    fn admit(&mut self, place: usize, ranked: &Ranked) {
        if ranked.applicant.held {
            return;
        }
        self.count(place);
        self.singles.clear();
        self.moment = Moment::default();
        if let Some(arc) = self.network.cell_of(place).map(|(_, cell)| cell.arc) {
            offer(&mut self.network.flow, arc);
        }
    }

    fn full(&self, pool: &Pool, ranked: &Ranked, cell: &Cell) -> Vec<Full> {
        let full = cell.within.iter().filter_map(|arc| {
            let limit = self.network.limit(*arc)?;
            let admitted = self.admitted.get(arc).copied().unwrap_or_default();
            full_at(pool, ranked, (limit, self.network.flow.arc(*arc).hi), admitted)
        });
        full.collect()
    }

    /// The limits that would have had to give, each alone; seats, which have no end to name, come last.
    fn single(&mut self, id: usize, cell: &Cell) -> Vec<Obstacle> {
        if let Some(known) = self.singles.get(&id) {
            return known.clone();
        }
        let mut single: Vec<(bool, &Limit, bool)> = Vec::new();
        for (arc, max) in self.moment.openings(&self.network.flow, cell.arc) {
            let Some(limit) = self.network.limit(arc) else { continue };
            let seats = *limit == Limit::Seats;
            if max || !seats {
                single.push((seats, limit, max));
            }
        }
        single.sort_unstable();
        let end = |max| if max { End::Max } else { End::Min };
        let single: Vec<Obstacle> = single.into_iter().map(|(_, limit, max)| Obstacle::at(limit, end(max))).collect();
        self.singles.insert(id, single.clone());
        single
    }
}

/// A limit as it stood at somebody's turn, where it was full: how many had been admitted, and the last of them.
pub(crate) fn full_at(
    pool: &Pool,
    ranked: &Ranked,
    (limit, cap): (&Limit, u32),
    (count, last): (u32, usize),
) -> Option<Full> {
    if count < cap {
        return None;
    }
    let last = if count > 0 { pool.get(last) } else { None };
    let tied = |last: &&Ranked| {
        (last.applicant.class, last.applicant.points) == (ranked.applicant.class, ranked.applicant.points)
    };
    Some(Full {
        limit: limit.clone(),
        cap,
        last_points: last.map(|last| last.applicant.points),
        last_ticket: last.filter(tied).map(|last| data_encoding::HEXLOWER.encode(&last.ticket)),
    })
}

/// For every cell with somebody refused: after how many people it had no room left for one more. Whoever of the cell
/// had stood at that rank would have been admitted. Room never comes back, so all cells are searched by halving,
/// one replay of the selection for each halving. Cells that never had room are left out.
fn cutoffs(pool: &Pool, selection: &Selection, start: &Network) -> HashMap<usize, usize> {
    let mut spans: HashMap<usize, (usize, usize)> = HashMap::new();
    let mut with_room: HashMap<usize, usize> = HashMap::new();
    for (place, taken) in selection.taken.iter().enumerate() {
        let Some((cell, _)) = start.cell_of(place) else { continue };
        let held = pool.get(place).is_some_and(|ranked| ranked.applicant.held);
        if *taken && !held {
            with_room.insert(cell, place + 1);
        } else if !*taken {
            spans.entry(cell).or_insert((with_room.get(&cell).copied().unwrap_or(0), place));
        }
    }
    let mut flow = start.flow.clone();
    loop {
        let open = spans.iter().filter(|(_, (low, high))| low < high);
        let mut queries: Vec<(usize, usize)> =
            open.map(|(cell, (low, high))| (usize::midpoint(*low, *high), *cell)).collect();
        if queries.is_empty() {
            break;
        }
        queries.sort_unstable();
        flow.reset(&start.flow);
        for (cell, count, room) in replay(pool, selection, start, &mut flow, &queries) {
            if let Some((low, high)) = spans.get_mut(&cell) {
                if room { *low = count + 1 } else { *high = count }
            }
        }
    }
    spans.into_iter().filter(|(_, (low, _))| *low > 0).map(|(cell, (low, _))| (cell, low)).collect()
}

/// Asks for every (people processed, cell) whether one more of the cell fits at that moment.
fn replay(
    pool: &Pool,
    selection: &Selection,
    network: &Network,
    flow: &mut Flow,
    queries: &[(usize, usize)],
) -> Vec<(usize, usize, bool)> {
    let mut answers = Vec::with_capacity(queries.len());
    let mut queries = queries.iter().peekable();
    let people = pool.iter().zip(&selection.taken).map(Some).chain([None]);
    for (count, person) in people.enumerate() {
        while let Some((_, cell)) = queries.next_if(|(at, _)| *at == count) {
            let arc = network.cells().get(*cell).map(|cell| cell.arc);
            answers.push((*cell, count, arc.is_some_and(|arc| has_room(flow, arc))));
        }
        if queries.peek().is_none() {
            break;
        }
        if let Some((ranked, true)) = person
            && !ranked.applicant.held
            && let Some(arc) = network.cell_of(count).map(|(_, cell)| cell.arc)
        {
            offer(flow, arc);
        }
    }
    answers
}
