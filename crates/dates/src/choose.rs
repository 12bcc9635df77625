//! Which pairs should meet in the rounds left, before anybody asks in which round.
//!
//! A pair set can be played in `R` rounds of at most `T` tables if nobody is in more than `R` of its
//! pairs and it has at most `R * T` (König 1916 for the rounds, Folkman and Fulkerson 1969 for the
//! tables). So the choice is one cheapest flow: each further date of a person is worth a little less
//! than the one before, and any date at all is worth more than every score. By the discrete convexity
//! of such counts (Frank and Murota) this makes them as even as they can be, for both sides at once.
#![expect(clippy::indexing_slicing, reason = "arcs are read back in the order they were added")]

use super::flow::Network;
use super::gathering::Pair;
use std::collections::HashMap;

/// Bonuses stay below this, so that they can be multiplied by the number of people.
const LARGEST: i64 = 1 << 50;

/// What counts about a person here.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// Dates so far.
    pub had: u32,
    /// Further dates at most.
    pub cap: usize,
}

/// A pair that may meet, and what it is worth.
#[derive(Clone, Copy, Debug)]
pub struct Offer {
    pub pair: Pair,
    pub worth: i64,
}

/// The offers to take, as places in `offers` in rising order: fairest counts first, greatest worth second.
/// `most` is how many dates the tables allow altogether.
///
/// Where the tables bind and counts cannot be even, one quadratic bonus may confuse two plans of which
/// one is fairer; then the lowest counts are raised first, then the next, and worth decides last.
pub fn choose(men: &[Standing], women: &[Standing], offers: &[Offer], most: usize) -> Vec<usize> {
    let caps = |side: &[Standing]| side.iter().map(|person| person.cap).sum::<usize>();
    let willing = caps(men).min(caps(women)).min(offers.len());
    let question = Question { men, women, offers, dates: most.min(willing) };
    let taken = question.ask(&[question.quadratic()]);
    if most >= willing || taken.len() < most || question.is_even(&taken) {
        taken
    } else {
        question.ask(&question.by_level())
    }
}

struct Question<'a> {
    men: &'a [Standing],
    women: &'a [Standing],
    offers: &'a [Offer],
    dates: usize,
}

impl Question<'_> {
    fn people(&self) -> impl Iterator<Item = &Standing> {
        self.men.iter().chain(self.women)
    }

    /// The offers in the flow that is best for `purposes`, one cost per offer and then one per possible date of each person.
    fn ask(&self, purposes: &[Vec<i64>]) -> Vec<usize> {
        let (source, sink) = (self.men.len() + self.women.len(), self.men.len() + self.women.len() + 1);
        let mut network = Network::new(sink + 1);
        for offer in self.offers {
            network.arc(offer.pair.0, self.men.len() + offer.pair.1, 1);
        }
        for (node, person) in self.people().enumerate() {
            let (from, to) = if node < self.men.len() { (source, node) } else { (node, sink) };
            for _ in 0..person.cap {
                network.arc(from, to, 1);
            }
        }
        let units = network.cheapest(source, sink, self.dates as i64, purposes);
        (0..self.offers.len()).filter(|&at| units[at] > 0).collect()
    }

    /// How many dates each person has before each further one of theirs.
    fn levels(&self) -> impl Iterator<Item = i64> {
        self.people().flat_map(|person| (0..person.cap as i64).map(|further| i64::from(person.had) + further))
    }

    /// A bonus that falls by the same step with every date; one step outweighs whatever scores add up to.
    fn quadratic(&self) -> Vec<i64> {
        let dearest = self.offers.iter().map(|offer| offer.worth).max().unwrap_or(0);
        let step = 1 + dearest * self.dates as i64;
        let ceiling = self.levels().max().unwrap_or(0);
        let scores = self.offers.iter().map(|offer| -offer.worth);
        scores.chain(self.levels().map(|level| -step * (ceiling + 1 - level))).collect()
    }

    /// Purposes that raise the lowest level before all others: as many levels in one as its numbers can hold.
    fn by_level(&self) -> Vec<Vec<i64>> {
        let base = self.men.len() as i64 + self.women.len() as i64 + 1;
        let mut levels: Vec<i64> = self.levels().collect();
        levels.sort_unstable();
        levels.dedup();
        let mut purposes = Vec::new();
        let nothing = || self.offers.iter().map(|_| 0);
        let mut rising = levels.into_iter().peekable();
        while rising.peek().is_some() {
            let mut group = Vec::new();
            let mut room = LARGEST / base;
            while room > base
                && let Some(level) = rising.next()
            {
                group.push(level);
                room /= base;
            }
            let mut bonus = HashMap::new();
            let mut weight = 1;
            for level in group.into_iter().rev() {
                bonus.insert(level, weight);
                weight *= base;
            }
            purposes
                .push(nothing().chain(self.levels().map(|level| -bonus.get(&level).copied().unwrap_or(0))).collect());
        }
        let scores = self.offers.iter().map(|offer| -offer.worth);
        purposes.push(scores.chain(self.levels().map(|_| 0)).collect());
        purposes
    }

    /// Whether nobody has two dates more than anybody else: then no plan with as many dates is fairer.
    fn is_even(&self, taken: &[usize]) -> bool {
        let mut counts: Vec<i64> = self.people().map(|person| i64::from(person.had)).collect();
        for offer in taken.iter().map(|&at| &self.offers[at]) {
            counts[offer.pair.0] += 1;
            counts[self.men.len() + offer.pair.1] += 1;
        }
        let present = counts.iter().zip(self.people()).filter(|(_, person)| person.cap > 0);
        let (low, high) = present.fold((i64::MAX, 0), |(low, high), (&count, _)| (low.min(count), high.max(count)));
        high - low.min(high) <= 1
    }
}
