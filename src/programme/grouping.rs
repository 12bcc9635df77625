//! Deals people into groups that are alike: as many men and women in each as can be, none with somebody they are
//! kept apart from, colleagues apart, ages mixed.
//!
//! Sizes are exact by construction: people sorted by side, employer and age are dealt in turn, so that groups differ
//! by at most one person, and by at most one of each side. Then people of one side change places for as long as that
//! parts whoever must not meet, parts colleagues or evens out ages: the exchange step of the Lotfi–Cerveny–Weitz heuristic for the maximally
//! diverse grouping problem (Weitz and Lakshminarayanan 1998).

#![expect(clippy::indexing_slicing, reason = "people and groups are numbered by the caller's own slice and count")]

use std::collections::HashMap;
use std::hash::Hash;

use crate::registrations::registration::Side;

/// Exchanges looked at before the dealing is good enough: a hall of 1,000 takes well under a second.
const MOST_LOOKS: usize = 4_000_000;

/// What of a person decides where they go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guest<Unit> {
    pub side: Side,
    pub unit: Unit,
    /// Years from anywhere; none counts as the hall's average.
    pub age: Option<i32>,
}

/// The group of every guest, from 0. Everybody in group 0 where `groups` is 0. `apart` are the pairs of guests, by
/// their places, who share a group only where no exchange parts them.
#[must_use]
pub fn deal<Unit: Copy + Ord + Hash>(guests: &[Guest<Unit>], apart: &[(usize, usize)], groups: usize) -> Vec<usize> {
    let groups = groups.max(1);
    let mut order: Vec<usize> = (0..guests.len()).collect();
    order.sort_by_key(|&at| (guests[at].side as u8, guests[at].unit, guests[at].age, at));
    let mut dealt = vec![0; guests.len()];
    for (turn, &at) in order.iter().enumerate() {
        dealt[at] = turn % groups;
    }
    Table::laid(guests, apart, groups, dealt).evened()
}

/// How well groups are mixed: smaller is better, who must not meet before colleagues, and these before ages.
type Unevenness = (i64, i64, i64);

struct Table<'a, Unit> {
    guests: &'a [Guest<Unit>],
    /// Ages against the hall's average, times the number of guests who told theirs: whole numbers.
    ages: Vec<i64>,
    dealt: Vec<usize>,
    /// With whom each must not be.
    apart: Vec<Vec<usize>>,
    colleagues: Vec<HashMap<Unit, i64>>,
    age_of_group: Vec<i64>,
}

impl<'a, Unit: Copy + Ord + Hash> Table<'a, Unit> {
    fn laid(guests: &'a [Guest<Unit>], apart: &[(usize, usize)], groups: usize, dealt: Vec<usize>) -> Self {
        let known_ages: Vec<i64> = guests.iter().filter_map(|guest| guest.age).map(i64::from).collect();
        let (count, sum) = (i64::try_from(known_ages.len()).unwrap_or(1).max(1), known_ages.iter().sum::<i64>());
        let ages: Vec<i64> =
            guests.iter().map(|guest| guest.age.map_or(0, |age| i64::from(age) * count - sum)).collect();
        let mut table = Self {
            guests,
            ages,
            apart: vec![Vec::new(); guests.len()],
            colleagues: vec![HashMap::new(); groups],
            age_of_group: vec![0; groups],
            dealt: dealt.clone(),
        };
        for &(one, other) in apart {
            table.apart[one].push(other);
            table.apart[other].push(one);
        }
        for (at, group) in dealt.into_iter().enumerate() {
            *table.colleagues[group].entry(guests[at].unit).or_default() += 1;
            table.age_of_group[group] += table.ages[at];
        }
        table
    }

    fn evened(mut self) -> Vec<usize> {
        let mut looks = 0;
        let mut better = true;
        while better && looks < MOST_LOOKS {
            better = false;
            for one in 0..self.guests.len() {
                for other in one + 1..self.guests.len() {
                    looks += 1;
                    if self.gain(one, other) < Unevenness::default() {
                        self.exchange(one, other);
                        better = true;
                    }
                }
            }
        }
        self.dealt
    }

    /// What an exchange would change: negative is better. Nothing where it would unbalance the sides.
    fn gain(&self, one: usize, other: usize) -> Unevenness {
        let (here, there) = (self.dealt[one], self.dealt[other]);
        let (this, that) = (&self.guests[one], &self.guests[other]);
        if here == there || this.side != that.side {
            return Unevenness::default();
        }
        let met = |of: usize, group: usize, but: usize| {
            let there = self.apart[of].iter().filter(|&&at| at != but && self.dealt[at] == group).count();
            i64::try_from(there).unwrap_or(i64::MAX)
        };
        let meetings = met(one, there, other) + met(other, here, one) - met(one, here, other) - met(other, there, one);
        let of = |group: usize, unit: Unit| self.colleagues[group].get(&unit).copied().unwrap_or(0);
        let colleagues = if this.unit == that.unit {
            0
        } else {
            of(there, this.unit) + of(here, that.unit) - (of(here, this.unit) - 1) - (of(there, that.unit) - 1)
        };
        let moved = self.ages[other] - self.ages[one];
        let (young, old) = (self.age_of_group[here], self.age_of_group[there]);
        // The change of the sum of squares, halved.
        (meetings, colleagues, moved * (young - old + moved))
    }

