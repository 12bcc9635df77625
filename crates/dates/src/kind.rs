//! Looks after the person with the lowest score.
//!
//! The fairest score for the worst-off is NP-hard; multiplicative weights (Arora, Hazan and Kale 2012)
//! with the choice of pairs as oracle come close. Counts of dates stay exactly as fair as they were.

use super::choose::{Offer, choose};
use super::gathering::{Gathering, Pair};
use super::merit::{offers, standings};

const TRIES: usize = 25;
/// The weight 1, in fixed point: the same plan on every machine.
const ONE: i64 = 1 << 16;

/// Starting from the best choice, the one of 25 with the highest lowest score, then the highest total.
pub fn choose_kindly(gathering: &Gathering, best: Vec<Pair>) -> Vec<Pair> {
    let plain = offers(gathering, 0, &[]);
    let (men, women) = (standings(&gathering.men, 0), standings(&gathering.women, 0));
    let most = gathering.tables.saturating_mul(gathering.rounds);
    let mut weights = (vec![ONE; men.len()], vec![ONE; women.len()]);
    let mut kindest = (lowest(gathering, &best), best.clone());
    let mut chosen = best;
    for _ in 0..TRIES {
        let sums = satisfaction(gathering, &chosen);
        reweigh(&mut weights.0, &sums.0);
        reweigh(&mut weights.1, &sums.1);
        let weigh = |offer: &Offer| {
            let one = weights.0.get(offer.pair.0).copied().unwrap_or(ONE);
            let other = weights.1.get(offer.pair.1).copied().unwrap_or(ONE);
            Offer { pair: offer.pair, worth: (one + other) * offer.worth / (ONE / 16) }
        };
        let weighed: Vec<Offer> = plain.iter().map(weigh).collect();
        let taken = choose(&men, &women, &weighed, most);
        chosen = taken.into_iter().filter_map(|at| weighed.get(at)).map(|offer| offer.pair).collect();
        let found = lowest(gathering, &chosen);
        if found > kindest.0 {
            kindest = (found, chosen.clone());
        }
    }
    kindest.1
}

/// The lowest sum of scores of anybody who has a date, and the total.
fn lowest(gathering: &Gathering, chosen: &[Pair]) -> (i64, u64) {
    let sums = satisfaction(gathering, chosen);
    let dated = sums.0.iter().chain(&sums.1).filter(|(_, dates)| *dates > 0);
    (dated.map(|(sum, _)| *sum).min().unwrap_or(0), gathering.scores.total(chosen))
}

/// Everybody's sum of scores and number of dates.
type Sums = Vec<(i64, usize)>;

fn satisfaction(gathering: &Gathering, chosen: &[Pair]) -> (Sums, Sums) {
    let mut sums = (vec![(0, 0); gathering.men.len()], vec![(0, 0); gathering.women.len()]);
    for pair in chosen {
        let score = gathering.scores.of(*pair).map_or(0, i64::from);
        for sum in sums.0.get_mut(pair.0).into_iter().chain(sums.1.get_mut(pair.1)) {
            *sum = (sum.0 + score, sum.1 + 1);
        }
    }
    sums
}

/// Multiplies each weight by exp((mean - sum) / mean), to the second order, and brings the mean back to 1.
fn reweigh(weights: &mut [i64], sums: &[(i64, usize)]) {
    let dated = sums.iter().filter(|(_, dates)| *dates > 0);
    let (all, people) = dated.fold((0, 0), |(all, people), (sum, _)| (all + sum, people + 1));
    let mean = all / i64::max(people, 1);
    if mean == 0 {
        return;
    }
    for (weight, (sum, dates)) in weights.iter_mut().zip(sums) {
        if *dates > 0 {
            let by = ((mean - sum) * ONE / mean).clamp(-ONE, ONE);
            *weight = *weight * (ONE + by + by * by / ONE / 2) / ONE;
        }
    }
    let heaviness = (weights.iter().sum::<i64>() / (weights.len() as i64).max(1)).max(1);
    for weight in weights {
        *weight = (*weight * ONE / heaviness).clamp(ONE / 256, ONE * 256);
    }
}
