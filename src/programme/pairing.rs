//! Draws pairs to break the ice: a man and a woman wherever there are enough of both.
//!
//! The order is drawn; then as many mixed pairs as there can be are found by augmenting paths (Kuhn 1955). Who is left
//! over pairs up within a side, and the last of an odd hall joins a pair.

#![expect(clippy::indexing_slicing, reason = "places are those of the slices they are read from")]

use rand::Rng;
use rand::seq::SliceRandom;

/// Pairs, and at most one group of three, by place in the hall. Two who may not meet never share one: whoever may meet
/// nobody is left out.
///
/// # Arguments
/// `sides`: where the men and where the women stand in the hall; where anybody may meet anybody, all of them in one.
/// `may_meet`: whether two may be drawn together; the same both ways.
pub fn draw(
    (mut men, mut women): (Vec<usize>, Vec<usize>),
    may_meet: impl Fn(usize, usize) -> bool,
    dice: &mut impl Rng,
) -> Vec<Vec<usize>> {
    men.shuffle(dice);
    women.shuffle(dice);
    let partners = mixed(&men, &women, &may_meet);
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut left: Vec<usize> = men.clone();
    for (woman, man) in women.iter().zip(partners) {
        match man {
            Some(man) => {
                left.retain(|one| *one != man);
                groups.push(vec![man, *woman]);
            }
            None => left.push(*woman),
        }
    }
    let mut alone = Vec::new();
    while let Some(one) = left.pop() {
        match left.iter().rposition(|other| may_meet(one, *other)) {
            Some(at) => groups.push(vec![one, left.swap_remove(at)]),
            None => alone.push(one),
        }
    }
    for one in alone {
        let welcome = |group: &&mut Vec<usize>| group.len() == 2 && group.iter().all(|other| may_meet(one, *other));
        if let Some(group) = groups.iter_mut().find(welcome) {
            group.push(one);
        }
    }
    groups
}

/// The man of every woman in as many mixed pairs as there can be.
fn mixed(men: &[usize], women: &[usize], may_meet: &impl Fn(usize, usize) -> bool) -> Vec<Option<usize>> {
    let mut partners = vec![None; women.len()];
    for &man in men {
        find_augmenting_path(man, women, may_meet, &mut partners, &mut vec![false; women.len()]);
    }
    partners
}

/// Finds a man a partner, asking those who have one already to look for another.
fn find_augmenting_path(
    man: usize,
    women: &[usize],
    may_meet: &impl Fn(usize, usize) -> bool,
    partners: &mut Vec<Option<usize>>,
    seen: &mut Vec<bool>,
) -> bool {
    // Whoever is free first: long chains of people who change places are rare then.
    let free_first = [true, false];
    for free in free_first {
        for at in 0..women.len() {
            if seen[at] || partners[at].is_none() != free || !may_meet(man, women[at]) {
                continue;
            }
            seen[at] = true;
            let moved = match partners[at] {
                None => true,
                Some(other) => find_augmenting_path(other, women, may_meet, partners, seen),
            };
            if moved {
                partners[at] = Some(man);
                return true;
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;
    use crate::chance::seeded;

    fn drawn(men: usize, women: usize, apart: &HashSet<(usize, usize)>, seed: u8) -> Vec<Vec<usize>> {
        let may_meet = |one: usize, other: usize| !apart.contains(&(one.min(other), one.max(other)));
        draw(((0..men).collect(), (men..men + women).collect()), may_meet, &mut seeded([seed; 32]))
    }

    #[test]
    fn somebody_gives_way_so_that_everybody_has_a_partner() {
        // 0 may meet only 2, 1 may meet both.
        let apart = HashSet::from([(0, 3)]);
        for seed in 0..20 {
            let mut pairs = drawn(2, 2, &apart, seed);
            pairs.sort();
            assert_eq!(pairs, [vec![0, 2], vec![1, 3]]);
        }
    }

    #[test]
    fn the_odd_one_joins_a_pair() {
        let groups = drawn(2, 1, &HashSet::new(), 7);
        assert_eq!(groups.len(), 1);
        assert_eq!(groups[0].len(), 3);
    }

    #[test]
    fn other_dice_draw_other_pairs() {
        let all: HashSet<Vec<Vec<usize>>> = (0..10).map(|seed| drawn(5, 5, &HashSet::new(), seed)).collect();
        assert!(all.len() > 5);
        assert_eq!(drawn(5, 5, &HashSet::new(), 3), drawn(5, 5, &HashSet::new(), 3));
    }

    proptest! {
        #[test]
        fn nobody_is_drawn_twice_or_with_whom_they_may_not_meet(
            men in 0..12usize, women in 0..12usize, seed: u8,
            apart in prop::collection::hash_set((0..24usize, 0..24usize), 0..40)
        ) {
            let apart: HashSet<(usize, usize)> =
                apart.into_iter().map(|(one, other)| (one.min(other), one.max(other))).collect();
            let groups = drawn(men, women, &apart, seed);
            let mut seen = HashSet::new();
            for group in &groups {
                prop_assert!((2..=3).contains(&group.len()));
                for (at, one) in group.iter().enumerate() {
                    prop_assert!(seen.insert(*one));
                    for other in &group[at + 1..] {
                        prop_assert!(!apart.contains(&(*one.min(other), *one.max(other))));
                    }
                }
            }
            if apart.is_empty() && men + women > 1 {
                prop_assert_eq!(seen.len(), men + women);
                let mixed = groups.iter().filter(|group| group.iter().any(|one| *one < men) && group.iter().any(|one| *one >= men));
                prop_assert!(mixed.count() >= men.min(women));
            }
        }
    }
}
