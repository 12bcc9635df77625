//! The smallest change to the numbers of the boards after which a selection exists, one point of cost for every person a
//! number moves by: seats, and minima and maxima of sides and bands, exactly; a cap on units, which is one number for
//! all units of a board, one cap after another as long as raising it saves more than it costs.

use std::collections::HashMap;

use super::board::Board;
use super::field::Field;
use super::infeasible::Change;
use super::network::Network;
use super::select::{fill_in_order, seat_who_keeps};
use crate::applicant::Side;
use crate::limit::{End, Limit, Obstacle};
use crate::relax::{Graph, Price};
use crate::rules::{Cap, Rules, UNBOUNDED};

/// What a guaranteed seat is worth: more than all numbers together could move.
const GUARANTEED: u32 = 1_000_000;

pub fn smallest_change(field: &Field, boards: &[Board]) -> Vec<Change> {
    let mut raised = caps_for_who_keeps(field, boards);
    let mut best = Relaxed::of(field, &raised);
    // Most pools lack people or a side, not room for a unit: then no cap is worth a look.
    let lifted: Vec<Board> = raised.iter().map(uncapped).collect();
    if Relaxed::of(field, &lifted).cost < best.cost {
        while let Some((better, relaxed)) = best_raise(field, &raised, best.cost) {
            (raised, best) = (better, relaxed);
        }
    }
    let mut changes = Vec::new();
    for (before, after) in boards.iter().zip(&raised) {
        for (cap, limit) in [(CAPS[0], Obstacle::Units(End::Max)), (CAPS[1], Obstacle::UnitSides(End::Max))] {
            if let (Some(from), Some(to)) = (cap(&before.rules), cap(&after.rules))
                && from != to
            {
                changes.push(Change { board: before.name.clone(), limit, from: from.max, to: to.max });
            }
        }
    }
    changes.extend(best.changes);
    changes
}

type CapOf = fn(&Rules) -> Option<Cap>;

/// The two numbers that cap units: both sides together, and each.
const CAPS: [CapOf; 2] = [|rules| rules.unit, |rules| rules.unit_side];

fn raise(boards: &[Board], board: usize, which: usize, steps: u32) -> Option<Vec<Board>> {
    let mut raised = boards.to_vec();
    let rules = &mut raised.get_mut(board)?.rules;
    let cap = if which == 0 { &mut rules.unit } else { &mut rules.unit_side };
    let cap = cap.as_mut()?;
    cap.max = cap.max.saturating_add(steps);
    Some(raised)
}

fn uncapped(board: &Board) -> Board {
    let open = |cap: Option<Cap>| cap.map(|_| Cap { max: UNBOUNDED });
    let rules = Rules { unit: open(board.rules.unit), unit_side: open(board.rules.unit_side), ..board.rules.clone() };
    Board { rules, ..board.clone() }
}

/// The one cap whose raise saves most beyond what it costs, as far up as that goes. The cost saved falls with every step
/// (a circulation is convex in its bounds), so halving finds the last step that pays.
fn best_raise(field: &Field, boards: &[Board], cost: u32) -> Option<(Vec<Board>, Relaxed)> {
    let people = u32::try_from(field.pool.len()).unwrap_or(UNBOUNDED);
    let mut best: Option<(u32, Vec<Board>, Relaxed)> = None;
    for (board, which) in (0..boards.len()).flat_map(|board| [(board, 0), (board, 1)]) {
        let at = |steps: u32| {
            let raised = raise(boards, board, which, steps)?;
            let relaxed = Relaxed::of(field, &raised);
            Some((relaxed.cost.saturating_add(steps), raised, relaxed))
        };
        if raise(boards, board, which, 0).is_none() {
            continue;
        }
        let (mut low, mut high) = (0, cost.min(people));
        while low < high {
            let middle = low + (high - low) / 2;
            match (at(middle), at(middle + 1)) {
                (Some((here, ..)), Some((next, ..))) if next < here => low = middle + 1,
                _ => high = middle,
            }
        }
        let known = best.as_ref().map_or(cost, |(known, ..)| *known);
        if let Some(found) = at(low).filter(|(total, ..)| low > 0 && *total < known) {
            best = Some(found);
        }
    }
    best.map(|(_, raised, relaxed)| (raised, relaxed))
}

/// Caps that people who keep a board already exceed have to give in any case.
fn caps_for_who_keeps(field: &Field, boards: &[Board]) -> Vec<Board> {
    let mut units: HashMap<(usize, &str, Option<Side>), u32> = HashMap::new();
    for (person, list) in field.iter() {
        let Some(board) = list.keeps else { continue };
        for side in [None, Some(person.side)] {
            *units.entry((board, person.unit.as_str(), side)).or_default() += 1;
        }
    }
    let mut raised = boards.to_vec();
    for ((board, _, side), count) in units {
        let Some(Board { rules, .. }) = raised.get_mut(board) else { continue };
        let cap = if side.is_none() { &mut rules.unit } else { &mut rules.unit_side };
        if let Some(cap) = cap {
            cap.max = cap.max.max(count);
        }
    }
    raised
}

struct Relaxed {
    cost: u32,
    changes: Vec<Change>,
}

impl Relaxed {
    /// Every limit but the caps on units may give, at one point a person; guaranteed seats are given where they can be.
    fn of(field: &Field, boards: &[Board]) -> Self {
        let mut network = Network::build(field, boards);
        seat_who_keeps(field, &mut network);
        fill_in_order(field, &mut network);
        let guaranteed: HashMap<usize, u32> = network
            .cells()
            .iter()
            .filter(|cell| cell.guaranteed)
            .map(|cell| (cell.supply, network.flow.arc(cell.supply).lo))
            .collect();
        let price = |arc: usize| match network.limit(arc) {
            Some((_, Limit::Unit(_) | Limit::UnitSide(..))) => Price::Hard,
            Some(_) => Price::Person,
            None if guaranteed.contains_key(&arc) => Price::Promise(GUARANTEED),
            None => Price::Hard,
        };
        let mut graph = Graph::new(&network.flow, &price);
        while graph.cancel_a_negative_cycle() {}
        let flows = graph.flows();
        let mut relaxed = Self { cost: 0, changes: Vec::new() };
        for (id, arc) in network.flow.arcs().iter().enumerate() {
            let flow = flows.get(id).copied().unwrap_or(arc.flow);
            if let Some(promised) = guaranteed.get(&id) {
                let missing = promised.saturating_sub(flow);
                relaxed.cost = relaxed.cost.saturating_add(missing.saturating_mul(GUARANTEED));
                continue;
            }
            let Some((board, limit)) = network.limit(id) else { continue };
            if matches!(price(id), Price::Hard) || (arc.lo..=arc.hi).contains(&flow) {
                continue;
            }
            let (from, end) = if flow < arc.lo { (arc.lo, End::Min) } else { (arc.hi, End::Max) };
            relaxed.cost = relaxed.cost.saturating_add(from.abs_diff(flow));
            let board = boards.get(*board).map(|board| board.name.clone()).unwrap_or_default();
            relaxed.changes.push(Change { board, limit: Obstacle::at(limit, end), from, to: flow });
        }
        relaxed
    }
}
