//! A circulation with lower and upper bounds, re-routed one unit at a time.
//!
//! A set of nodes that no residual arc leaves stays such a set for ever: a cycle that left it could not return, so no
//! push crosses its edge. Every failed search therefore splits a region for good, and later searches stay inside one.
#![expect(
    clippy::indexing_slicing,
    reason = "node and arc numbers are handed out by this file and neither is ever removed"
)]

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
    ahead: Search,
    behind: Search,
}

impl Flow {
    pub fn add_node(&mut self) -> Node {
        self.steps.push(Vec::new());
        self.region.push(0);
        self.ahead.marks.push(Mark::default());
        self.behind.marks.push(Mark::default());
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

    /// One person of a kind fewer is to be reckoned with.
    pub fn narrow(&mut self, arc: ArcId) {
        self.arcs[arc].hi -= 1;
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

    pub fn steps_at(&self, node: Node) -> &[Step] {
        &self.steps[node]
    }

    /// The node a step leads to.
    pub fn tip(&self, step: Step) -> Node {
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

    /// Back to the state of another copy of the same network.
    pub fn reset(&mut self, to: &Self) {
        self.arcs.clone_from(&to.arcs);
        self.region.clone_from(&to.region);
        self.regions = to.regions;
    }

    /// A way through residual arcs, or `None` and the region is split between the two ends.
    /// Searches from both ends in turn, so that a failure costs no more than twice the smaller half.
    pub fn way(&mut self, from: Node, to: Node) -> Option<Vec<Step>> {
        if self.region[from] != self.region[to] {
            return None;
        }
        let (mut ahead, mut behind) = (std::mem::take(&mut self.ahead), std::mem::take(&mut self.behind));
        ahead.start(from, true);
        behind.start(to, false);
        let found = self.meet(&mut ahead, &mut behind);
        (self.ahead, self.behind) = (ahead, behind);
        found
    }

    fn meet(&mut self, ahead: &mut Search, behind: &mut Search) -> Option<Vec<Step>> {
        loop {
            for forwards in [true, false] {
                let (search, against) = if forwards { (&mut *ahead, &*behind) } else { (&mut *behind, &*ahead) };
                match self.advance(search, against) {
                    Turn::Going => {}
                    Turn::Met(node) => return Some(self.joined(ahead, behind, node)),
                    Turn::Exhausted => {
                        self.regions += 1;
                        for node in &search.seen {
                            self.region[*node] = self.regions;
                        }
                        return None;
                    }
                }
            }
        }
    }

    fn advance(&self, search: &mut Search, against: &Search) -> Turn {
        let Some(node) = search.next() else { return Turn::Exhausted };
        if against.has(node) {
            return Turn::Met(node);
        }
        for step in &self.steps[node] {
            let passed = if search.forwards { *step } else { reversed(*step) };
            let next = self.tip(*step);
            if self.region[next] != self.region[node] || self.residual(passed) == 0 || search.has(next) {
                continue;
            }
            search.mark(next, Some(passed));
            if against.has(next) {
                return Turn::Met(next);
            }
        }
        Turn::Going
    }

    fn joined(&self, ahead: &Search, behind: &Search, middle: Node) -> Vec<Step> {
        let mut way = Vec::new();
        let mut node = middle;
        while let Some(step) = ahead.marks[node].by {
            way.push(step);
            node = self.tip(reversed(step));
        }
        way.reverse();
        node = middle;
        while let Some(step) = behind.marks[node].by {
            way.push(step);
            node = self.tip(step);
        }
        way
    }
}

fn reversed(step: Step) -> Step {
    Step { arc: step.arc, along: !step.along }
}

/// The nodes one search has seen, in that order. Kept between searches, for most of them are short and the marks are many.
#[derive(Clone, Debug, Default)]
struct Search {
    forwards: bool,
    round: u32,
    marks: Vec<Mark>,
    seen: Vec<Node>,
    done: usize,
}

/// In which search a node was last seen, and the step that led to it (forwards) or from it (backwards).
#[derive(Clone, Copy, Debug, Default)]
struct Mark {
    round: u32,
    by: Option<Step>,
}

impl Search {
    fn start(&mut self, node: Node, forwards: bool) {
        self.forwards = forwards;
        self.round += 1;
        self.seen.clear();
        self.done = 0;
        self.mark(node, None);
    }

    fn mark(&mut self, node: Node, by: Option<Step>) {
        self.marks[node] = Mark { round: self.round, by };
        self.seen.push(node);
    }

    fn has(&self, node: Node) -> bool {
        self.marks[node].round == self.round
    }

    fn next(&mut self) -> Option<Node> {
        let node = self.seen.get(self.done).copied();
        self.done += 1;
        node
    }
}

enum Turn {
    Going,
    Met(Node),
    Exhausted,
}
