//! Why somebody has no seat, or not the board they wished for most: for every board they were refused, what was full at
//! their turn, what single limit would have had to give, and how many places higher would have done.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::board::Board;
use super::field::{Field, List};
use super::infeasible::At;
use super::network::{Network, Way};
use super::select::{Selection, start};
use crate::explain::{Full, Ranks, full_at};
use crate::flow::{ArcId, Flow, Step};
use crate::limit::{End, Limit, Obstacle};
use crate::pool::Ranked;
use crate::reach::Moment;
use crate::select::{has_room, offer};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Explanation {
    /// Places count from 1.
    pub rank: usize,
    pub rank_side: usize,
    pub rank_unit_side: usize,
    /// The board they have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub board: Option<String>,
    /// The boards they wished for more, the dearest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Refused>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = ScreeningBoardRefused))]
#[serde(deny_unknown_fields)]
pub struct Refused {
    pub board: String,
    /// Limits of the board that contain the person and were full at their turn.
    pub full: Vec<Full>,
    /// Every single limit of any board that, one wider, would have given them this board at that moment.
    pub single: Vec<At>,
    /// How many places higher would have given them this board or a dearer one; nothing where no place would have.
    pub climb: Option<usize>,
}

/// Where everybody stands and what they were refused, best first, in the order of the pool.
/// Empty where `selection` is not one of this field on these boards.
pub fn explain(field: &Field, boards: &[Board], selection: &Selection) -> Vec<Explanation> {
    let Ok(network) = start(field, boards) else { return Vec::new() };
    let cutoffs = cutoffs(field, selection, &network);
    let mut turn = Turn::at_the_start(field, boards, network);
    let mut ranks = Ranks::default();
    let name = |board: usize| boards.get(board).map(|board| board.name.clone()).unwrap_or_default();
    let people = field.pool.iter().zip(&selection.boards).enumerate();
    people
        .map(|(place, (ranked, given))| {
            let (rank_side, rank_unit_side) = ranks.next(ranked);
            let dearer = field.list(place).map_or_else(Vec::new, |list| dearer(list, *given));
            // What would have given them a dearer board does for this one, too.
            let mut enough = None;
            let refused = dearer.into_iter().filter_map(|board| {
                let (id, cell) = turn.network.cell_of(place)?;
                let (which, way) = cell.way(board).map(|(which, way)| (which, way.clone()))?;
                enough = enough.max(cutoffs.get(&(id, which)).copied());
                let climb = enough.and_then(|place_enough: usize| (place + 1).checked_sub(place_enough));
                let (full, single) = (turn.full(field, ranked, &way), turn.single((id, which), &way));
                Some(Refused { board: name(board), full, single, climb })
            });
            let refused = refused.collect();
            turn.seat(field, place, *given);
            Explanation { rank: place + 1, rank_side, rank_unit_side, board: given.map(name), refused }
        })
        .collect()
}

/// The boards somebody wished for more than the one they were given.
fn dearer(list: &List, given: Option<usize>) -> Vec<usize> {
    list.order.iter().copied().take_while(|board| Some(*board) != given).collect()
}

/// The selection as it stood when somebody's turn came.
struct Turn<'a> {
    boards: &'a [Board],
    network: Network,
    /// How many have been admitted within each limit, and the last of them by place.
    admitted: HashMap<ArcId, (u32, usize)>,
    /// What would admit one of a cell does not change until somebody is admitted, or the last of a cell is passed over.
    singles: HashMap<(usize, usize), Vec<At>>,
    moment: Moment,
}

impl<'a> Turn<'a> {
    fn at_the_start(field: &Field, boards: &'a [Board], network: Network) -> Self {
        let (admitted, singles) = (HashMap::new(), HashMap::new());
        let mut turn = Self { boards, network, admitted, singles, moment: Moment::default() };
        for (place, (_, list)) in field.iter().enumerate() {
            if let Some(kept) = list.keeps {
                turn.count(place, kept);
            }
        }
        turn
    }

    fn count(&mut self, place: usize, board: usize) {
        let Some((_, way)) = self.network.way_of(place, board) else { return };
        for arc in &way.within {
            let (count, last) = self.admitted.entry(*arc).or_default();
            *count += 1;
            *last = place;
        }
    }

    fn seat(&mut self, field: &Field, place: usize, given: Option<usize>) {
        let keeps = field.list(place).is_some_and(|list| list.keeps.is_some());
        if keeps {
            return;
        }
        let Some(board) = given else { return self.pass_over(place) };
        let Some((_, way)) = self.network.way_of(place, board) else { return };
        let arc = way.arc;
        offer(&mut self.network.flow, arc);
        self.count(place, board);
        self.begin_anew();
    }

    /// Whoever was given nothing at their turn is not there any more to fill another board.
    fn pass_over(&mut self, place: usize) {
        let Some(supply) = self.network.cell_of(place).map(|(_, cell)| cell.supply) else { return };
        self.network.flow.narrow(supply);
        if self.network.flow.residual(Step { arc: supply, along: true }) == 0 {
            self.begin_anew();
        }
    }

