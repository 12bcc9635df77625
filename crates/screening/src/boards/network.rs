//! All boards as one network: from the people, alike in what the limits look at and in the set of boards they wish for,
//! through the sets of each board from the fine to the coarse, to its seats, and back.

use std::collections::HashMap;

use super::board::{Board, sets};
use super::field::Field;
use crate::applicant::{Applicant, SIDES, Side};
use crate::flow::{ArcId, Flow, Node};
use crate::limit::Limit;
use crate::rules::{Bounds, UNBOUNDED};

#[derive(Clone, Debug)]
pub struct Network {
    pub flow: Flow,
    /// For every board the arc whose flow is the number of people it has.
    pub seats: Vec<ArcId>,
    /// The board and the limit an arc stands for; arcs that bound nothing have none.
    limits: HashMap<ArcId, (usize, Limit)>,
    cells: Vec<Cell>,
    cell_of: Vec<Option<usize>>,
    circle: ArcId,
}

/// People whom every limit of every board treats alike and who wish for the same boards.
#[derive(Clone, Debug)]
pub struct Cell {
    pub person: Applicant,
    /// How many of them have a seat, at most as many as there are; just as many where their seats are guaranteed.
    pub supply: ArcId,
    pub guaranteed: bool,
    pub ways: Vec<Way>,
}

/// A cell on one of its boards. The lower bound of `arc` is how many of the cell were given this board.
#[derive(Clone, Debug)]
pub struct Way {
    pub board: usize,
    pub arc: ArcId,
    /// The arcs of every set of the board that contains the cell: from the coarse to the fine, seats last.
    pub within: Vec<ArcId>,
}

impl Cell {
    /// The cell on this board, and which of its ways that is.
    pub fn way(&self, board: usize) -> Option<(usize, &Way)> {
        self.ways.iter().enumerate().find(|(_, way)| way.board == board)
    }
}

/// What makes people alike: side, unit and band as far as a board of theirs looks at them, and the boards they wish for.
type Kind = (u32, bool, Side, String, String);

impl Network {
    /// `boards` have been checked: the limits of each are one tree.
    pub fn build(field: &Field, boards: &[Board]) -> Self {
        let mut flow = Flow::default();
        let (source, sink) = (flow.add_node(), flow.add_node());
        let circle = flow.add_arc(sink, source, 0, UNBOUNDED);
        let mut trees = Trees { flow, limits: HashMap::new(), known: HashMap::new(), roots: Vec::new() };
        let mut seats = Vec::with_capacity(boards.len());
        for (at, board) in boards.iter().enumerate() {
            let root = trees.flow.add_node();
            let arc = trees.flow.add_arc(root, sink, board.rules.seats, board.rules.seats);
            trees.limits.insert(arc, (at, Limit::Seats));
            trees.roots.push(root);
            trees.open_named_sets(at, board);
            seats.push(arc);
        }
        let mut network = Self {
            flow: Flow::default(),
            seats,
            limits: HashMap::new(),
            cells: Vec::new(),
            cell_of: Vec::new(),
            circle,
        };
        let mut at: HashMap<Kind, usize> = HashMap::new();
        for (person, list) in field.iter() {
            if list.order.is_empty() {
                network.cell_of.push(None);
                continue;
            }
            let rules = || list.order.iter().filter_map(|board| boards.get(*board)).map(|board| &board.rules);
            let by_unit = rules().any(|rules| rules.unit.is_some() || rules.unit_side.is_some());
            let by_band = rules().any(|rules| !rules.band.is_empty());
            let unit = if by_unit { person.unit.clone() } else { String::new() };
            let band = if by_band { person.band.clone() } else { String::new() };
            let cell = *at.entry((list.set(), list.guaranteed, person.side, unit, band)).or_insert_with(|| {
                let node = trees.flow.add_node();
                let supply = trees.flow.add_arc(source, node, 0, 0);
                let mut order = list.order.clone();
                order.sort_unstable();
                let way = |board| boards.get(board).map(|of| trees.way(node, board, of, person, &network.seats));
                let ways = order.into_iter().filter_map(way).collect();
                network.cells.push(Cell { person: person.clone(), supply, guaranteed: list.guaranteed, ways });
                network.cells.len() - 1
            });
            if let Some(cell) = network.cells.get(cell) {
                trees.flow.widen(cell.supply);
                cell.ways.iter().for_each(|way| trees.flow.widen(way.arc));
                if cell.guaranteed {
                    trees.flow.require(cell.supply);
                }
            }
            network.cell_of.push(Some(cell));
        }
        Self { flow: trees.flow, limits: trees.limits, ..network }
    }

    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// The cell of the person at this place; none of somebody who wishes for no board.
    pub fn cell_of(&self, place: usize) -> Option<(usize, &Cell)> {
        let cell = (*self.cell_of.get(place)?)?;
        Some((cell, self.cells.get(cell)?))
    }