    fn exchange(&mut self, one: usize, other: usize) {
        let (here, there) = (self.dealt[one], self.dealt[other]);
        for (at, from, to) in [(one, here, there), (other, there, here)] {
            let unit = self.guests[at].unit;
            *self.colleagues[from].entry(unit).or_default() -= 1;
            *self.colleagues[to].entry(unit).or_default() += 1;
            self.age_of_group[from] -= self.ages[at];
            self.age_of_group[to] += self.ages[at];
            self.dealt[at] = to;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn guest(side: Side, unit: u32, age: i32) -> Guest<u32> {
        Guest { side, unit, age: Some(age) }
    }

    fn hall() -> impl Strategy<Value = Vec<Guest<u32>>> {
        let guest = (any::<bool>(), 0..6u32, prop::option::of(22..45i32)).prop_map(|(man, unit, age)| Guest {
            side: if man { Side::Men } else { Side::Women },
            unit,
            age,
        });
        prop::collection::vec(guest, 0..60)
    }

    fn spread(counts: impl IntoIterator<Item = usize>) -> usize {
        let counts: Vec<usize> = counts.into_iter().collect();
        counts.iter().max().unwrap_or(&0) - counts.iter().min().unwrap_or(&0)
    }

    #[test]
    fn colleagues_are_parted_and_ages_mixed() {
        let people = [
            guest(Side::Men, 1, 24),
            guest(Side::Men, 2, 44),
            guest(Side::Men, 3, 25),
            guest(Side::Men, 4, 43),
            guest(Side::Women, 1, 30),
            guest(Side::Women, 1, 31),
            guest(Side::Women, 2, 32),
            guest(Side::Women, 3, 33),
        ];
        let dealt = deal(&people, &[], 2);
        let ages = |group: usize| -> i32 {
            people.iter().zip(&dealt).filter(|(_, dealt)| **dealt == group).filter_map(|(one, _)| one.age).sum()
        };
        assert_ne!(dealt[4], dealt[5], "two colleagues, two groups: {dealt:?}");
        assert!((ages(0) - ages(1)).abs() <= 4, "{} and {}", ages(0), ages(1));
    }

    #[test]
    fn a_hall_of_three_hundred_in_thirty_groups_seats_no_two_colleagues_together() {
        let person = |at: u32| Guest {
            side: if at.is_multiple_of(2) { Side::Men } else { Side::Women },
            unit: at / 6 % 50,
            age: Some(22 + i32::try_from(at * 7 % 20).unwrap_or(0)),
        };
        let people: Vec<Guest<u32>> = (0..300).map(person).collect();
        let dealt = deal(&people, &[], 30);
        let mut seen = std::collections::HashSet::new();
        assert!(people.iter().zip(dealt).all(|(one, group)| seen.insert((one.unit, group))));
    }

    proptest! {
        #[test]
        fn who_must_not_meet_is_in_another_group(people in hall(), pairs in prop::collection::vec((0..60usize, 0..60usize), 0..6)) {
            let inside = people.len();
            let apart: Vec<_> = pairs.into_iter().filter(|&(one, other)| one < other && other < inside).collect();
            // With so many groups and of each side somebody to change places with everywhere.
            prop_assume!([Side::Men, Side::Women].iter().all(|side| people.iter().filter(|one| one.side == *side).count() >= 16));
            let dealt = deal(&people, &apart, 8);
            prop_assert!(apart.iter().all(|&(one, other)| dealt[one] != dealt[other]), "{apart:?}: {dealt:?}");
        }

        #[test]
        fn groups_are_of_a_size_and_as_mixed_as_the_hall(people in hall(), groups in 1..9usize) {
            let dealt = deal(&people, &[], groups);
            let size = |group: usize| dealt.iter().filter(|dealt| **dealt == group).count();
            prop_assert!(spread((0..groups).map(size)) <= 1);
            for side in [Side::Men, Side::Women] {
                let of_side = |group: usize| people.iter().zip(&dealt)
                    .filter(|(one, dealt)| one.side == side && **dealt == group).count();
                prop_assert!(spread((0..groups).map(of_side)) <= 1, "{dealt:?}");
            }
        }

        #[test]
        fn dealing_twice_deals_alike(people in hall(), groups in 1..9usize) {
            prop_assert_eq!(deal(&people, &[], groups), deal(&people, &[], groups));
        }
    }
}
