//! Gatherings where anyone may meet anyone.
//!
//! Which rounds can be played is NP-complete to say then (Holyer 1981), so each round is matched by
//! itself: as many dates as possible, then for those who had fewest, then by score. The blossom
//! algorithm (Edmonds 1965) is the `integer-blossom` crate's. What any plan could reach is bounded by
//! choosing pairs in the bipartite double cover, where everybody stands on both sides.

use super::gathering::{Gathering, Guest, Pair, Round, Scores};
use super::merit::{Merit, fairest};
use integer_blossom::max_weight_matching;

/// People of one kind. `scores` is read with the lower place first.
#[derive(Clone, Debug)]
pub struct Crowd {
    pub people: Vec<Guest>,
    pub scores: Scores,
    pub rounds: usize,
    pub tables: usize,
}

/// A plan for a crowd. Both merits count everybody and every date twice, as the double cover does.
#[derive(Clone, Debug)]
pub struct CrowdPlan {
    /// The lower place of each pair first.
    pub rounds: Vec<Round>,
    pub merit: Merit,
    /// No plan has more merit; most often none reaches it, as halves of a date cannot be held.
    pub bound: Merit,
}

/// Plans all rounds of a crowd, each the best for its moment.
pub fn plan_crowd(crowd: &Crowd) -> CrowdPlan {
    let cover = double_cover(crowd);
    let bound = Merit::of(&cover, &[fairest(&cover, 0, &[], None)]);
    let mut had: Vec<i64> = crowd.people.iter().map(|guest| i64::from(guest.had)).collect();
    let mut scores = crowd.scores.clone();
    let mut rounds: Vec<Round> = Vec::with_capacity(crowd.rounds);
    for number in 0..crowd.rounds {
        let round = next_round(crowd, number, &scores, &had);
        for pair in &round {
            scores.set(*pair, None);
            for place in [pair.0, pair.1] {
                had.get_mut(place).into_iter().for_each(|had| *had += 1);
            }
        }
        rounds.push(round);
    }
    let turned = |pair: &Pair| [*pair, (pair.1, pair.0)];
    let doubled: Vec<Round> = rounds.iter().map(|round| round.iter().flat_map(turned).collect()).collect();
    CrowdPlan { rounds, merit: Merit::of(&cover, &doubled), bound }
}

fn double_cover(crowd: &Crowd) -> Gathering {
    let mut scores = Scores::none(crowd.people.len(), crowd.people.len());
    for (pair, score) in crowd.scores.allowed().filter(|(pair, _)| pair.0 < pair.1) {
        scores.set(pair, Some(score));
        scores.set((pair.1, pair.0), Some(score));
    }
    Gathering {
        men: crowd.people.clone(),
        women: crowd.people.clone(),
        scores,
        rounds: crowd.rounds,
        tables: crowd.tables.saturating_mul(2),
    }
}

/// One round by maximum-weight matching of greatest size.
fn next_round(crowd: &Crowd, number: usize, scores: &Scores, had: &[i64]) -> Round {
    let present: Vec<usize> =
        (0..crowd.people.len()).filter(|&at| crowd.people.get(at).is_some_and(|guest| guest.attends(number))).collect();
    let allowed: Vec<(Pair, i64)> = present
        .iter()
        .enumerate()
        .flat_map(|(at, one)| present.iter().skip(at + 1).map(move |other| (*one, *other)))
        .filter_map(|pair| scores.of(pair).map(|score| (pair, i64::from(score))))
        .collect();
    let highest = allowed.iter().map(|(_, score)| *score).max().unwrap_or(0);
    let dates = |place: usize| had.get(place).copied().unwrap_or(0);
    let ceiling = present.iter().map(|&place| dates(place)).max().unwrap_or(0) + 1;
    let step = 1 + highest * present.len() as i64;
    let worth = |(pair, score): &(Pair, i64)| step * (2 * ceiling - dates(pair.0) - dates(pair.1)) + score;
    // One more pair outweighs everything; whoever has no table is paired with nobody at the same price.
    let seat = 1 + allowed.iter().map(worth).max().unwrap_or(0) * present.len() as i64;
    let nobodies = present.len().saturating_sub(crowd.tables.saturating_mul(2));
    let size = present.len() + nobodies;
    let mut weights = vec![0; size * size];
    let mut weigh = |one: usize, other: usize, weight: i64| {
        weights.get_mut(one * size + other).into_iter().for_each(|cell| *cell = weight);
    };
    for at in 0..present.len() {
        (present.len()..size).for_each(|nobody| weigh(at, nobody, seat));
    }
    let place = |person: usize| present.binary_search(&person).unwrap_or(0);
    for offer in &allowed {
        weigh(place(offer.0.0), place(offer.0.1), seat + worth(offer));
    }
    let mates = max_weight_matching(&weights, size);
    let pairs = mates.iter().enumerate().filter_map(|(at, mate)| mate.filter(|mate| at < *mate).map(|mate| (at, mate)));
    pairs.filter_map(|(one, other)| Some((*present.get(one)?, *present.get(other)?))).collect()
}
