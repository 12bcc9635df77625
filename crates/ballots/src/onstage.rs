//! Which of the willing couples go on stage together: a stable choice, so that nobody up there
//! would rather stand beside somebody else who would rather stand beside them.
//!
//! Two sides: Gale and Shapley (1962) from both sides; where the two differ, the smaller sum of
//! ranks, then the coin. Any graph: couples who are each other's best remaining, again and again;
//! where there are none, the pair with the smallest (worse rank, sum of ranks, coin).

use std::cmp::{max, min};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::mutual::Mutual;

/// Decides between equals. Drawn when the round opens and shown with it, before any ballot, so
/// that nobody can have chosen it to suit the outcome.
#[derive(Clone, Copy, Debug)]
pub struct Coin([u8; 32]);

impl Coin {
    #[must_use]
    pub fn new(seed: [u8; 32]) -> Self {
        Self(seed)
    }

    fn toss(&self, what: &[u8]) -> [u8; 32] {
        // A key of any length is valid for HMAC, so there is no error to tell.
        let tossed = Hmac::<Sha256>::new_from_slice(&self.0).map(|mut coin| {
            coin.update(b"queqiao/coin/v1\0");
            coin.update(what);
            coin.finalize().into_bytes().into()
        });
        tossed.unwrap_or_default()
    }

    fn of(&self, pair: &Mutual) -> [u8; 32] {
        self.toss([pair.lo.to_be_bytes(), pair.hi.to_be_bytes()].as_flattened())
    }

    /// Which of two equally good choices: the first, or the second.
    fn prefers_second(&self) -> bool {
        self.toss(b"sides").first().is_some_and(|byte| byte & 1 == 1)
    }
}

/// Ranks of the partners a person may go with, dearest first.
type Wishes = BTreeMap<u32, Vec<(u8, u32)>>;

/// The couples that go on stage, `(lo, hi)` by number, from a two-sided event. `proposes` tells
/// which people are of the first side; each pair has one of each.
#[must_use]
pub fn of_two_sides(mutual: &[Mutual], proposes: impl Fn(u32) -> bool, coin: Coin) -> Vec<(u32, u32)> {
    let wishes = wishes(mutual);
    let (first, second): (Wishes, Wishes) = wishes.into_iter().partition(|(person, _)| proposes(*person));
    let by_first = propose(&first, &second);
    let by_second = propose(&second, &first);
    let mut one = sorted(by_first.into_iter().map(|(host, suitor)| (suitor, host)));
    let two = sorted(by_second);
    if one != two {
        let (sum_one, sum_two) = (rank_sum(&one, mutual), rank_sum(&two, mutual));
        if sum_two < sum_one || (sum_two == sum_one && coin.prefers_second()) {
            one = two;
        }
    }
    one
}

/// The couples that go on stage where anybody may meet anybody.
#[must_use]
pub fn of_anybody(mutual: &[Mutual], coin: Coin) -> Vec<(u32, u32)> {
    let mut left: Vec<&Mutual> = mutual.iter().filter(|pair| pair.willing).collect();
    let mut couples = vec![];
    while !left.is_empty() {
        let mut best: BTreeMap<u32, u8> = BTreeMap::new();
        for pair in &left {
            for (person, rank) in [(pair.lo, pair.lo_rank), (pair.hi, pair.hi_rank)] {
                best.entry(person).and_modify(|best| *best = min(*best, rank)).or_insert(rank);
            }
        }
        let is_best = |person: u32, rank: u8| best.get(&person) == Some(&rank);
        let mut taken: Vec<&Mutual> =
            left.iter().copied().filter(|p| is_best(p.lo, p.lo_rank) && is_best(p.hi, p.hi_rank)).collect();
        if taken.is_empty() {
            let fairest = |p: &&&Mutual| (max(p.lo_rank, p.hi_rank), p.lo_rank + p.hi_rank, coin.of(p));
            taken.extend(left.iter().min_by_key(fairest).copied());
        }
        let gone: BTreeSet<u32> = taken.iter().flat_map(|pair| [pair.lo, pair.hi]).collect();
        couples.extend(taken.iter().map(|pair| (pair.lo, pair.hi)));
        left.retain(|pair| !gone.contains(&pair.lo) && !gone.contains(&pair.hi));
    }
    sorted(couples)
}

