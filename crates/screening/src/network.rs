//! The limits as a network: one tree of families on the way out, another on the way back, and between their leaves
//! the cells, the sets of people whom every limit treats alike.

use std::collections::HashMap;

use super::applicant::{Applicant, SIDES, Side};
use super::flow::{ArcId, Flow, Node};
use super::limit::Limit;
use super::pool::Pool;
use super::rules::{Bounds, Cap, Rules, UNBOUNDED};

#[derive(Clone, Debug)]
pub struct Network {
    pub flow: Flow,
    /// The arc that closes the circle; its flow is the number of people selected.
    pub seats: ArcId,
    /// The limit an arc stands for; arcs that bound nothing have none.
    limits: HashMap<ArcId, Limit>,
    cells: Vec<Cell>,
    cell_of: Vec<usize>,
}

/// People whom every limit treats alike. The lower bound of `arc` is how many of them have a seat, the upper how many there are.
#[derive(Clone, Debug)]
pub struct Cell {
    pub arc: ArcId,
    pub applicant: Applicant,
    /// The arcs of every set that contains the cell: families from the coarse to the fine, seats last.
    pub within: Vec<ArcId>,
}

/// Families of limits, each a partition of the people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    Side,
    /// Bands inside a side.
    SideBand,
    /// Bands across sides.
    Band,
    Unit,
    UnitSide,
}

impl Network {
    /// `rules` have been checked: at most two of the families cross.
    pub fn build(pool: &Pool, rules: &Rules) -> Self {
        let mut flow = Flow::default();
        let (source, sink) = (flow.add_node(), flow.add_node());
        let seats = flow.add_arc(sink, source, rules.seats, rules.seats);
        let mut building = Building {
            rules,
            bands: rules.band.iter().map(|band| (band.limit(), band.bounds())).collect(),
            limits: HashMap::from([(seats, Limit::Seats)]),
            flow,
            known: HashMap::new(),
        };
        let (out, back) = trees(rules);
        building.open_named_sets(&[(source, &out, true), (sink, &back, false)]);
        let mut cells: Vec<Cell> = Vec::new();
        let mut at: HashMap<(Node, Node), usize> = HashMap::new();
        let mut cell_of = Vec::with_capacity(pool.len());
        for ranked in pool.iter() {
            let applicant = &ranked.applicant;
            let mut within = Vec::new();
            let leaf = building.descend(source, &out, applicant, true, &mut within);
            let home = building.descend(sink, &back, applicant, false, &mut within);
            let cell = *at.entry((leaf, home)).or_insert_with(|| {
                let arc = building.flow.add_arc(leaf, home, 0, 0);
                within.push(seats);
                cells.push(Cell { arc, applicant: applicant.clone(), within });
                cells.len() - 1
            });
            if let Some(cell) = cells.get(cell) {
                building.flow.widen(cell.arc);
            }
            cell_of.push(cell);
        }
        Self { flow: building.flow, seats, limits: building.limits, cells, cell_of }
    }

    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// The cell of the person at this place of the pool the network was built for.
    pub fn cell_of(&self, place: usize) -> Option<(usize, &Cell)> {
        let cell = *self.cell_of.get(place)?;
        Some((cell, self.cells.get(cell)?))
    }

    pub fn limit(&self, arc: ArcId) -> Option<&Limit> {
        self.limits.get(&arc)
    }
}

/// The two trees, each from the coarse to the fine.
fn trees(rules: &Rules) -> (Vec<Family>, Vec<Family>) {
    let (unit, unit_side) = (rules.unit.is_some(), rules.unit_side.is_some());
    let of_sides = rules.has_bands_of_sides().then_some(Family::SideBand);
    let units = [unit.then_some(Family::Unit), unit_side.then_some(Family::UnitSide)];
    let units = || units.into_iter().flatten();
    match (rules.has_bands_across(), unit) {
        // The sides bind nothing here, or the rules would have been refused.
        (true, true) => ([Family::Band].into_iter().chain(of_sides).collect(), units().collect()),
        (true, false) => {
            ([Family::Side].into_iter().chain(units()).collect(), [Family::Band].into_iter().chain(of_sides).collect())
        }
        // One tree only: every search is a walk up and down it.
        (false, false) if of_sides.is_none() => ([Family::Side].into_iter().chain(units()).collect(), Vec::new()),
        (false, _) => ([Family::Side].into_iter().chain(of_sides).collect(), units().collect()),
    }
}

struct Building<'a> {
    rules: &'a Rules,
    bands: HashMap<Limit, Bounds>,
    limits: HashMap<ArcId, Limit>,
    flow: Flow,
    known: HashMap<(Node, Limit), (Node, ArcId)>,
}

impl Building<'_> {
    /// A minimum binds even where nobody of that side or band applied, so those sets exist beforehand.
    fn open_named_sets(&mut self, trees: &[(Node, &Vec<Family>, bool)]) {
        let names: Vec<String> = self.rules.band.iter().map(|band| band.name.clone()).chain([String::new()]).collect();
        for (root, tree, out) in trees {
            let named = tree.iter().position(|family| matches!(family, Family::Unit | Family::UnitSide));
            let (named, _) = tree.split_at(named.unwrap_or(tree.len()));
            for (side, band) in SIDES.into_iter().flat_map(|side| names.iter().map(move |name| (side, name))) {
                let nobody = Applicant {
                    number: String::new(),
                    side,
                    unit: String::new(),
                    band: band.clone(),
                    class: 0,
                    points: 0,
                    held: false,
                };
                self.descend(*root, named, &nobody, *out, &mut Vec::new());
            }
        }
    }

    /// Walks from the root to the leaf that holds this person, adding what is not there yet.
    fn descend(&mut self, root: Node, tree: &[Family], person: &Applicant, out: bool, within: &mut Vec<ArcId>) -> Node {
        let mut parent = root;
        for family in tree {
            let (limit, bounds) = self.bound(*family, person);
            let key = (parent, limit.clone());
            let (node, arc) = match self.known.get(&key) {
                Some(known) => *known,
                None => {
                    let node = self.flow.add_node();
                    let max = bounds.max.unwrap_or(UNBOUNDED);
                    let (from, to) = if out { (parent, node) } else { (node, parent) };
                    let arc = self.flow.add_arc(from, to, bounds.min, max);
                    if bounds != Bounds::default() {
                        self.limits.insert(arc, limit);
                    }
                    self.known.insert(key, (node, arc));
                    (node, arc)
                }
            };
            within.push(arc);
            parent = node;
        }
        parent
    }

    fn bound(&self, family: Family, person: &Applicant) -> (Limit, Bounds) {
        let at_most = |cap: Option<Cap>| Bounds { min: 0, max: cap.map(|cap| cap.max) };
        match family {
            Family::Side => (Limit::Side(person.side), self.rules.side_bounds(person.side)),
            Family::Unit => (Limit::Unit(person.unit.clone()), at_most(self.rules.unit)),
            Family::UnitSide => (Limit::UnitSide(person.unit.clone(), person.side), at_most(self.rules.unit_side)),
            Family::SideBand => self.band(Some(person.side), person),
            Family::Band => self.band(None, person),
        }
    }

    /// Bands that the rules do not name share one set without a limit.
    fn band(&self, side: Option<Side>, person: &Applicant) -> (Limit, Bounds) {
        let limit = Limit::Band(side, person.band.clone());
        match self.bands.get(&limit) {
            Some(bounds) => (limit, *bounds),
            None => (Limit::Band(side, String::new()), Bounds::default()),
        }
    }
}
