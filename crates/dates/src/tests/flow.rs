//! Cost scaling against successive shortest paths (P-B4).

use crate::flow::Network;
use proptest::prelude::*;

/// From, to, room, cost.
type Arcs = Vec<(usize, usize, i64, i64)>;

/// The cost of the cheapest flow of at most `most` units from 0 to 1, one shortest path at a time.
fn by_shortest_paths(nodes: usize, arcs: &Arcs, most: i64) -> i64 {
    let mut residual: Vec<(usize, usize, i64, i64)> = Vec::new();
    for &(from, to, room, cost) in arcs {
        residual.push((from, to, room, cost));
        residual.push((to, from, 0, -cost));
    }
    let (mut sent, mut cost) = (0, 0);
    while sent < most {
        let mut distance = vec![i64::MAX / 2; nodes];
        let mut through = vec![usize::MAX; nodes];
        distance[0] = 0;
        for _ in 0..nodes {
            for (at, &(from, to, room, length)) in residual.iter().enumerate() {
                if room > 0 && distance[from] < i64::MAX / 4 && distance[from] + length < distance[to] {
                    distance[to] = distance[from] + length;
                    through[to] = at;
                }
            }
        }
        if distance[1] >= 0 {
            break;
        }
        let mut node = 1;
        while node != 0 {
            let at = through[node];
            residual[at].2 -= 1;
            residual[at ^ 1].2 += 1;
            node = residual[at].0;
        }
        sent += 1;
        cost += distance[1];
    }
    cost
}

/// Arcs lead from lower to higher numbers, the sink counting as the highest, so that no cycle pays for itself.
fn networks() -> impl Strategy<Value = (usize, Arcs, i64)> {
    (2..9_usize).prop_flat_map(|nodes| {
        let arc = (0..nodes, 0..nodes, 0..4_i64, -20..20_i64);
        (Just(nodes), prop::collection::vec(arc, 0..24), 0..8_i64).prop_map(|(nodes, arcs, most)| {
            let rank = |node: usize| if node == 1 { usize::MAX } else { node };
            let forward = |(a, b, room, cost): (usize, usize, i64, i64)| {
                if rank(a) < rank(b) { (a, b, room, cost) } else { (b, a, room, cost) }
            };
            let arcs = arcs.into_iter().filter(|arc| arc.0 != arc.1).map(forward).collect();
            (nodes, arcs, most)
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn cost_scaling_is_as_cheap_as_shortest_paths((nodes, arcs, most) in networks()) {
        let mut network = Network::new(nodes);
        for &(from, to, room, _) in &arcs {
            network.arc(from, to, room);
        }
        let units = network.cheapest(0, 1, most, &[arcs.iter().map(|arc| arc.3).collect()]);
        let mut balance = vec![0; nodes];
        let mut cost = 0;
        for (units, (from, to, room, price)) in units.iter().zip(&arcs) {
            prop_assert!((0..=*room).contains(units));
            balance[*from] -= units;
            balance[*to] += units;
            cost += units * price;
        }
        prop_assert!((0..=most).contains(&balance[1]));
        prop_assert!(balance.iter().skip(2).all(|balance| *balance == 0));
        prop_assert_eq!(cost, by_shortest_paths(nodes, &arcs, most));
    }

    /// Two purposes one after the other choose as one does whose first part outweighs the second.
    #[test]
    fn a_later_purpose_decides_among_equals((nodes, arcs, most) in networks(), costs in prop::collection::vec(-3..3_i64, 24)) {
        let cheapest = |purposes: &[Vec<i64>]| {
            let mut network = Network::new(nodes);
            for &(from, to, room, _) in &arcs {
                network.arc(from, to, room);
            }
            network.cheapest(0, 1, most, purposes)
        };
        let first: Vec<i64> = arcs.iter().map(|arc| arc.3 / 8).collect();
        let second: Vec<i64> = costs.into_iter().take(arcs.len()).collect();
        let both = first.iter().zip(&second).map(|(first, second)| first * 10_000 + second).collect();
        let cost = |units: &[i64]| -> (i64, i64) {
            let sum = |costs: &[i64]| units.iter().zip(costs).map(|(units, cost)| units * cost).sum();
            (sum(&first), sum(&second))
        };
        prop_assert_eq!(cost(&cheapest(&[first.clone(), second.clone()])), cost(&cheapest(&[both])));
    }
}
