//! Which single arc, one wider, would close a circle around a cell that has no room: it leads from what the cell's head
//! reaches to what leads to the cell's tail.
//!
//! Between two admissions nothing moves, so what a node with many arcs reaches is looked up once and shared by all
//! searches that come to it.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::flow::{ArcId, Flow, Node, Step};

/// A node with more arcs than this is a hub. Small pools have hubs too where the properties are tested.
const MANY: usize = if cfg!(test) { 3 } else { 32 };

/// What was found out since the last admission.
#[derive(Default)]
pub struct Moment {
    hubs: HashMap<(Node, bool), Rc<Hub>>,
}

struct Hub {
    inside: Vec<bool>,
    edge: Vec<(Step, Node)>,
}

/// What one end of a cell reaches (or what leads to it): few nodes of its own, and the hubs among them.
struct Region {
    own: HashSet<Node>,
    hubs: Vec<Rc<Hub>>,
    /// Residual arcs that are used up, with the node on the other side.
    edge: Vec<(Step, Node)>,
}

impl Moment {
    /// The arcs one unit of which would admit one more of the cell, each with whether its maximum (or its minimum) gives.
    pub fn openings(&mut self, flow: &Flow, cell: ArcId) -> Vec<(ArcId, bool)> {
        let arc = flow.arc(cell);
        let ahead = self.region(flow, arc.to, true);
        let behind = self.region(flow, arc.from, false);
        let (few, other) = if ahead.edges() <= behind.edges() { (&ahead, &behind) } else { (&behind, &ahead) };
        let crossing = few.all_edges().filter(|(_, end)| other.contains(*end));
        let mut openings: Vec<(ArcId, bool)> = crossing.map(|(step, _)| (step.arc, step.along)).collect();
        openings.sort_unstable();
        openings.dedup();
        openings
    }

    fn region(&mut self, flow: &Flow, start: Node, forwards: bool) -> Region {
        let mut region = Region { own: HashSet::from([start]), hubs: Vec::new(), edge: Vec::new() };
        let mut queue = vec![start];
        while let Some(node) = queue.pop() {
            if flow.steps_at(node).len() > MANY {
                region.hubs.push(self.hub(flow, node, forwards));
                continue;
            }
            for (passed, next) in around(flow, node, forwards) {
                if flow.residual(passed) == 0 {
                    region.edge.push((passed, next));
                } else if region.own.insert(next) {
                    queue.push(next);
                }
            }
        }
        region.edge.retain(|(step, _)| gives(flow, *step));
        region
    }

    fn hub(&mut self, flow: &Flow, node: Node, forwards: bool) -> Rc<Hub> {
        if let Some(known) = self.hubs.get(&(node, forwards)) {
            return Rc::clone(known);
        }
        let inside = if forwards { flow.reached_from(node) } else { flow.leading_to(node) };
        let nodes = inside.iter().enumerate().filter(|(_, inside)| **inside).map(|(node, _)| node);
        let edge = nodes
            .flat_map(|node| around(flow, node, forwards))
            .filter(|(passed, _)| flow.residual(*passed) == 0 && gives(flow, *passed))
            .collect();
        let hub = Rc::new(Hub { inside, edge });
        self.hubs.insert((node, forwards), Rc::clone(&hub));
        hub
    }
}

impl Region {
    fn contains(&self, node: Node) -> bool {
        self.own.contains(&node) || self.hubs.iter().any(|hub| hub.inside.get(node) == Some(&true))
    }

    fn edges(&self) -> usize {
        self.edge.len() + self.hubs.iter().map(|hub| hub.edge.len()).sum::<usize>()
    }

    fn all_edges(&self) -> impl Iterator<Item = (Step, Node)> {
        self.edge.iter().chain(self.hubs.iter().flat_map(|hub| &hub.edge)).copied()
    }
}

/// The residual arcs that leave a node, or that come to it, with the node at the other end.
fn around(flow: &Flow, node: Node, forwards: bool) -> impl Iterator<Item = (Step, Node)> {
    flow.steps_at(node).iter().map(move |step| {
        let passed = if forwards { *step } else { Step { arc: step.arc, along: !step.along } };
        (passed, flow.tip(*step))
    })
}

/// A minimum of nothing cannot give.
fn gives(flow: &Flow, step: Step) -> bool {
    step.along || flow.arc(step.arc).lo > 0
}
