//! The smallest change to the numbers of the rules after which a selection exists: minima, maxima and seats may each give,
//! one point of cost for every person they move by. A minimum-cost circulation by cancelling negative cycles (Klein 1967).
#![expect(
    clippy::indexing_slicing,
    reason = "edge and node numbers are handed out by this file and none is ever removed"
)]

use super::flow::{Flow, Node};
use super::infeasible::Change;
use super::limit::{End, Limit, Obstacle};
use super::network::Network;
use super::pool::Pool;
use super::rules::{Cap, Rules, UNBOUNDED};

pub fn smallest_change(pool: &Pool, rules: &Rules) -> Vec<Change> {
    let (rules_seating_held, forced) = caps_for_the_held(pool, rules);
    let mut best = Relaxed::of(pool, &rules_seating_held);
    for raise in [raise_unit, raise_unit_side] {
        best = cheaper_with(pool, &rules_seating_held, raise, best);
    }
    let mut changes = forced;
    for change in best.changes {
        match changes.iter_mut().find(|known| known.limit == change.limit) {
            Some(known) => known.to = change.to,
            None => changes.push(change),
        }
    }
    changes
}

type Raise = fn(&Rules, u32) -> Option<(Rules, Change)>;

/// One number caps every unit, so raising it helps all at once. The cost saved falls with every step (the circulation is
/// convex in its bounds), so halving finds the last step that saves more than it costs.
fn cheaper_with(pool: &Pool, rules: &Rules, raise: Raise, plain: Relaxed) -> Relaxed {
    let cost =
        |steps: u32| raise(rules, steps).map(|(raised, _)| Relaxed::of(pool, &raised).cost.saturating_add(steps));
    let (mut low, mut high) = (0, plain.cost);
    while low < high {
        let middle = low + (high - low) / 2;
        match (cost(middle), cost(middle + 1)) {
            (Some(here), Some(next)) if next < here => low = middle + 1,
            (Some(_), _) => high = middle,
            (None, _) => return plain,
        }
    }
    match raise(rules, low) {
        Some((raised, change)) if low > 0 => {
            let mut relaxed = Relaxed::of(pool, &raised);
            relaxed.cost = relaxed.cost.saturating_add(low);
            if relaxed.cost >= plain.cost {
                return plain;
            }
            relaxed.changes.push(change);
            relaxed
        }
        _ => plain,
    }
}

fn raise_unit(rules: &Rules, steps: u32) -> Option<(Rules, Change)> {
    let from = rules.unit?.max;
    let to = from.saturating_add(steps);
    Some((
        Rules { unit: Some(Cap { max: to }), ..rules.clone() },
        Change { limit: Obstacle::Units(End::Max), from, to },
    ))
}

fn raise_unit_side(rules: &Rules, steps: u32) -> Option<(Rules, Change)> {
    let from = rules.unit_side?.max;
    let to = from.saturating_add(steps);
    let raised = Rules { unit_side: Some(Cap { max: to }), ..rules.clone() };
    Some((raised, Change { limit: Obstacle::UnitSides(End::Max), from, to }))
}

/// Caps that people with guaranteed seats already exceed have to give in any case.
fn caps_for_the_held(pool: &Pool, rules: &Rules) -> (Rules, Vec<Change>) {
    let held: Vec<_> = pool.iter().map(|ranked| &ranked.applicant).filter(|person| person.held).collect();
    let most = |alike: &dyn Fn(usize, usize) -> bool| {
        let crowd = |one: usize| (0..held.len()).filter(|other| alike(one, *other)).count();
        u32::try_from((0..held.len()).map(crowd).max().unwrap_or(0)).unwrap_or(UNBOUNDED)
    };
    let unit = most(&|a, b| held[a].unit == held[b].unit);
    let unit_side = most(&|a, b| held[a].unit == held[b].unit && held[a].side == held[b].side);
    let mut rules = rules.clone();
    let mut forced = Vec::new();
    for (raise, needed, cap) in [(raise_unit as Raise, unit, rules.unit), (raise_unit_side, unit_side, rules.unit_side)]
    {
        let short = cap.map_or(0, |cap| needed.saturating_sub(cap.max));
        if short > 0
            && let Some((raised, change)) = raise(&rules, short)
        {
            rules = raised;
            forced.push(change);
        }
    }
    (rules, forced)
}

struct Relaxed {
    cost: u32,
    changes: Vec<Change>,
}

impl Relaxed {
    /// Every limit but the caps on units may give, at one point a person.
    fn of(pool: &Pool, rules: &Rules) -> Self {
        let network = seated(pool, rules);
        let price = |arc: usize| if network.limit(arc).is_some_and(gives) { Price::Person } else { Price::Hard };
        let mut graph = Graph::new(&network.flow, &price);
        while graph.cancel_a_negative_cycle() {}
        let flows = graph.flows();
        let mut relaxed = Self { cost: 0, changes: Vec::new() };
        for (id, arc) in network.flow.arcs().iter().enumerate() {
            let Some(limit) = network.limit(id).filter(|limit| gives(limit)) else { continue };
            let flow = flows[id];
            let (from, end) = if flow < arc.lo {
                (arc.lo, End::Min)
            } else if flow > arc.hi {
                (arc.hi, End::Max)
            } else {
                continue;
            };
            relaxed.cost += from.abs_diff(flow);
            relaxed.changes.push(Change { limit: Obstacle::at(limit, end), from, to: flow });
        }
        relaxed
    }
}

