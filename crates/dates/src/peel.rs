//! Takes one round off a chosen set of pairs, so that what is left can still be played.
#![expect(clippy::indexing_slicing, reason = "people are numbered by the caller's own slices")]

use super::flow::Network;
use super::gathering::{Gathering, Guest, Pair, Round};

/// Longer waits than this are all the same.
const LONGEST_WAIT: u32 = 6;
/// Keeps the arithmetic of a hall of ten thousand inside 63 bits.
const LONGEST_SUM: i64 = 1 << 44;

/// One round out of `chosen`: everybody who would otherwise lose a date, then whoever waited longest.
/// Without presence windows the rounds come out even, to one date.
/// The pairs come in the order of `chosen`.
pub fn peel(gathering: &Gathering, round: usize, chosen: &[Pair]) -> Round {
    let left = gathering.rounds.saturating_sub(round).max(1);
    let size =
        if gathering.has_windows() { gathering.tables } else { chosen.len().div_ceil(left).min(gathering.tables) };
    let playable: Vec<Pair> = chosen.iter().copied().filter(|pair| gathering.meets_in(*pair, round)).collect();
    let mut degrees = (vec![0; gathering.men.len()], vec![0; gathering.women.len()]);
    for (man, woman) in chosen {
        degrees.0[*man] += 1;
        degrees.1[*woman] += 1;
    }
    let seats = [wishes(&degrees.0, &gathering.men, round, left), wishes(&degrees.1, &gathering.women, round, left)];
    // Who is not seated now loses a date for good, and that outweighs everybody's waiting together.
    let all: i64 = seats.iter().flatten().map(|wish| wish.worth).sum();
    let now_or_never = 1 + all.min(LONGEST_SUM);
    let worth = |wish: &Wish| if wish.last_chance { now_or_never } else { wish.worth };
    let [men, women] = seats.each_ref().map(|side| side.iter().map(worth).collect::<Vec<_>>());
    matching(&men, &women, &playable, size)
}

/// What seating one person now is worth.
struct Wish {
    worth: i64,
    last_chance: bool,
}

fn wishes(degrees: &[usize], guests: &[Guest], round: usize, left: usize) -> Vec<Wish> {
    let wish = |(&degree, guest): (&usize, &Guest)| {
        let wait = guest.waited.min(LONGEST_WAIT);
        Wish {
            worth: 1 + 1024 * i64::from(wait) * 16_i64.pow(wait) + 64 * degree as i64 / left as i64,
            last_chance: degree > 0 && degree >= guest.attendable(round),
        }
    };
    degrees.iter().zip(guests).map(wish).collect()
}

/// At most `size` disjoint pairs whose people are worth most together; as many pairs as there can be,
/// since seating two more people always adds to the worth.
fn matching(men: &[i64], women: &[i64], pairs: &[Pair], size: usize) -> Round {
    let (source, sink) = (men.len() + women.len(), men.len() + women.len() + 1);
    let mut network = Network::new(sink + 1);
    for (man, woman) in pairs {
        network.arc(*man, men.len() + *woman, 1);
    }
    (0..men.len()).for_each(|man| network.arc(source, man, 1));
    (0..women.len()).for_each(|woman| network.arc(men.len() + woman, sink, 1));
    let costs = pairs.iter().map(|_| 0).chain(men.iter().chain(women).map(|worth| -worth)).collect();
    let most = size.min(men.len()).min(women.len());
    let units = network.cheapest(source, sink, most as i64, &[costs]);
    pairs.iter().zip(units).filter(|(_, units)| *units > 0).map(|(pair, _)| *pair).collect()
}
