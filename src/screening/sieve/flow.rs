//! A circulation with lower and upper bounds, re-routed one unit at a time.
//!
//! A set of nodes that no residual arc leaves stays such a set for ever: a cycle that left it could not return, so no
//! push crosses its edge. Every failed search therefore splits a region for good, and later searches stay inside one.
#![expect(
    clippy::indexing_slicing,
    reason = "node and arc numbers are handed out by this file and neither is ever removed"
)]

use std::collections::VecDeque;

pub type Node = usize;
pub type ArcId = usize;

/// `lo ≤ flow ≤ hi` once the circulation is legal.
#[derive(Clone, Copy, Debug)]
pub struct Arc {
    pub from: Node,
    pub to: Node,
    pub lo: u32,
    pub hi: u32,
    pub flow: u32,
}

/// One residual arc: along an arc that is not full, or back along one that is above its minimum.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    pub arc: ArcId,
    pub along: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Flow {
    arcs: Vec<Arc>,
    /// For every node the steps that leave it.
    steps: Vec<Vec<Step>>,
    region: Vec<u32>,
    regions: u32,
}

impl Flow {
    pub fn add_node(&mut self) -> Node {
        self.steps.push(Vec::new());
        self.region.push(0);
        self.steps.len() - 1
    }

    pub fn add_arc(&mut self, from: Node, to: Node, lo: u32, hi: u32) -> ArcId {
        let arc = self.arcs.len();
        self.arcs.push(Arc { from, to, lo, hi, flow: 0 });
        self.steps[from].push(Step { arc, along: true });
        self.steps[to].push(Step { arc, along: false });
        arc
    }

    pub fn arc(&self, arc: ArcId) -> &Arc {
        &self.arcs[arc]
    }

    pub fn arcs(&self) -> &[Arc] {
        &self.arcs
    }

    pub fn nodes(&self) -> usize {
        self.steps.len()
    }

    /// One more person of a kind exists.
    pub fn widen(&mut self, arc: ArcId) {
        self.arcs[arc].hi += 1;
    }

    /// One more unit of flow on this arc is spoken for.
    pub fn require(&mut self, arc: ArcId) {
        self.arcs[arc].lo += 1;
    }

    pub fn add_flow(&mut self, arc: ArcId, amount: u32) {
        self.arcs[arc].flow += amount;
    }

    /// How much more may go this way.
    pub fn residual(&self, step: Step) -> u32 {
        let arc = &self.arcs[step.arc];
        if step.along { arc.hi.saturating_sub(arc.flow) } else { arc.flow.saturating_sub(arc.lo) }
    }

    fn tip(&self, step: Step) -> Node {
        let arc = &self.arcs[step.arc];
        if step.along { arc.to } else { arc.from }
    }

    pub fn push(&mut self, way: &[Step], amount: u32) {
        for step in way {
            let flow = &mut self.arcs[step.arc].flow;
            if step.along { *flow += amount } else { *flow -= amount }
        }
    }

    /// Every node that residual arcs lead to from `from`.
    pub fn reached_from(&self, from: Node) -> Vec<bool> {
        self.sweep(from, true)
    }

    /// Every node from which residual arcs lead to `to`.
    pub fn leading_to(&self, to: Node) -> Vec<bool> {
        self.sweep(to, false)
    }

    fn sweep(&self, start: Node, forwards: bool) -> Vec<bool> {
        let mut seen = vec![false; self.nodes()];
        let mut queue = vec![start];
        seen[start] = true;
        while let Some(node) = queue.pop() {
            for step in &self.steps[node] {
                let passed = if forwards { *step } else { reversed(*step) };
                let next = self.tip(*step);
                if !seen[next] && self.residual(passed) > 0 {
                    seen[next] = true;
                    queue.push(next);
                }
            }
        }
        seen
    }

    /// A way through residual arcs, or `None` and the region is split between the two ends.
    /// Searches from both ends in turn, so that a failure costs no more than twice the smaller half.
    pub fn way(&mut self, from: Node, to: Node) -> Option<Vec<Step>> {
        if self.region[from] != self.region[to] {
            return None;
        }
        let mut ahead = Search::starting(from, true);
        let mut behind = Search::starting(to, false);
        loop {
            for (mine, other) in [(true, false), (false, true)] {
                debug_assert!(mine != other, "the two searches take turns");
                let (search, against) = if mine { (&mut ahead, &behind) } else { (&mut behind, &ahead) };
                match self.advance(search, against) {
                    Turn::Going => {}
                    Turn::Met(node) => return Some(joined(self, &ahead, &behind, node)),
                    Turn::Exhausted => {
                        self.regions += 1;
                        for node in search.seen.keys() {
                            self.region[*node] = self.regions;
                        }
                        return None;
                    }
                }
            }
        }
    }

    fn advance(&self, search: &mut Search, against: &Search) -> Turn {
        let Some(node) = search.queue.pop_front() else { return Turn::Exhausted };
        if against.seen.contains_key(&node) {
            return Turn::Met(node);
        }
        for step in &self.steps[node] {
            let passed = if search.forwards { *step } else { reversed(*step) };
            let next = self.tip(*step);
            if self.region[next] != self.region[node] || self.residual(passed) == 0 || search.seen.contains_key(&next) {
                continue;
            }
            search.seen.insert(next, Some(passed));
            if against.seen.contains_key(&next) {
                return Turn::Met(next);
            }
            search.queue.push_back(next);
        }
        Turn::Going
    }
}

fn reversed(step: Step) -> Step {
    Step { arc: step.arc, along: !step.along }
}

/// The nodes one search has seen, each with the step that led to it (forwards) or from it (backwards).
struct Search {
    forwards: bool,
    seen: std::collections::HashMap<Node, Option<Step>>,
    queue: VecDeque<Node>,
}

impl Search {
    fn starting(node: Node, forwards: bool) -> Self {
        Self { forwards, seen: [(node, None)].into(), queue: [node].into() }
    }
}

enum Turn {
    Going,
    Met(Node),
    Exhausted,
}

fn joined(flow: &Flow, ahead: &Search, behind: &Search, middle: Node) -> Vec<Step> {
    let mut way = Vec::new();
    let mut node = middle;
    while let Some(Some(step)) = ahead.seen.get(&node) {
        way.push(*step);
        node = flow.tip(reversed(*step));
    }
    way.reverse();
    node = middle;
    while let Some(Some(step)) = behind.seen.get(&node) {
        way.push(*step);
        node = flow.tip(*step);
    }
    way
}
