//! A search through whole schedules, for small gatherings where somebody comes late or leaves early.
//!
//! Every round may be taken to be maximal: a date that could be held earlier loses nothing by it. The
//! choice of pairs without windows bounds what the rounds left can bring, which cuts nearly everything.

use super::gathering::{Gathering, Pair, Round};
use super::merit::{Merit, fairest};

/// Bounds computed before the search gives up: about half a second for six against six.
const PATIENCE: usize = 20_000;
/// Ways to seat one round before the gathering counts as too large to search.
const WAYS: usize = 4_000;

/// The better of `rounds` and what the search finds, which stops at `bound`.
pub fn improve(gathering: &Gathering, rounds: Vec<Round>, bound: &Merit) -> Vec<Round> {
    let merit = Merit::of(gathering, &rounds);
    let mut search = Search { gathering, bound, merit, best: rounds, patience: PATIENCE };
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
        let mut ways = Vec::new();
        self.seat(&pairs, &pairs, &mut Vec::new(), &mut ways)?;
        Some(ways)
    }

    fn seat(&self, pairs: &[Pair], rest: &[Pair], seated: &mut Round, ways: &mut Vec<Round>) -> Option<()> {
        let clash = |one: &Pair, other: &Pair| one.0 == other.0 || one.1 == other.1;
        let open = |pair: &Pair| !seated.iter().any(|other| clash(pair, other));
        let full = seated.len() == self.gathering.tables;
        let next = if full { None } else { rest.iter().position(open) };
        let Some(at) = next else {
            if full || !pairs.iter().any(open) {
                ways.push(seated.clone());
            }
            return (ways.len() <= WAYS).then_some(());
        };
        let (pair, after) = (rest.get(at)?, rest.get(at + 1..)?);
        seated.push(*pair);
        self.seat(pairs, after, seated, ways)?;
        seated.pop();
        self.seat(pairs, after, seated, ways)
    }
}