/// Host to suitor, after every suitor has asked down the list until kept or out of names.
fn propose(suitors: &Wishes, hosts: &Wishes) -> BTreeMap<u32, u32> {
    let rank = |host: u32, suitor: u32| {
        hosts.get(&host).and_then(|list| list.iter().find(|(_, person)| *person == suitor)).map(|(rank, _)| *rank)
    };
    let mut proposals: BTreeMap<u32, usize> = BTreeMap::new();
    let mut kept: BTreeMap<u32, u32> = BTreeMap::new();
    let mut free: VecDeque<u32> = suitors.keys().copied().collect();
    while let Some(suitor) = free.pop_front() {
        let next = proposals.entry(suitor).or_default();
        let Some((_, host)) = suitors.get(&suitor).and_then(|list| list.get(*next)).copied() else { continue };
        *next += 1;
        match kept.get(&host).copied() {
            Some(holder) if rank(host, holder) <= rank(host, suitor) => free.push_back(suitor),
            Some(holder) => {
                kept.insert(host, suitor);
                free.push_back(holder);
            }
            None => {
                kept.insert(host, suitor);
            }
        }
    }
    kept
}

fn wishes(mutual: &[Mutual]) -> Wishes {
    let mut wishes = Wishes::new();
    for pair in mutual.iter().filter(|pair| pair.willing) {
        wishes.entry(pair.lo).or_default().push((pair.lo_rank, pair.hi));
        wishes.entry(pair.hi).or_default().push((pair.hi_rank, pair.lo));
    }
    wishes.values_mut().for_each(|list| list.sort_unstable());
    wishes
}

fn rank_sum(couples: &[(u32, u32)], mutual: &[Mutual]) -> u32 {
    let chosen = mutual.iter().filter(|pair| couples.binary_search(&(pair.lo, pair.hi)).is_ok());
    chosen.map(|pair| u32::from(pair.lo_rank) + u32::from(pair.hi_rank)).sum()
}

