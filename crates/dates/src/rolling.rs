//! The whole plan: choose all remaining pairs, take off one round, and again.
//!
//! Strasser, "Speed Dating: An Algorithmic Case Study Involving Matching and Scheduling" (2010), has
//! the same phases; here fairness and score are one flow, and taking off rounds replaces colouring.

use super::exact;
use super::gathering::{Gathering, Guest, Pair, Round};
use super::kind;
use super::merit::{Merit, fairest};
use super::peel::peel;

/// What the host asked for beside the people.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wishes {
    /// Tells equal pairs apart by lot instead of by their place in the list.
    pub seed: Option<[u8; 32]>,
    /// Raise the person with the lowest score, at some cost to the sum of all.
    pub look_after_the_lowest: bool,
}

/// A plan and how it stands to the best there could be.
#[derive(Clone, Debug)]
pub struct Plan {
    pub rounds: Vec<Round>,
    pub merit: Merit,
    /// No plan has more merit than this. Without presence windows the plan always reaches it.
    pub bound: Merit,
}

impl Plan {
    /// Whether nothing better exists. With presence windows `false` says only that nobody proved it.
    pub fn is_proven(&self) -> bool {
        self.merit == self.bound
    }

    /// The total in thousandths of what the fairest choice of pairs could score.
    pub fn reached(&self) -> u64 {
        if self.bound.total == 0 {
            return 1000;
        }
        (self.merit.total * 1000 / self.bound.total).min(1000)
    }
}

/// Plans all rounds of a two-sided gathering.
///
/// Without presence windows the result is the fairest and then the best there is. With windows the
/// question is NP-hard (Even, Itai and Shamir 1976): the rolled plan is kept where it reaches the
/// bound, and otherwise improved by a search of limited length, which settles small gatherings.
pub fn plan(gathering: &Gathering, wishes: &Wishes) -> Plan {
    let seed = wishes.seed.as_ref();
    let chosen = fairest(gathering, 0, &[], seed);
    let bound = Merit::of(gathering, std::slice::from_ref(&chosen));
    let chosen = if wishes.look_after_the_lowest { kind::choose_kindly(gathering, chosen) } else { chosen };
    let mut rounds = roll(gathering, chosen, seed);
    let mut merit = Merit::of(gathering, &rounds);
    if merit < bound && !wishes.look_after_the_lowest {
        rounds = exact::improve(gathering, rounds, &bound);
        merit = Merit::of(gathering, &rounds);
    }
    Plan { rounds, merit, bound }
}

/// Commits one round at a time; with presence windows the rest is chosen anew after each.
fn roll(gathering: &Gathering, mut chosen: Vec<Pair>, seed: Option<&[u8; 32]>) -> Vec<Round> {
    let mut now = gathering.clone();
    let mut met: Vec<Pair> = Vec::new();
    let mut rounds = Vec::with_capacity(gathering.rounds);
    for number in 0..gathering.rounds {
        if number > 0 && gathering.has_windows() {
            chosen = fairest(&now, number, &met, seed);
        }
        let round = peel(&now, number, &chosen);
        chosen.retain(|pair| round.binary_search(pair).is_err());
        seat(&mut now.men, number, &|place| round.iter().any(|pair| pair.0 == place));
        seat(&mut now.women, number, &|place| round.iter().any(|pair| pair.1 == place));
        met.extend(&round);
        rounds.push(round);
    }
    rounds
}

/// Books the round that was just planned into everybody's figures.
fn seat(guests: &mut [Guest], round: usize, sits: &dyn Fn(usize) -> bool) {
    for (place, guest) in guests.iter_mut().enumerate() {
        if sits(place) {
            guest.had += 1;
            guest.most = guest.most.saturating_sub(1);
            guest.waited = 0;
        } else if guest.attends(round) {
            guest.waited += 1;
        }
    }
}
