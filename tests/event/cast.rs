//! The cast of a rehearsal: as many units as it takes, the same people and tastes for the same seed, and couples in
//! a hall of the usual size.

use std::collections::HashSet;

use queqiao::commands::rehearse::cast::{self, Applicant};
use queqiao::commands::rehearse::dice;
use queqiao::commands::rehearse::hearts::{Ballots, Hall, Met, hearts, mutual};

const SIZES: [(usize, usize); 5] = [(20, 8), (60, 24), (800, 300), (3200, 1000), (20_000, 5000)];
/// At most so many of a side come from one unit, by the rules of the rehearsal's event.
const MOST_OF_A_UNIT: usize = 3;

#[test]
fn units_grow_with_the_crowd() {
    assert_eq!([8, 24, 300, 1000].map(cast::unit_count), [4, 11, 126, 420]);
    for (applicants, seats) in SIZES {
        let units = cast::units(cast::unit_count(seats));
        assert_eq!(units.iter().collect::<HashSet<_>>().len(), units.len(), "two of one name for {seats} seats");
        let people = cast::applicants(applicants, seats, "a-tag", 7);
        assert_eq!(people.len(), applicants);
        assert_eq!(people.iter().map(|person| &person.email).collect::<HashSet<_>>().len(), applicants);
        assert!(people.iter().all(|person| person.unit < units.len()), "{seats} seats");
        // A hall that can be filled: of each side no fewer than half the seats, at most three from one unit.
        for man in [true, false] {
            let mut of_unit = vec![0; units.len()];
            for person in people.iter().filter(|person| person.man == man) {
                of_unit[person.unit] += 1;
            }
            let seated: usize = of_unit.into_iter().map(|count: usize| count.min(MOST_OF_A_UNIT)).sum();
            assert!(seated >= seats / 2, "{seated} of {} can be seated", seats / 2);
        }
    }
}

/// A full hall after ten rounds of dates, and whom everybody lights up for.
fn tastes(seed: u64, guests: usize) -> Ballots {
    let badge = |side: &str, number: usize| format!("{side}{number:03}");
    let pairs = guests / 2;
    let [men, women] = ["M", "W"].map(|side| (0..pairs).map(|number| badge(side, number)).collect::<Vec<_>>());
    let sat = |own: usize, round: usize, back: bool| if back { own + pairs - round } else { own + round } % pairs;
    let rounds = 10.min(pairs);
    let mut met = Met::new();
    for own in 0..pairs {
        met.insert(badge("M", own), (0..rounds).map(|round| badge("W", sat(own, round, false))).collect());
        met.insert(badge("W", own), (0..rounds).map(|round| badge("M", sat(own, round, true))).collect());
    }
    hearts(&mut dice(seed, "hearts", 0), &Hall { men, women, met: &met }, 3)
}

#[test]
fn a_seed_draws_the_same_people_and_tastes_and_another_draws_others() {
    let drawn = |seed| cast::applicants(800, 300, "a-tag", seed);
    assert!(drawn(7) == drawn(7));
    assert!(tastes(7, 300) == tastes(7, 300));
    let character = |people: Vec<Applicant>| -> Vec<_> {
        people.into_iter().map(|person| (person.zeal, person.reply, person.comes)).collect()
    };
    assert!(character(drawn(7)) != character(drawn(8)));
    assert!(tastes(7, 300) != tastes(8, 300));
}

#[test]
fn a_hall_of_three_hundred_finds_fifteen_to_forty_couples() {
    for seed in 0..200 {
        // All of them, or without those who said no or stayed away.
        for guests in [276, 300] {
            let ballots = tastes(seed, guests);
            assert!(ballots.values().all(|picks| picks.len() <= 3));
            let couples = mutual(&ballots).len();
            assert!((15..=40).contains(&couples), "{couples} couples of {guests} guests with seed {seed}");
        }
        for guests in [8, 20, 60] {
            assert!(!mutual(&tastes(seed, guests)).is_empty(), "nobody of {guests} guests with seed {seed}");
        }
    }
}
