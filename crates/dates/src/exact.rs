//! A search through whole schedules, for small gatherings where somebody comes late or leaves early.
//!
//! Every round may be taken to be maximal: a date that could be held earlier loses nothing by it. The
//! choice of pairs without windows bounds what the rounds left can bring, which cuts nearly everything.

use super::gathering::{Gathering, Pair, Round};
use super::merit::{Merit, fairest};

/// How much is looked at before the search gives up, as pairs and seats: well under a second.
const PATIENCE: usize = 1_000_000;
/// Pairs that may meet in a gathering small enough to be searched at all.
const SMALL: usize = 100;
/// Steps in listing the ways to seat one round before it counts as too large after all.
const STEPS: usize = 10_000;

/// The better of `rounds` and what the search finds, which stops at `bound`.
pub fn improve(gathering: &Gathering, rounds: Vec<Round>, bound: &Merit) -> Vec<Round> {
    let merit = Merit::of(gathering, &rounds);
    let pairs = gathering.scores.allowed().count();
    if pairs > SMALL {
        return rounds;
    }
    let seats = (gathering.men.len() + gathering.women.len()) * gathering.rounds;
    let patience = PATIENCE / (seats + pairs).max(1);
    let mut search = Search { gathering, bound, merit, best: rounds, patience };
    search.descend(&mut Vec::new());
    search.best
}

struct Search<'a> {
    gathering: &'a Gathering,
    bound: &'a Merit,
    merit: Merit,
    best: Vec<Round>,
    patience: usize,
}

impl Search<'_> {
    fn descend(&mut self, played: &mut Vec<Round>) {
        let number = played.len();
        if number == self.gathering.rounds {
            let merit = Merit::of(self.gathering, played);
            if merit > self.merit {
                (self.merit, self.best) = (merit, played.clone());
            }
            return;
        }
        let Some(ways) = self.ways(played, number) else {
            self.patience = 0;
            return;
        };
        let mut promising: Vec<(Merit, Round)> = Vec::new();
        for round in ways {
            if self.patience == 0 {
                return;
            }
            self.patience -= 1;
            played.push(round);
            let hope = self.hope(played);
            if let Some(round) = played.pop()
                && hope > self.merit
            {
                promising.push((hope, round));
            }
        }
        promising.sort_by(|one, other| other.0.cmp(&one.0));
        for (hope, round) in promising {
            if self.patience == 0 || hope <= self.merit || self.merit >= *self.bound {
                return;
            }
            played.push(round);
            self.descend(played);
            played.pop();
        }
    }

    /// What `played` and the fairest choice for the rounds after it would come to.
    fn hope(&self, played: &[Round]) -> Merit {
        let mut now = self.gathering.clone();
        let met: Vec<Pair> = played.iter().flatten().copied().collect();
        for pair in &met {
            for guest in now.men.get_mut(pair.0).into_iter().chain(now.women.get_mut(pair.1)) {
                guest.had += 1;
                guest.most = guest.most.saturating_sub(1);
            }
        }
        let rest = fairest(&now, played.len(), &met, None);
        Merit::of(self.gathering, &[met, rest])
    }

    /// Every maximal way to seat round `number` after `played`; nothing if there are too many.
    fn ways(&self, played: &[Round], number: usize) -> Option<Vec<Round>> {
        let free = |pair: &Pair| !played.iter().flatten().any(|met| met == pair);
        let within = |pair: &Pair| {
            let dates = |same: &dyn Fn(&Pair) -> bool| played.iter().flatten().filter(|met| same(met)).count();
            let man = self.gathering.men.get(pair.0).is_some_and(|man| dates(&|met| met.0 == pair.0) < man.most);
            let woman =
                self.gathering.women.get(pair.1).is_some_and(|woman| dates(&|met| met.1 == pair.1) < woman.most);
            man && woman
        };
        let allowed = self.gathering.scores.allowed().map(|(pair, _)| pair);
        let pairs: Vec<Pair> =
            allowed.filter(|pair| self.gathering.meets_in(*pair, number) && free(pair) && within(pair)).collect();
        let mut listing = Listing { pairs: &pairs, tables: self.gathering.tables, steps: STEPS, ways: Vec::new() };
        listing.seat(&pairs, &mut Vec::new())?;
        Some(listing.ways)
    }
}

/// The list of maximal ways to seat one round, while it is drawn up.
struct Listing<'a> {
    pairs: &'a [Pair],
    tables: usize,
    steps: usize,
    ways: Vec<Round>,
}

impl Listing<'_> {
    /// Adds every way that begins with `seated` and goes on with pairs of `rest`.
    fn seat(&mut self, rest: &[Pair], seated: &mut Round) -> Option<()> {
        self.steps = self.steps.checked_sub(1)?;
        let open = |pair: &Pair| !seated.iter().any(|other| pair.0 == other.0 || pair.1 == other.1);
        let full = seated.len() == self.tables;
        let next = if full { None } else { rest.iter().position(open) };
        let Some(at) = next else {
            if full || !self.pairs.iter().any(open) {
                self.ways.push(seated.clone());
            }
            return Some(());
        };
        let (pair, after) = (rest.get(at)?, rest.get(at + 1..)?);
        seated.push(*pair);
        self.seat(after, seated)?;
        seated.pop();
        self.seat(after, seated)
    }
}