    fn begin_anew(&mut self) {
        self.singles.clear();
        self.moment = Moment::default();
    }

    fn full(&self, field: &Field, ranked: &Ranked, way: &Way) -> Vec<Full> {
        let full = way.within.iter().filter_map(|arc| {
            let (_, limit) = self.network.limit(*arc)?;
            let (count, last) = self.admitted.get(arc).copied().unwrap_or_default();
            full_at(&field.pool, ranked, (limit, self.network.flow.arc(*arc).hi), (count, last))
        });
        full.collect()
    }

    /// The limits that would have had to give, each alone; seats, which have no end to name, come last.
    fn single(&mut self, key: (usize, usize), way: &Way) -> Vec<At> {
        if let Some(known) = self.singles.get(&key) {
            return known.clone();
        }
        let mut single: Vec<(bool, usize, &Limit, bool)> = Vec::new();
        for (arc, max) in self.moment.openings(&self.network.flow, way.arc) {
            let Some((board, limit)) = self.network.limit(arc) else { continue };
            let seats = *limit == Limit::Seats;
            if max || !seats {
                single.push((seats, *board, limit, max));
            }
        }
        single.sort_unstable();
        let end = |max| if max { End::Max } else { End::Min };
        let at = |(_, board, limit, max)| At::of(self.boards, board, Obstacle::at(limit, end(max)));
        let single: Vec<At> = single.into_iter().map(at).collect();
        self.singles.insert(key, single.clone());
        single
    }
}

/// For every cell and board that somebody of it was refused: after how many people there was no room left for one more.
/// Whoever of the cell had stood at that rank would have been given it. Room never comes back, so all are searched by
/// halving, one replay of the selection for each halving. Those that never had room are left out.
fn cutoffs(field: &Field, selection: &Selection, start: &Network) -> HashMap<(usize, usize), usize> {
    let mut spans: HashMap<(usize, usize), (usize, usize)> = HashMap::new();
    let mut with_room: HashMap<(usize, usize), usize> = HashMap::new();
    for (place, given) in selection.boards.iter().enumerate() {
        let (Some((id, cell)), Some(list)) = (start.cell_of(place), field.list(place)) else { continue };
        if list.keeps.is_some() {
            continue;
        }
        let which = |board: usize| cell.way(board).map(|(which, _)| (id, which));
        if let Some(key) = given.and_then(which) {
            with_room.insert(key, place + 1);
        }
        for key in dearer(list, *given).into_iter().filter_map(which) {
            spans.entry(key).or_insert((with_room.get(&key).copied().unwrap_or(0), place));
        }
    }
    let mut flow = start.flow.clone();
    loop {
        let open = spans.iter().filter(|(_, (low, high))| low < high);
        let mut queries: Vec<_> = open.map(|(key, (low, high))| (usize::midpoint(*low, *high), *key)).collect();
        if queries.is_empty() {
            break;
        }
        queries.sort_unstable();
        flow.reset(&start.flow);
        for (key, count, room) in replay(field, selection, start, &mut flow, &queries) {
            if let Some((low, high)) = spans.get_mut(&key) {
                if room { *low = count + 1 } else { *high = count }
            }
        }
    }
    spans.into_iter().filter(|(_, (low, _))| *low > 0).map(|(key, (low, _))| (key, low)).collect()
}

type Answer = ((usize, usize), usize, bool);

/// Asks for every (people processed, cell on a board) whether one more fits at that moment.
fn replay(
    field: &Field,
    selection: &Selection,
    network: &Network,
    flow: &mut Flow,
    queries: &[(usize, (usize, usize))],
) -> Vec<Answer> {
    let mut answers = Vec::with_capacity(queries.len());
    let mut queries = queries.iter().peekable();
    let people = selection.boards.iter().map(Some).chain([None]);
    for (count, given) in people.enumerate() {
        while let Some((_, key)) = queries.next_if(|(at, _)| *at == count) {
            let way = network.cells().get(key.0).and_then(|cell| cell.ways.get(key.1));
            answers.push((*key, count, way.is_some_and(|way| has_room(flow, way.arc))));
        }
        if queries.peek().is_none() {
            break;
        }
        let keeps = field.list(count).is_some_and(|list| list.keeps.is_some());
        if let Some(Some(board)) = given.filter(|_| !keeps)
            && let Some((_, way)) = network.way_of(count, *board)
        {
            offer(flow, way.arc);
        }
    }
    answers
}

/// By number, those who did not get what they wished for most.
pub fn disappointed(field: &Field, explanations: Vec<Explanation>) -> BTreeMap<String, Explanation> {
    let by_number = field.pool.iter().zip(explanations);
    let refused = by_number.filter(|(_, why)| !why.refused.is_empty());
    refused.map(|(ranked, why)| (ranked.applicant.number.clone(), why)).collect()
}
