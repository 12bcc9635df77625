//! How good a plan is, and how good any plan could be.

use super::choose::{Offer, Standing, choose};
use super::gathering::{Gathering, Guest, Pair, Round};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Fairness first, score second: of two plans for the same people the greater merit wins.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Merit {
    /// Dates per person, history included, sorted upwards.
    pub profile: Vec<u32>,
    /// The scores of all pairs together.
    pub total: u64,
}

impl Merit {
    pub fn of(gathering: &Gathering, rounds: &[Round]) -> Self {
        Merit { profile: gathering.profile(rounds), total: gathering.scores.total(rounds.iter().flatten()) }
    }

    /// The sum of all dates, each counted for both people.
    pub fn dates(&self) -> u64 {
        self.profile.iter().copied().map(u64::from).sum()
    }
}

/// What everybody brings to the choice of pairs from `round` on.
pub fn standings(guests: &[Guest], round: usize) -> Vec<Standing> {
    let standing = |guest: &Guest| Standing { had: guest.had, cap: guest.attendable(round).min(guest.most) };
    guests.iter().map(standing).collect()
}

/// The pairs that may still meet in some round from `round` on, `met` excepted, with nothing but their score as worth.
pub fn offers(gathering: &Gathering, round: usize, met: &[Pair]) -> Vec<Offer> {
    let mut met = met.to_vec();
    met.sort_unstable();
    let possible = |pair: Pair| {
        let (man, woman) = (gathering.men.get(pair.0)?, gathering.women.get(pair.1)?);
        let (from, until) = (man.from.max(woman.from).max(round), man.until.min(woman.until));
        (from < until && met.binary_search(&pair).is_err()).then_some(pair)
    };
    let allowed = gathering.scores.allowed();
    allowed.filter_map(|(pair, score)| possible(pair).map(|pair| Offer { pair, worth: i64::from(score) })).collect()
}

/// The fairest and best pairs to meet from `round` on, and therefore a bound on every plan.
/// With a seed, pairs that are otherwise equal are told apart by lot, so that no badge number is favoured.
pub fn fairest(gathering: &Gathering, round: usize, met: &[Pair], seed: Option<&[u8; 32]>) -> Vec<Pair> {
    let mut offers = offers(gathering, round, met);
    let most = gathering.tables.saturating_mul(gathering.rounds.saturating_sub(round));
    let (men, women) = (standings(&gathering.men, round), standings(&gathering.women, round));
    if let Some(seed) = seed {
        draw_lots(&mut offers, seed, gathering.rounds.saturating_mul(men.len().min(women.len())));
    }
    let taken = choose(&men, &women, &offers, most);
    taken.into_iter().filter_map(|at| offers.get(at)).map(|offer| offer.pair).collect()
}

/// Above this many dates the arithmetic leaves no room to keep lots below one point of score altogether.
const MANY_DATES: usize = 10_000;

/// Adds to every worth a lot from 0 to 7 which all `dates` lots together cannot raise to one point of score.
fn draw_lots(offers: &mut [Offer], seed: &[u8; 32], dates: usize) {
    let unit = if dates <= MANY_DATES { 1 + 7 * dates as i64 } else { 8 };
    let mut drawn = (usize::MAX, usize::MAX, [0; 32]);
    for offer in offers {
        let (man, block) = (offer.pair.0, offer.pair.1 / 32);
        if (drawn.0, drawn.1) != (man, block) {
            drawn = (man, block, lots(seed, man, block));
        }
        let lot = drawn.2.get(offer.pair.1 % 32).map_or(0, |byte| i64::from(byte % 8));
        offer.worth = offer.worth * unit + lot;
    }
}

/// The lots of one man with 32 women, as HMAC-SHA256 of their places.
fn lots(seed: &[u8; 32], man: usize, block: usize) -> [u8; 32] {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(seed) else { return [0; 32] };
    mac.update(b"queqiao/date/v1\0");
    mac.update(&(man as u64).to_be_bytes());
    mac.update(&(block as u64).to_be_bytes());
    mac.finalize().into_bytes().into()
}
