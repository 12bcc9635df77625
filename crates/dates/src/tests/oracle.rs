//! What the planner is compared with: slow, short and obviously right.

use crate::gathering::{Gathering, Guest, Pair, Round, Scores};
use crate::merit::Merit;
use proptest::prelude::*;
use std::collections::HashSet;

/// Says what is wrong with a plan, if anything is.
pub fn breach(gathering: &Gathering, rounds: &[Round]) -> Option<String> {
    let mut met = HashSet::new();
    if rounds.len() != gathering.rounds {
        return Some(format!("{} rounds where there are {}", rounds.len(), gathering.rounds));
    }
    for (number, round) in rounds.iter().enumerate() {
        let (mut men, mut women) = (HashSet::new(), HashSet::new());
        if round.len() > gathering.tables {
            return Some(format!("round {number} needs {} tables", round.len()));
        }
        for pair in round {
            if !men.insert(pair.0) || !women.insert(pair.1) {
                return Some(format!("somebody of {pair:?} sits twice in round {number}"));
            }
            if gathering.scores.of(*pair).is_none() || !gathering.meets_in(*pair, number) {
                return Some(format!("{pair:?} may not meet in round {number}"));
            }
            if !met.insert(*pair) {
                return Some(format!("{pair:?} meet again in round {number}"));
            }
        }
    }
    let dates = |same: &dyn Fn(&Pair) -> bool| met.iter().filter(|pair| same(pair)).count();
    let over = (0..gathering.men.len()).any(|man| dates(&|pair| pair.0 == man) > gathering.men[man].most)
        || (0..gathering.women.len()).any(|woman| dates(&|pair| pair.1 == woman) > gathering.women[woman].most);
    over.then(|| "somebody has more dates than rounds to attend".to_owned())
}

/// The best merit of any schedule at all, by trying every schedule.
pub fn best(gathering: &Gathering) -> Merit {
    let mut rounds = vec![Vec::new(); gathering.rounds];
    let mut best = Merit::of(gathering, &rounds);
    let pairs: Vec<Pair> = gathering.scores.allowed().map(|(pair, _)| pair).collect();
    place(gathering, &pairs, &mut rounds, &mut best);
    best
}

/// Each pair meets in one of the rounds, or never.
fn place(gathering: &Gathering, pairs: &[Pair], rounds: &mut Vec<Round>, best: &mut Merit) {
    let Some((pair, rest)) = pairs.split_first() else {
        let merit = Merit::of(gathering, rounds);
        if merit > *best {
            *best = merit;
        }
        return;
    };
    place(gathering, rest, rounds, best);
    for number in 0..rounds.len() {
        let taken = rounds[number].iter().any(|other| other.0 == pair.0 || other.1 == pair.1);
        if taken || rounds[number].len() == gathering.tables || !gathering.meets_in(*pair, number) {
            continue;
        }
        rounds[number].push(*pair);
        let dates = |same: &dyn Fn(&Pair) -> bool| rounds.iter().flatten().filter(|other| same(other)).count();
        if dates(&|other| other.0 == pair.0) <= gathering.men[pair.0].most
            && dates(&|other| other.1 == pair.1) <= gathering.women[pair.1].most
        {
            place(gathering, rest, rounds, best);
        }
        rounds[number].pop();
    }
}

/// How the people of a random gathering come and go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attendance {
    /// All the time, or not at all.
    Whole,
    /// Some only for a number of rounds, whichever they are.
    Counted,
    /// Some come late or leave early.
    Windows,
}

/// Gatherings small enough for [`best`], of all kinds.
pub fn small(attendance: Attendance) -> impl Strategy<Value = Gathering> {
    (1..=3_usize, 1..=3_usize, 0..=3_usize, 1..=3_usize).prop_flat_map(move |(men, women, rounds, tables)| {
        let score = prop_oneof![1 => Just(None), 3 => (0..=9_u32).prop_map(Some)];
        let cells = prop::collection::vec(score, men * women);
        let side = |people| prop::collection::vec(guest(attendance, rounds), people);
        (side(men), side(women), cells).prop_map(move |(men, women, cells)| {
            let mut scores = Scores::none(men.len(), women.len());
            for (at, score) in cells.into_iter().enumerate() {
                scores.set((at / women.len(), at % women.len()), score);
            }
            Gathering { men, women, scores, rounds, tables }
        })
    })
}

fn guest(attendance: Attendance, rounds: usize) -> impl Strategy<Value = Guest> {
    (0..=2_u32, 0..=2_u32, 0..=rounds, 0..=rounds, 0..4).prop_map(move |(had, waited, one, other, kind)| {
        let whole = Guest { had, waited, ..Guest::staying(rounds) };
        match (attendance, kind) {
            (_, 0) => Guest { until: 0, ..whole },
            (Attendance::Counted, 1 | 2) => Guest { most: one, ..whole },
            (Attendance::Windows, 1 | 2) => Guest { from: one.min(other), until: one.max(other), ..whole },
            _ => whole,
        }
    })
}

/// A full hall with scores as an evening has them, the same for the same seed.
pub fn hall(men: usize, women: usize, rounds: usize, tables: usize, seed: u64) -> Gathering {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 33) as u32
    };
    let mut scores = Scores::none(men, women);
    for man in 0..men {
        for woman in 0..women {
            let score = next() % 1001;
            scores.set((man, woman), (next() % 20 > 0).then_some(score));
        }
    }
    let guests = |people| vec![Guest::staying(rounds); people];
    Gathering { men: guests(men), women: guests(women), scores, rounds, tables }
}
