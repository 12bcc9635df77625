//! Finding the cheapest flow in a residual network, by cost scaling.
//!
//! Goldberg and Tarjan, "Finding minimum-cost circulations by successive approximation" (1990), with
//! the price update and the push look-ahead of Goldberg's "An efficient implementation of a scaling
//! minimum-cost flow algorithm" (1997).
#![expect(clippy::indexing_slicing, reason = "every index is a node or an arc which the network itself numbered")]

use super::flow::Residual;

/// By how much the tolerance shrinks from one pass to the next.
const SHRINK: i64 = 5;

impl Residual {
    /// Makes the flow as cheap as it can be, and meets every excess.
    pub fn minimize_cost(&mut self) {
        let mut tolerance = self.cost.iter().copied().max().unwrap_or(0).max(1);
        loop {
            tolerance = (tolerance / SHRINK).max(1);
            self.refine(tolerance);
            if tolerance == 1 {
                return;
            }
        }
    }

    fn nodes(&self) -> usize {
        self.price.len()
    }

    fn reduced(&self, node: usize, arc: usize) -> i64 {
        self.cost[arc] + self.price[node] - self.price[self.head[arc] as usize]
    }

    fn push(&mut self, node: usize, arc: usize, units: i64) {
        let to = self.head[arc] as usize;
        self.room[arc] -= units;
        self.room[self.twin[arc] as usize] += units;
        self.excess[node] -= units;
        self.excess[to] += units;
    }

    /// Makes the flow optimal up to `tolerance` per arc.
    fn refine(&mut self, tolerance: i64) {
        for node in 0..self.nodes() {
            self.current[node] = self.first[node];
            for arc in self.first[node]..self.first[node + 1] {
                if self.room[arc] > 0 && self.reduced(node, arc) < 0 {
                    self.push(node, arc, self.room[arc]);
                }
            }
        }
        self.reprice(tolerance);
        let active: Vec<usize> = (0..self.nodes()).filter(|&node| self.excess[node] > 0).collect();
        self.waiting.extend(active);
        while let Some(node) = self.waiting.pop_front() {
            self.discharge(node, tolerance);
            if self.relabelled > self.nodes() {
                self.reprice(tolerance);
            }
        }
    }

    fn discharge(&mut self, node: usize, tolerance: i64) {
        while self.excess[node] > 0 {
            if !self.seek(node) {
                self.relabel(node, tolerance);
                continue;
            }
            let arc = self.current[node];
            let to = self.head[arc] as usize;
            // Look ahead: what `to` could not pass on would only come back.
            if self.excess[to] >= 0 && !self.seek(to) {
                self.relabel(to, tolerance);
                if self.reduced(node, arc) >= 0 {
                    continue;
                }
            }
            let idle = self.excess[to] <= 0;
            self.push(node, arc, self.excess[node].min(self.room[arc]));
            if idle && self.excess[to] > 0 {
                self.waiting.push_back(to);
            }
        }
    }

    /// Moves on to the next arc of `node` that may be pushed along, if there is one.
    fn seek(&mut self, node: usize) -> bool {
        let end = self.first[node + 1];
        let mut arc = self.current[node];
        while arc < end && (self.room[arc] == 0 || self.reduced(node, arc) >= 0) {
            arc += 1;
        }
        self.current[node] = arc;
        arc < end
    }

    /// Lowers the price of a node that found no arc, just enough that it finds one.
    fn relabel(&mut self, node: usize, tolerance: i64) {
        let arcs = self.first[node]..self.first[node + 1];
        let leaving = arcs.clone().filter(|&arc| self.room[arc] > 0);
        let best = leaving.map(|arc| self.price[self.head[arc] as usize] - self.cost[arc]).max();
        // No way out at all: then be too dear for every neighbour to push here.
        let price = best.map(|best| best - tolerance).unwrap_or_else(|| {
            let entering = arcs.clone().map(|arc| self.price[self.head[arc] as usize] - self.cost[arc]);
            entering.min().unwrap_or(self.price[node]).min(self.price[node])
        });
        self.price[node] = price;
        self.current[node] = arcs.start;
        self.relabelled += 1;
    }

    /// Sets all prices at once from the distance to the nearest node that lacks something.
    fn reprice(&mut self, tolerance: i64) {
        self.relabelled = 0;
        let far = 8 * self.nodes() + 64;
        let mut distance = vec![far; self.nodes()];
        let mut ring: Vec<Vec<usize>> = vec![Vec::new()];
        let mut seekers = 0;
        for (node, excess) in self.excess.iter().enumerate() {
            seekers += usize::from(*excess > 0);
            if *excess < 0 {
                distance[node] = 0;
                ring[0].push(node);
            }
        }
        let mut reach = 0;
        while seekers > 0 && reach < ring.len() {
            while let Some(node) = ring[reach].pop() {
                if distance[node] != reach {
                    continue;
                }
                seekers -= usize::from(self.excess[node] > 0);
                for back in self.first[node]..self.first[node + 1] {
                    let (from, arc) = (self.head[back] as usize, self.twin[back] as usize);
                    if self.room[arc] == 0 || distance[from] <= reach {
                        continue;
                    }
                    let length = self.reduced(from, arc).div_euclid(tolerance) + 1;
                    let through = reach.saturating_add(usize::try_from(length).unwrap_or(0));
                    if through < distance[from] {
                        distance[from] = through;
                        if ring.len() <= through {
                            ring.resize_with(through + 1, Vec::new);
                        }
                        ring[through].push(from);
                    }
                }
            }
            reach += 1;
        }
        let last = if seekers == 0 { reach } else { far };
        for (node, distance) in distance.into_iter().enumerate() {
            self.price[node] -= distance.min(last) as i64 * tolerance;
            self.current[node] = self.first[node];
        }
    }
}