    /// The cell of the person at this place on one board.
    pub fn way_of(&self, place: usize, board: usize) -> Option<(ArcId, &Way)> {
        let (_, cell) = self.cell_of(place)?;
        cell.way(board).map(|(_, way)| (cell.supply, way))
    }

    pub fn limit(&self, arc: ArcId) -> Option<&(usize, Limit)> {
        self.limits.get(&arc)
    }

    /// One of a cell more on a board.
    pub fn take(&mut self, supply: ArcId, way: &Way) {
        for arc in way.within.iter().chain([&way.arc, &supply, &self.circle]) {
            self.flow.add_flow(*arc, 1);
        }
    }
}

struct Trees {
    flow: Flow,
    limits: HashMap<ArcId, (usize, Limit)>,
    /// The node below a node that stands for this limit, with the arc between them.
    known: HashMap<(Node, Limit), (Node, ArcId)>,
    roots: Vec<Node>,
}

impl Trees {
    /// A minimum binds even where nobody of that side or band applied, so those sets exist beforehand.
    fn open_named_sets(&mut self, at: usize, board: &Board) {
        let names = board.rules.band.iter().map(|band| band.name.clone()).chain([String::new()]);
        for (side, band) in names.flat_map(|name| SIDES.map(|side| (side, name.clone()))) {
            let (number, unit) = (String::new(), String::new());
            let nobody = Applicant { number, side, unit, band, class: 0, points: 0, held: false };
            let mut named = sets(&board.rules, &nobody);
            named.retain(|(limit, _)| !matches!(limit, Limit::Unit(_) | Limit::UnitSide(..)));
            self.descend(at, named);
        }
    }

    /// Walks from the root of a board to the leaf below these sets, adding what is not there yet.
    fn descend(&mut self, board: usize, sets: Vec<(Limit, Bounds)>) -> (Option<Node>, Vec<ArcId>) {
        let mut within = Vec::new();
        let Some(mut node) = self.roots.get(board).copied() else { return (None, within) };
        for (limit, bounds) in sets {
            let key = (node, limit);
            let (below, arc) = match self.known.get(&key) {
                Some(known) => *known,
                None => {
                    let below = self.flow.add_node();
                    let arc = self.flow.add_arc(below, node, bounds.min, bounds.max.unwrap_or(UNBOUNDED));
                    if bounds != Bounds::default() {
                        self.limits.insert(arc, (board, key.1.clone()));
                    }
                    self.known.insert(key, (below, arc));
                    (below, arc)
                }
            };
            within.push(arc);
            node = below;
        }
        (Some(node), within)
    }

    fn way(&mut self, cell: Node, board: usize, of: &Board, person: &Applicant, seats: &[ArcId]) -> Way {
        let (leaf, mut within) = self.descend(board, sets(&of.rules, person));
        within.extend(seats.get(board));
        let arc = self.flow.add_arc(cell, leaf.unwrap_or(cell), 0, 0);
        Way { board, arc, within }
    }
}
