//! Who picked each other: the one thing about picks that outlives the round.

use std::collections::HashMap;

use crate::ballot::Ballot;

/// Two people who named each other. The ranks are for choosing who goes on stage and are never
/// stored or shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mutual {
    /// The smaller person number.
    pub lo: u32,
    pub hi: u32,
    /// How dear `hi` is to `lo`, 1 the dearest.
    pub lo_rank: u8,
    /// How dear `lo` is to `hi`.
    pub hi_rank: u8,
    /// Both would walk on stage.
    pub willing: bool,
}

/// What a round comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Ballots somebody sent, empty ones too.
    pub ballots: usize,
    /// People named on them, all together.
    pub picks: usize,
    /// Every pair once, by number.
    pub mutual: Vec<Mutual>,
}

/// Counts opened ballots, one a person.
#[must_use]
pub fn count(ballots: &HashMap<u32, Ballot>) -> Counted {
    let mut counted = Counted::default();
    for (&person, ballot) in ballots {
        counted.ballots += usize::from(ballot.cast);
        for (target, place) in ballot.targets().zip(1..) {
            counted.picks += 1;
            // Seen from the smaller number alone, so that no pair is found twice.
            if person >= target {
                continue;
            }
            let Some(theirs) = ballots.get(&target) else { continue };
            let Some(back) = theirs.rank(person) else { continue };
            let willing = ballot.stage && theirs.stage;
            counted.mutual.push(Mutual { lo: person, hi: target, lo_rank: place, hi_rank: back, willing });
        }
    }
    counted.mutual.sort_unstable();
    counted
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Ballots by number, everybody willing to go on stage.
    pub fn willing(ballots: &[(u32, &[u32])]) -> HashMap<u32, Ballot> {
        ballots.iter().map(|(person, targets)| (*person, Ballot::cast(targets, true).unwrap())).collect()
    }

    fn pairs(ballots: &[(u32, &[u32])]) -> Vec<(u32, u32, u8, u8)> {
        count(&willing(ballots)).mutual.iter().map(|pair| (pair.lo, pair.hi, pair.lo_rank, pair.hi_rank)).collect()
    }

    #[test]
    fn c1_three_pairs_are_mutual() {
        let ballots: [(u32, &[u32]); 4] = [(1, &[11, 12]), (2, &[11]), (11, &[2, 1]), (12, &[1])];
        assert_eq!(pairs(&ballots), [(1, 11, 1, 2), (1, 12, 2, 1), (2, 11, 1, 1)]);
    }

    #[test]
    fn c2_one_sided_picks_come_to_nothing() {
        let ballots: [(u32, &[u32]); 4] = [(1, &[11]), (11, &[2]), (2, &[12]), (12, &[])];
        let counted = count(&willing(&ballots));
        assert_eq!((counted.ballots, counted.picks, counted.mutual.len()), (4, 3, 0));
    }

    #[test]
    fn ballots_made_at_the_opening_are_not_counted_as_sent() {
        let ballots = HashMap::from([(1, Ballot::default()), (11, Ballot::cast(&[1], false).unwrap())]);
        assert_eq!(count(&ballots), Counted { ballots: 1, picks: 1, mutual: vec![] });
    }

    /// Any room of up to twelve people, each naming up to five others.
    pub fn room() -> impl Strategy<Value = Vec<(u32, Vec<u32>)>> {
        (2..=12u32).prop_flat_map(|people| {
            (1..=people)
                .map(|person| {
                    let others: Vec<u32> = (1..=people).filter(|other| *other != person).collect();
                    let most = others.len().min(5);
                    let named = prop::sample::subsequence(others, 0..=most).prop_shuffle();
                    named.prop_map(move |named| (person, named))
                })
                .collect::<Vec<_>>()
        })
    }

    proptest! {
        /// P-C1: the count is the definition, whatever the order of the ballots.
        #[test]
        fn p_c1_mutual_is_naming_each_other(mut room in room().prop_shuffle()) {
            let ballots = room.iter().map(|(p, t)| (*p, Ballot::cast(t, false).unwrap())).collect();
            let found: Vec<(u32, u32)> = count(&ballots).mutual.iter().map(|pair| (pair.lo, pair.hi)).collect();
            room.sort();
            let mut wanted = vec![];
            for (a, a_names) in &room {
                for (b, b_names) in &room {
                    if a < b && a_names.contains(b) && b_names.contains(a) {
                        wanted.push((*a, *b));
                    }
                }
            }
            prop_assert_eq!(found, wanted);
        }

        /// P-C2: renumbering people changes nothing but their names.
        #[test]
        fn p_c2_numbers_do_not_matter(room in room(), key in 1..1000u32) {
            let renamed = |person: u32| (person * 7919 + key) % 104_729 + 1;
            let first: HashMap<_, _> = room.iter().map(|(p, t)| (*p, Ballot::cast(t, false).unwrap())).collect();
            let second = room.iter().map(|(p, t)| {
                let targets: Vec<u32> = t.iter().map(|t| renamed(*t)).collect();
                (renamed(*p), Ballot::cast(&targets, false).unwrap())
            }).collect();
            let oriented = |pair: &Mutual, a: u32, b: u32| {
                if a < b { (a, b, pair.lo_rank, pair.hi_rank) } else { (b, a, pair.hi_rank, pair.lo_rank) }
            };
            let mut wanted: Vec<_> =
                count(&first).mutual.iter().map(|pair| oriented(pair, renamed(pair.lo), renamed(pair.hi))).collect();
            wanted.sort_unstable();
            let found: Vec<_> = count(&second).mutual.iter().map(|pair| oriented(pair, pair.lo, pair.hi)).collect();
            prop_assert_eq!(found, wanted);
        }
    }
}