fn sorted(couples: impl IntoIterator<Item = (u32, u32)>) -> Vec<(u32, u32)> {
    let mut couples: Vec<_> = couples.into_iter().map(|(a, b)| (min(a, b), max(a, b))).collect();
    couples.sort_unstable();
    couples
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ballot::Ballot;
    use crate::mutual::count;
    use crate::mutual::tests::{room, willing};
    use proptest::prelude::*;

    type Ballots = [(u32, &'static [u32]); 4];
    const C1: Ballots = [(1, &[11, 12]), (2, &[11]), (11, &[2, 1]), (12, &[1])];
    const C3: Ballots = [(1, &[11]), (2, &[11, 12]), (11, &[2, 1]), (12, &[2])];
    const C4: Ballots = [(1, &[11, 12]), (2, &[12, 11]), (11, &[2, 1]), (12, &[1, 2])];

    fn coin(byte: u8) -> Coin {
        Coin::new([byte; 32])
    }

    fn staged(ballots: &[(u32, &[u32])], coin: Coin) -> Vec<(u32, u32)> {
        of_two_sides(&count(&willing(ballots)).mutual, |person| person < 10, coin)
    }

    #[test]
    fn c1_the_dearer_couple_goes_up() {
        assert_eq!(staged(&C1, coin(0)), [(1, 12), (2, 11)]);
        assert_eq!(of_anybody(&count(&willing(&C1)).mutual, coin(0)), [(1, 12), (2, 11)]);
    }

    #[test]
    fn c3_two_first_choices_are_not_parted_for_a_longer_list() {
        assert_eq!(staged(&C3, coin(0)), [(2, 11)]);
    }

    #[test]
    fn c4_the_coin_decides_between_two_stable_choices() {
        let heads = (0..=255).map(coin).find(|coin| !coin.prefers_second()).unwrap();
        let tails = (0..=255).map(coin).find(Coin::prefers_second).unwrap();
        assert_eq!(staged(&C4, heads), [(1, 11), (2, 12)]);
        assert_eq!(staged(&C4, tails), [(1, 12), (2, 11)]);
    }

    #[test]
    fn c5_of_three_friends_one_couple_goes_up() {
        let mutual = count(&willing(&[(1, &[2, 3]), (2, &[3, 1]), (3, &[1, 2])])).mutual;
        assert_eq!(mutual.len(), 3);
        let chosen: BTreeSet<_> = (0..=255).map(|byte| of_anybody(&mutual, coin(byte))).collect();
        assert!(chosen.iter().all(|couples| couples.len() == 1));
        assert!(chosen.contains(&vec![(1, 2)]));
    }

    #[test]
    fn nobody_goes_up_who_does_not_want_to() {
        let shy = [(1, Ballot::cast(&[11], true).unwrap()), (11, Ballot::cast(&[1], false).unwrap())];
        let mutual = count(&shy.into()).mutual;
        assert_eq!(mutual.len(), 1);
        assert!(of_two_sides(&mutual, |person| person < 10, coin(0)).is_empty());
        assert!(of_anybody(&mutual, coin(0)).is_empty());
    }

    fn legal(couples: &[(u32, u32)], mutual: &[Mutual]) -> bool {
        let people: BTreeSet<u32> = couples.iter().flat_map(|(a, b)| [*a, *b]).collect();
        people.len() == couples.len() * 2
            && couples.iter().all(|(a, b)| mutual.iter().any(|pair| pair.willing && (pair.lo, pair.hi) == (*a, *b)))
    }

    fn firsts_are_there(couples: &[(u32, u32)], mutual: &[Mutual]) -> bool {
        mutual
            .iter()
            .filter(|pair| pair.willing && pair.lo_rank == 1 && pair.hi_rank == 1)
            .all(|pair| couples.contains(&(pair.lo, pair.hi)))
    }

    /// A willing pair who would both rather be with each other than where they are.
    fn blocked(couples: &[(u32, u32)], mutual: &[Mutual]) -> bool {
        let rank_now = |person: u32| {
            mutual
                .iter()
                .find(|pair| couples.contains(&(pair.lo, pair.hi)) && (pair.lo == person || pair.hi == person))
                .map_or(u8::MAX, |pair| if pair.lo == person { pair.lo_rank } else { pair.hi_rank })
        };
        mutual
            .iter()
            .filter(|pair| pair.willing)
            .any(|pair| pair.lo_rank < rank_now(pair.lo) && pair.hi_rank < rank_now(pair.hi))
    }

    proptest! {
        /// P-C7 for two sides, odd numbers on one and even on the other.
        #[test]
        fn p_c7_the_stage_is_stable(room in room(), shy in prop::collection::vec(any::<bool>(), 13), byte: u8) {
            let ballots = room.iter().map(|(person, named)| {
                let named: Vec<u32> = named.iter().copied().filter(|other| (person + other) % 2 == 1).collect();
                (*person, Ballot::cast(&named, !shy[*person as usize]).unwrap())
            }).collect();
            let mutual = count(&ballots).mutual;
            let couples = of_two_sides(&mutual, |person| person % 2 == 1, coin(byte));
            prop_assert!(legal(&couples, &mutual));
            prop_assert!(firsts_are_there(&couples, &mutual));
            prop_assert!(!blocked(&couples, &mutual));
        }

        /// P-C7 for any graph, where a stable choice need not exist.
        #[test]
        fn p_c7_first_choices_go_up_together_in_any_room(room in room(), byte: u8) {
            let ballots = room.iter().map(|(p, t)| (*p, Ballot::cast(t, true).unwrap())).collect();
            let mutual = count(&ballots).mutual;
            let couples = of_anybody(&mutual, coin(byte));
            prop_assert!(legal(&couples, &mutual));
            prop_assert!(firsts_are_there(&couples, &mutual));
            prop_assert!(mutual.is_empty() == couples.is_empty());
        }
    }
}
