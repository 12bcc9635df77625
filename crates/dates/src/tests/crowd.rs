//! Events where anyone may meet anyone (B7), and the bound on them (P-B10).

use crate::crowd::{Crowd, CrowdPlan, plan_crowd};
use crate::gathering::{Guest, Pair, Scores};
use proptest::prelude::*;
use std::collections::HashSet;

fn breach(crowd: &Crowd, plan: &CrowdPlan) -> Option<String> {
    let mut met = HashSet::new();
    for (number, round) in plan.rounds.iter().enumerate() {
        let mut seated = HashSet::new();
        for pair in round {
            let lawful = pair.0 < pair.1
                && crowd.scores.of(*pair).is_some()
                && [pair.0, pair.1].iter().all(|&place| seated.insert(place) && crowd.people[place].attends(number))
                && met.insert(*pair);
            if !lawful || round.len() > crowd.tables {
                return Some(format!("{pair:?} in round {number}"));
            }
        }
    }
    (plan.rounds.len() != crowd.rounds).then(|| "a round is missing".to_owned())
}

fn crowds() -> impl Strategy<Value = Crowd> {
    (1..=7_usize, 0..=4_usize, 0..=4_usize).prop_flat_map(|(people, rounds, tables)| {
        let score = prop_oneof![1 => Just(None), 3 => (0..=9_u32).prop_map(Some)];
        let guests = prop::collection::vec((0..=2_u32, 0..=rounds), people);
        (guests, prop::collection::vec(score, people * people)).prop_map(move |(guests, cells)| {
            let guest = |(had, until)| Guest { had, until, ..Guest::staying(rounds) };
            let mut scores = Scores::none(people, people);
            let upper = |pair: &Pair| pair.0 < pair.1;
            for (at, score) in cells.into_iter().enumerate() {
                let pair = (at / people, at % people);
                scores.set(pair, score.filter(|_| upper(&pair)));
            }
            Crowd { people: guests.into_iter().map(guest).collect(), scores, rounds, tables }
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_crowd_is_seated_lawfully_and_below_its_bound(crowd in crowds()) {
        let plan = plan_crowd(&crowd);
        prop_assert_eq!(breach(&crowd, &plan), None);
        prop_assert!(plan.merit <= plan.bound);
    }
}

/// Sixty people who may all meet: counts as even as can be, and the total close to the bound.
#[test]
fn a_crowd_comes_close_to_its_bound() {
    let mut scores = Scores::none(60, 60);
    let mut state = 1_u32;
    for pair in (0..60).flat_map(|one| (one + 1..60).map(move |other| (one, other))) {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        scores.set(pair, Some((state >> 16) % 1001));
    }
    let crowd = Crowd { people: vec![Guest::staying(8); 60], scores, rounds: 8, tables: 25 };
    let plan = plan_crowd(&crowd);
    assert_eq!(breach(&crowd, &plan), None);
    assert_eq!(plan.merit.profile, plan.bound.profile);
    assert!(plan.merit.total * 1000 >= plan.bound.total * 990, "{} of {}", plan.merit.total, plan.bound.total);
}
