//! Cheapest flow through a network, for one purpose or for several in order of importance.
//!
//! Whole numbers only: costs are multiplied by more than the number of nodes, so that a flow which is
//! optimal up to 1 is optimal.
#![expect(clippy::indexing_slicing, reason = "every index is a node or an arc which this network itself numbered")]

use std::collections::VecDeque;

/// Nodes `0..nodes`, and arcs with room for whole units.
pub struct Network {
    nodes: usize,
    arcs: Vec<Arc>,
}

struct Arc {
    from: usize,
    to: usize,
    room: i64,
}

impl Network {
    pub fn new(nodes: usize) -> Self {
        Network { nodes, arcs: Vec::new() }
    }

    /// Adds an arc; arcs are numbered from 0 in the order they are added.
    pub fn arc(&mut self, from: usize, to: usize, room: i64) {
        self.arcs.push(Arc { from, to, room });
    }

    /// The units on every arc in the cheapest flow of at most `most` units from `source` to `sink`.
    /// What does not pay stays at home, so there is always an answer.
    ///
    /// Each of `purposes` gives the cost of a unit on every arc; a later one decides only among the
    /// flows that are cheapest for all before it. A cost times the nodes must stay well inside 63 bits.
    pub fn cheapest(mut self, source: usize, sink: usize, most: i64, purposes: &[Vec<i64>]) -> Vec<i64> {
        self.arc(source, sink, most);
        let mut residual = Residual::of(&self);
        residual.excess[source] += most;
        residual.excess[sink] -= most;
        for (nth, costs) in purposes.iter().enumerate() {
            if nth > 0 {
                residual.confine();
            }
            residual.charge(costs);
            residual.minimize_cost();
        }
        self.arcs.pop();
        self.arcs.iter().enumerate().map(|(nth, arc)| residual.units(nth, arc.room)).collect()
    }
}

/// The network with every arc's way back beside it, sorted by the node the arc leaves.
pub struct Residual {
    /// Arcs of node `u` are `first[u]..first[u + 1]`.
    pub first: Vec<usize>,
    pub head: Vec<u32>,
    pub twin: Vec<u32>,
    pub room: Vec<i64>,
    pub cost: Vec<i64>,
    /// Where the arcs of the network ended up.
    slot: Vec<usize>,
    /// The units on arcs that are the same in every flow still in question.
    fixed: Vec<Option<i64>>,
    pub price: Vec<i64>,
    pub excess: Vec<i64>,
    /// The arc each node tries next.
    pub current: Vec<usize>,
    pub waiting: VecDeque<usize>,
    pub relabelled: usize,
}

impl Residual {
    fn of(network: &Network) -> Self {
        let nodes = network.nodes;
        let mut first = vec![0; nodes + 1];
        for arc in &network.arcs {
            first[arc.from + 1] += 1;
            first[arc.to + 1] += 1;
        }
        for node in 0..nodes {
            first[node + 1] += first[node];
        }
        let both = first[nodes];
        let mut next = first.clone();
        let mut residual = Residual {
            current: first.clone(),
            first,
            head: vec![0; both],
            twin: vec![0; both],
            room: vec![0; both],
            cost: vec![0; both],
            slot: Vec::with_capacity(network.arcs.len()),
            fixed: vec![None; network.arcs.len()],
            price: vec![0; nodes],
            excess: vec![0; nodes],
            waiting: VecDeque::with_capacity(nodes),
            relabelled: 0,
        };
        for arc in &network.arcs {
            let out = next[arc.from];
            next[arc.from] += 1;
            let back = next[arc.to];
            next[arc.to] += 1;
            residual.head[out] = arc.to as u32;
            residual.head[back] = arc.from as u32;
            residual.twin[out] = back as u32;
            residual.twin[back] = out as u32;
            residual.room[out] = arc.room;
            residual.slot.push(out);
        }
        residual
    }

    /// Sets what a unit costs on every arc, for the purpose at hand.
    fn charge(&mut self, costs: &[i64]) {
        let scale = self.price.len() as i64 + 1;
        for (slot, cost) in self.slot.iter().zip(costs) {
            self.cost[*slot] = cost * scale;
            self.cost[self.twin[*slot] as usize] = -cost * scale;
        }
        self.price.fill(0);
    }

    fn units(&self, nth: usize, room: i64) -> i64 {
        self.fixed[nth].unwrap_or(room - self.room[self.slot[nth]])
    }

    /// Closes every arc that carries the same in all cheapest flows, so that a later purpose chooses
    /// among these flows only. Which arcs those are is what exact prices say (complementary slackness).
    fn confine(&mut self) {
        let distance = self.distances();
        for (slot, fixed) in self.slot.iter().zip(&mut self.fixed) {
            let (out, back) = (*slot, self.twin[*slot] as usize);
            let reduced = self.cost[out] + distance[self.head[back] as usize] - distance[self.head[out] as usize];
            if fixed.is_none() && reduced != 0 {
                *fixed = Some(self.room[back]);
                (self.room[out], self.room[back]) = (0, 0);
            }
        }
    }

    /// Shortest ways from anywhere to every node. An optimal flow leaves no cycle that gets shorter each time.
    fn distances(&self) -> Vec<i64> {
        let nodes = self.price.len();
        let mut distance = vec![0; nodes];
        let mut queued = vec![true; nodes];
        let mut queue: VecDeque<usize> = (0..nodes).collect();
        while let Some(node) = queue.pop_front() {
            queued[node] = false;
            for arc in self.first[node]..self.first[node + 1] {
                let to = self.head[arc] as usize;
                if self.room[arc] > 0 && distance[node] + self.cost[arc] < distance[to] {
                    distance[to] = distance[node] + self.cost[arc];
                    if !queued[to] {
                        queued[to] = true;
                        queue.push_back(to);
                    }
                }
            }
        }
        distance
    }
}
