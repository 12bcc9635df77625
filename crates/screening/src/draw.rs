//! Prizes drawn among a list that was fixed before anybody could know what it is drawn by: the tickets of the lottery,
//! given to the leaves of the list, so that whoever recomputes it has to be told of no person.
//!
//! Prizes are given out in their order, the seats of each to the smallest tickets. Whoever is passed over keeps their
//! leaf, and with it the root of the list stays as it was published.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};

use super::lottery::{self, Hash, Salt};

/// Something that is drawn, and for how many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = DrawPrize))]
#[serde(deny_unknown_fields)]
pub struct Prize {
    pub name: String,
    pub seats: u32,
}

/// How a list is drawn among.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    pub prizes: &'a [Prize],
    /// Whether one person may be drawn for several prizes; never twice for one.
    pub again: bool,
}

/// The row of an entrant as it is hashed: a JSON array that holds the number and nothing of the person.
pub fn row(number: &str) -> String {
    serde_json::json!([number]).to_string()
}

/// `SHA-256(0x00 ‖ salt ‖ row)`.
pub fn leaf(salt: &Salt, number: &str) -> Hash {
    lottery::leaf_of(salt, &row(number))
}

/// The ticket of a leaf for the prize in this place, from 1. Where nobody is drawn twice, it is the same for every
/// prize.
pub fn ticket(seed: &Hash, leaf: &Hash, prize: usize, again: bool) -> Hash {
    let leaf = HEXLOWER.encode(leaf);
    if again { lottery::ticket(seed, &format!("{prize}:{leaf}")) } else { lottery::ticket(seed, &leaf) }
}

/// Who is drawn for each prize, as places in `leaves`, the smallest ticket first. `passed_over` are places too.
pub fn drawn(leaves: &[Hash], passed_over: &[usize], rules: Rules<'_>, seed: &Hash) -> Vec<Vec<usize>> {
    let mut stays: Vec<usize> = (0..leaves.len()).filter(|place| !passed_over.contains(place)).collect();
    let mut won = Vec::with_capacity(rules.prizes.len());
    for (prize, held) in (1..).zip(rules.prizes) {
        // Equal tickets cannot be had; the leaf would decide.
        stays.sort_by_cached_key(|place| {
            let leaf = leaves.get(*place).copied().unwrap_or_default();
            (ticket(seed, &leaf, prize, rules.again), leaf)
        });
        let seats = stays.len().min(usize::try_from(held.seats).unwrap_or(usize::MAX));
        won.push(if rules.again {
            stays.iter().take(seats).copied().collect()
        } else {
            stays.drain(..seats).collect()
        });
    }
    won
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;

    fn prizes(seats: &[u32]) -> Vec<Prize> {
        seats.iter().map(|seats| Prize { name: "礼".to_owned(), seats: *seats }).collect()
    }

    fn leaves(count: u8) -> Vec<Hash> {
        (0..count).map(|index| leaf(&[index; 16], &format!("A{index:04}"))).collect()
    }

    /// Computed by another program, in another language (`hashlib` and `hmac`).
    #[test]
    fn known_answer() {
        let leaves = leaves(5);
        let root = lottery::root(&leaves);
        assert_eq!(HEXLOWER.encode(&leaves[1]), "8635b19c0f4a5aa2b592a13ec8fc14f8fe7e7949da272b3986bb7a7100585ef0");
        let seed = lottery::seed(&[], &root, "17 4 233");
        assert_eq!(HEXLOWER.encode(&seed), "f7ad3f240874d415049c1c703a67de18cacf29b5635d4f012fb867a6ea3c8f80");
        assert_eq!(
            HEXLOWER.encode(&ticket(&seed, &leaves[0], 1, false)),
            "88d45e2e6eb60ec381b8ad1d7f2797e12ef75cf58eb145a8684d8c1fff8c2514"
        );
        let (held, one) =
            (prizes(&[1, 2]), drawn(&leaves, &[], Rules { prizes: &prizes(&[1, 2]), again: false }, &seed));
        assert_eq!(one, [vec![2], vec![3, 0]]);
        assert_eq!(drawn(&leaves, &[], Rules { prizes: &held, again: true }, &seed), [vec![0], vec![4, 1]]);
        assert_eq!(drawn(&leaves, &[2], Rules { prizes: &held, again: false }, &seed), [vec![3], vec![0, 4]]);
    }

    proptest! {
        #[test]
        fn nobody_is_drawn_twice_and_no_seat_stays_empty(
            count in 0_u8..30, seats in prop::collection::vec(0_u32..6, 0..5), out in prop::collection::btree_set(0_usize..30, 0..8),
            seed: [u8; 32],
        ) {
            let (leaves, held) = (leaves(count), prizes(&seats));
            let out: Vec<usize> = out.into_iter().filter(|place| *place < leaves.len()).collect();
            let won = drawn(&leaves, &out, Rules { prizes: &held, again: false }, &seed);
            let all: Vec<usize> = won.iter().flatten().copied().collect();
            let wanted: usize = seats.iter().map(|seats| *seats as usize).sum();
            prop_assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
            prop_assert_eq!(all.len(), wanted.min(leaves.len() - out.len()));
            prop_assert!(all.iter().all(|place| !out.contains(place)));
            // A prize is not given before those that stand above it.
            let first_short = won.iter().zip(&seats).position(|(won, seats)| won.len() < *seats as usize);
            prop_assert!(first_short.is_none_or(|short| won[short + 1..].iter().all(Vec::is_empty)));
        }

        #[test]
        fn the_order_of_reading_changes_nothing(count in 1_u8..30, turn in 0_usize..30, again: bool, seed: [u8; 32]) {
            let (leaves, held) = (leaves(count), prizes(&[2, 3]));
            let rules = Rules { prizes: &held, again };
            let named = |leaves: &[Hash]| -> Vec<Vec<Hash>> {
                drawn(leaves, &[], rules, &seed).iter().map(|won| won.iter().map(|place| leaves[*place]).collect()).collect()
            };
            let mut turned = leaves.clone();
            turned.rotate_left(turn % leaves.len());
            prop_assert_eq!(named(&leaves), named(&turned));
        }

        #[test]
        fn whoever_is_passed_over_costs_nobody_else_a_seat(count in 2_u8..30, gone in 0_usize..30, seed: [u8; 32]) {
            let (leaves, held) = (leaves(count), prizes(&[2, 3]));
            let rules = Rules { prizes: &held, again: false };
            let gone = gone % leaves.len();
            let best = |won: Vec<Vec<usize>>| -> BTreeMap<usize, usize> {
                won.into_iter().enumerate().flat_map(|(prize, won)| won.into_iter().map(move |one| (one, prize))).collect()
            };
            let (with, without) = (best(drawn(&leaves, &[], rules, &seed)), best(drawn(&leaves, &[gone], rules, &seed)));
            prop_assert!(!without.contains_key(&gone));
            for (one, prize) in with.iter().filter(|(one, _)| **one != gone) {
                prop_assert!(without.get(one).is_some_and(|now| now <= prize));
            }
        }

        #[test]
        fn who_may_win_again_wins_each_prize_once(count in 1_u8..20, seats in prop::collection::vec(0_u32..25, 1..5), seed: [u8; 32]) {
            let (leaves, held) = (leaves(count), prizes(&seats));
            let won = drawn(&leaves, &[], Rules { prizes: &held, again: true }, &seed);
            for (won, seats) in won.iter().zip(&seats) {
                prop_assert_eq!(won.len(), leaves.len().min(*seats as usize));
                prop_assert_eq!(won.iter().collect::<BTreeSet<_>>().len(), won.len());
            }
        }
    }
}