fn gives(limit: &Limit) -> bool {
    !matches!(limit, Limit::Unit(_) | Limit::UnitSide(..))
}

/// The held, and after them in rank order everyone whom no limit stops: close to a good answer.
fn seated(pool: &Pool, rules: &Rules) -> Network {
    let mut network = Network::build(pool, rules);
    for held in [true, false] {
        for (place, ranked) in pool.iter().enumerate() {
            let Some((_, cell)) = network.cell_of(place) else { continue };
            let full = cell.within.iter().any(|arc| network.flow.arc(*arc).flow >= network.flow.arc(*arc).hi);
            if ranked.applicant.held != held || (!held && full) {
                continue;
            }
            let (within, arc) = (cell.within.clone(), cell.arc);
            within.iter().chain([&arc]).for_each(|arc| network.flow.add_flow(*arc, 1));
            if held {
                network.flow.require(arc);
            }
        }
    }
    network
}

/// A piece of an arc with a price for each unit.
struct Edge {
    arc: usize,
    from: Node,
    to: Node,
    cap: u32,
    flow: u32,
    cost: i64,
}

pub(crate) struct Graph {
    nodes: usize,
    arcs: usize,
    edges: Vec<Edge>,
}

/// What it costs to leave the bounds of an arc.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Price {
    /// It cannot be done, and what the lower bound holds does not move.
    Hard,
    /// A point for every person below or above.
    Person,
    /// So many points for every person below; nobody above.
    Promise(u32),
}

impl Graph {
    pub(crate) fn new(flow: &Flow, price: &dyn Fn(usize) -> Price) -> Self {
        let mut graph = Self { nodes: flow.nodes(), arcs: flow.arcs().len(), edges: Vec::new() };
        for (id, arc) in flow.arcs().iter().enumerate() {
            let between = arc.hi.saturating_sub(arc.lo);
            // Falling below the minimum loses what the first piece earns; passing the maximum costs in the third.
            let (pieces, movable) = match price(id) {
                Price::Person => ([(arc.lo, -1), (between, 0), (UNBOUNDED, 1)], true),
                Price::Promise(points) => ([(arc.lo, -i64::from(points)), (between, 0), (0, 0)], true),
                // A cell keeps its held people: they are not part of what may move.
                Price::Hard => ([(arc.lo, 0), (between, 0), (0, 0)], arc.lo == 0),
            };
            let mut rest = arc.flow;
            for (piece, (cap, cost)) in pieces.into_iter().enumerate() {
                let flow = rest.min(cap);
                rest -= flow;
                let fixed = piece == 0 && !movable;
                if cap > 0 && !fixed {
                    graph.edges.push(Edge { arc: id, from: arc.from, to: arc.to, cap, flow, cost });
                }
            }
        }
        graph
    }

    /// What flows on every arc, without what cannot move.
    pub(crate) fn flows(&self) -> Vec<u32> {
        let mut flows = vec![0; self.arcs];
        self.edges.iter().for_each(|edge| flows[edge.arc] += edge.flow);
        flows
    }

    /// Bellman and Ford from everywhere at once; the first cycle among the parents is negative.
    pub(crate) fn cancel_a_negative_cycle(&mut self) -> bool {
        let mut distance = vec![0_i64; self.nodes];
        let mut parent: Vec<Option<(usize, bool)>> = vec![None; self.nodes];
        loop {
            let mut changed = false;
            for (id, edge) in self.edges.iter().enumerate() {
                let cost = edge.cost;
                if edge.flow < edge.cap && distance[edge.from] + cost < distance[edge.to] {
                    distance[edge.to] = distance[edge.from] + cost;
                    parent[edge.to] = Some((id, true));
                    changed = true;
                }
                if edge.flow > 0 && distance[edge.to] - cost < distance[edge.from] {
                    distance[edge.from] = distance[edge.to] - cost;
                    parent[edge.from] = Some((id, false));
                    changed = true;
                }
            }
            if !changed {
                return false;
            }
            if let Some(cycle) = self.cycle(&parent) {
                self.push(&cycle);
                return true;
            }
        }
    }

    fn cycle(&self, parent: &[Option<(usize, bool)>]) -> Option<Vec<(usize, bool)>> {
        let mut colour = vec![0_usize; self.nodes];
        for start in 0..self.nodes {
            let mut node = start;
            while colour[node] == 0 {
                colour[node] = start + 1;
                let Some((edge, along)) = parent[node] else { break };
                node = if along { self.edges[edge].from } else { self.edges[edge].to };
                if colour[node] == start + 1 {
                    return Some(self.around(node, parent));
                }
            }
        }
        None
    }

    fn around(&self, first: Node, parent: &[Option<(usize, bool)>]) -> Vec<(usize, bool)> {
        let mut steps = Vec::new();
        let mut node = first;
        while let Some((edge, along)) = parent[node] {
            steps.push((edge, along));
            node = if along { self.edges[edge].from } else { self.edges[edge].to };
            if node == first {
                break;
            }
        }
        steps
    }

    fn push(&mut self, cycle: &[(usize, bool)]) {
        let room = |(edge, along): &(usize, bool)| {
            let edge = &self.edges[*edge];
            if *along { edge.cap - edge.flow } else { edge.flow }
        };
        let amount = cycle.iter().map(room).min().unwrap_or(0);
        for (edge, along) in cycle {
            let flow = &mut self.edges[*edge].flow;
            if *along { *flow += amount } else { *flow -= amount }
        }
    }
}
