//! P-A1 to P-A8 against enumeration of every selection of small pools.

use proptest::prelude::*;

use crate::applicant::{Applicant, SIDES, Side};
use crate::outcome::screen;
use crate::pool::Pool;
use crate::rules::{Band, Bounds, Cap, Fallback, Rules};
use crate::select::{can_start, select};
use crate::succession::promote;

type Seed = [u8; 32];

fn person() -> impl Strategy<Value = Applicant> {
    (any::<bool>(), 0..4_u8, 0..3_u8, 1..=3_i32, 0..6_i64, prop::bool::weighted(0.08)).prop_map(
        |(woman, unit, band, class, points, held)| Applicant {
            number: String::new(),
            side: if woman { Side::Women } else { Side::Men },
            unit: format!("u{unit}"),
            band: ["", "x", "y"][usize::from(band)].to_owned(),
            class,
            points,
            held,
        },
    )
}

fn people(most: usize) -> impl Strategy<Value = Vec<Applicant>> {
    prop::collection::vec(person(), 1..=most).prop_map(|mut people| {
        for (index, person) in people.iter_mut().enumerate() {
            person.number = format!("A{:04}", (index * 7) % 101);
        }
        people
    })
}

fn bounds(seats: u32) -> impl Strategy<Value = Bounds> {
    (0..=seats, prop::option::weighted(0.8, 0..=seats))
        .prop_map(|(min, width)| Bounds { min: min / 2, max: width.map(|width| min / 2 + width) })
}

fn rules() -> impl Strategy<Value = Rules> {
    (1..=6_u32)
        .prop_flat_map(|seats| {
            let side = || prop::option::weighted(0.8, bounds(seats));
            let cap = || prop::option::weighted(0.5, (1..=3_u32).prop_map(|max| Cap { max }));
            let band = |name: &'static str| {
                (0..3_u8, bounds(seats.min(2))).prop_map(move |(side, Bounds { min, max })| Band {
                    side: [Some(Side::Men), Some(Side::Women), None][usize::from(side)],
                    name: name.to_owned(),
                    min: min.min(1),
                    max,
                })
            };
            let bands = (prop::option::weighted(0.4, band("x")), prop::option::weighted(0.3, band("y")));
            let fallback = prop_oneof![Just(Fallback::None), Just(Fallback::ReduceSeats), Just(Fallback::WidenBalance)];
            (side(), side(), cap(), cap(), bands, fallback).prop_map(
                move |(men, women, unit, unit_side, (x, y), fallback)| Rules {
                    seats,
                    fallback,
                    standby: None,
                    side: crate::rules::Sides { men, women },
                    unit_side,
                    unit,
                    band: x.into_iter().chain(y).collect(),
                },
            )
        })
        .prop_filter("two trees", |rules| rules.check().is_ok())
}

/// Whether this set of places keeps every limit, counted as the rules are read.
fn legal(people: &[Applicant], rules: &Rules, set: u32) -> bool {
    let inside: Vec<&Applicant> =
        people.iter().enumerate().filter(|(index, _)| set >> index & 1 == 1).map(|(_, one)| one).collect();
    let within = |bounds: Bounds, count: usize| {
        count >= bounds.min as usize && bounds.max.is_none_or(|max| count <= max as usize)
    };
    let count = |alike: &dyn Fn(&Applicant) -> bool| inside.iter().filter(|one| alike(one)).count();
    inside.len() == rules.seats as usize
        && SIDES.into_iter().all(|side| within(rules.side_bounds(side), count(&|one| one.side == side)))
        && rules.band.iter().all(|band| {
            within(band.bounds(), count(&|one| band.side.is_none_or(|side| side == one.side) && band.name == one.band))
        })
        && inside.iter().all(|here| {
            let unit = count(&|one| one.unit == here.unit);
            let unit_side = count(&|one| one.unit == here.unit && one.side == here.side);
            rules.unit.is_none_or(|cap| unit <= cap.max as usize)
                && rules.unit_side.is_none_or(|cap| unit_side <= cap.max as usize)
        })
        && people.iter().enumerate().all(|(index, one)| !one.held || set >> index & 1 == 1)
}

/// The applicants best first, and every legal set of them.
fn enumerated(people: &[Applicant], rules: &Rules, seed: &Seed) -> (Vec<Applicant>, Vec<u32>) {
    let ranked: Vec<Applicant> = Pool::rank(people, seed).iter().map(|one| one.applicant.clone()).collect();
    let sets = (0..1_u32 << ranked.len()).filter(|set| legal(&ranked, rules, *set)).collect();
    (ranked, sets)
}

/// The sequential rule in its own words: take whoever can still be part of a legal set.
fn by_enumeration(ranked: &[Applicant], sets: &[u32]) -> Option<u32> {
    let mut taken = 0;
    sets.first()?;
    for (index, one) in ranked.iter().enumerate() {
        taken |= u32::from(one.held) << index;
    }
    for index in 0..ranked.len() {
        let with = taken | 1 << index;
        if sets.iter().any(|set| set & with == with) {
            taken = with;
        }
    }
    Some(taken)
}

fn by_flow(people: &[Applicant], rules: &Rules, seed: &Seed) -> Option<u32> {
    let selection = select(&Pool::rank(people, seed), rules).ok()?;
    Some(selection.taken.iter().enumerate().fold(0, |set, (index, taken)| set | u32::from(*taken) << index))
}

fn worth(ranked: &[Applicant], set: u32) -> i64 {
    ranked.iter().enumerate().filter(|(index, _)| set >> index & 1 == 1).map(|(_, one)| one.points).sum()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_flow_equals_enumeration_and_nobody_envies(people in people(11), rules in rules(), seed: Seed) {
        let (ranked, sets) = enumerated(&people, &rules, &seed);
        let expected = by_enumeration(&ranked, &sets);
        prop_assert_eq!(by_flow(&people, &rules, &seed), expected);
        prop_assert_eq!(can_start(&Pool::rank(&people, &seed), &rules), expected.is_some());
        if let Some(taken) = expected {
            prop_assert!(sets.contains(&taken));
            for better in (0..ranked.len()).filter(|one| taken >> one & 1 == 0) {
                for worse in (better + 1..ranked.len()).filter(|one| taken >> one & 1 == 1 && !ranked[*one].held) {
                    prop_assert!(!sets.contains(&(taken & !(1 << worse) | 1 << better)));
                }
            }
        }
    }

    #[test]
    fn explanations_are_exact(people in people(9), rules in rules(), seed: Seed) {
        let rules = Rules { fallback: Fallback::None, ..rules };
        let (ranked, sets) = enumerated(&people, &rules, &seed);
        let outcome = screen(&people, &rules, &seed);
        let Some(taken) = by_enumeration(&ranked, &sets) else {
            prop_assert!(outcome.selected.is_none() && outcome.infeasible.is_some());
            return Ok(());
        };
        let held = ranked.iter().enumerate().fold(0, |set, (index, one)| set | u32::from(one.held) << index);
        for place in (0..ranked.len()).filter(|place| taken >> place & 1 == 0) {
            let why = &outcome.explanations[&ranked[place].number];
            prop_assert_eq!(why.rank, place + 1);
            // At that moment: the held, and the earlier ones who were taken.
            let so_far = held | taken & ((1 << place) - 1);
            let with = so_far | 1 << place;
            let single: Vec<String> = one_wider(&ranked, &rules)
                .into_iter()
                .filter(|(_, wider)| (0..1_u32 << ranked.len()).any(|set| set & with == with && legal(&ranked, wider, set)))
                .map(|(name, _)| name)
                .collect();
            let mut limits: Vec<String> = why.single.iter().map(ToString::to_string).collect();
            // Caps on units are one number in the rules and one limit a unit in the explanation.
            limits.iter_mut().for_each(|name| if name.starts_with("unit") { *name = "unit".to_owned() });
            for name in &limits {
                prop_assert!(name == "unit" || single.contains(name), "{} is not in {:?}", name, single);
            }
            for name in single.iter().filter(|name| !name.starts_with("unit")) {
                prop_assert!(limits.contains(name), "{} is missing in {:?}", name, limits);
            }
            prop_assert!(!why.full.is_empty() || !why.single.is_empty() || why.climb.is_none() || !rules.band.is_empty());
            // Moving up by `climb` is enough, by one less is not.
            let raised = |by: usize| {
                let mut order = ranked.clone();
                let one = order.remove(place);
                order.insert(place - by, one);
                let sets: Vec<u32> = (0..1_u32 << order.len()).filter(|set| legal(&order, &rules, *set)).collect();
                by_enumeration(&order, &sets).unwrap() >> (place - by) & 1 == 1
            };
            match why.climb {
                Some(by) => {
                    prop_assert!(raised(by), "climb {} is not enough", by);
                    prop_assert!(!raised(by - 1), "climb {} is too much", by);
                }
                None => prop_assert!(!raised(place), "the first place would do"),
            }
        }
    }

    #[test]
    fn nested_limits_give_the_most_points_and_one_for_one(people in people(10), rules in rules(), seed: Seed) {
        let rules = Rules { unit: None, band: Vec::new(), ..rules };
        let people: Vec<Applicant> = people.into_iter().map(|one| Applicant { held: false, class: 1, ..one }).collect();
        let (ranked, sets) = enumerated(&people, &rules, &seed);
        let Some(taken) = by_flow(&people, &rules, &seed) else { return Ok(()) };
        prop_assert_eq!(Some(worth(&ranked, taken)), sets.iter().map(|set| worth(&ranked, *set)).max());
        for decliner in (0..ranked.len()).filter(|one| taken >> one & 1 == 1) {
            let gone = ranked[decliner].number.clone();
            let place = |number: &str| ranked.iter().position(|one| one.number == number).unwrap();
            let holds = |number: &str| number != gone && taken >> place(number) & 1 == 1;
            let promoted = promote(&people, &rules, &seed, &holds, &|number| number == gone);
            let rerun: Vec<Applicant> = people.iter().filter(|one| one.number != gone).cloned().collect();
            match (promoted, by_flow(&rerun, &rules, &seed)) {
                (Ok(newcomers), Some(again)) => {
                    prop_assert_eq!(newcomers.len(), 1);
                    let without: Vec<&Applicant> = ranked.iter().filter(|one| one.number != gone).collect();
                    let mut seated: Vec<&str> = without.iter().enumerate().filter(|(index, _)| again >> index & 1 == 1).map(|(_, one)| one.number.as_str()).collect();
                    seated.retain(|number| !holds(number));
                    prop_assert_eq!(seated, newcomers);
                }
                (Err(_), None) => {}
                (promoted, again) => prop_assert!(false, "{:?} where a re-run gives {:?}", promoted, again),
            }
        }
    }

    #[test]
    fn the_smallest_change_suffices_and_is_smallest_for_sides(people in people(9), rules in rules(), seed: Seed) {
        let pool = Pool::rank(&people, &seed);
        let rules = Rules { fallback: Fallback::None, ..rules };
        let Err(why) = select(&pool, &rules) else { return Ok(()) };
        prop_assert!(!why.limits.is_empty());
        let mut changed = rules.clone();
        for change in &why.smallest_change {
            apply(&mut changed, &change.limit.to_string(), change.to);
        }
        prop_assert!(changed.seats == 0 || can_start(&pool, &changed), "{:?} does not suffice", why.smallest_change);
        let cost: u32 = why.smallest_change.iter().map(|change| change.from.abs_diff(change.to)).sum();
        prop_assert!(cost > 0);
        if cost > 1 && !people.iter().any(|one| one.held) {
            let ranked: Vec<Applicant> = pool.iter().map(|one| one.applicant.clone()).collect();
            for (name, wider) in one_wider(&ranked, &rules).into_iter().chain(fewer_seats(&rules)) {
                prop_assert!(!can_start(&pool, &wider), "{} alone would do", name);
            }
        }
    }

    #[test]
    fn the_order_of_rows_changes_nothing(people in people(11), rules in rules(), seed: Seed) {
        let backwards: Vec<Applicant> = people.iter().rev().cloned().collect();
        prop_assert_eq!(screen(&people, &rules, &seed), screen(&backwards, &rules, &seed));
    }

    #[test]
    fn fallbacks_are_the_first_that_can_be_met(people in people(9), rules in rules(), seed: Seed) {
        let pool = Pool::rank(&people, &seed);
        let outcome = screen(&people, &rules, &seed);
        let Some(used) = outcome.fallback else {
            let met = can_start(&pool, &rules);
            prop_assert_eq!(outcome.selected.is_some(), met);
            return Ok(());
        };
        let ranked: Vec<Applicant> = pool.iter().map(|one| one.applicant.clone()).collect();
        let possible = |rules: &Rules| (0..1_u32 << ranked.len()).any(|set| legal(&ranked, rules, set));
        prop_assert!(!possible(&rules) && possible(&used.rules));
        if used.used == Fallback::ReduceSeats {
            for seats in used.rules.seats + 1..rules.seats {
                prop_assert!(!possible(&rules.reduced(seats)) || rules.reduced(seats).check().is_err());
            }
        }
    }
}

pub(super) fn apply(rules: &mut Rules, limit: &str, to: u32) {
    let (name, end) = limit.rsplit_once(' ').unwrap_or((limit, ""));
    let set = |bounds: &mut Bounds| if end == "min" { bounds.min = to } else { bounds.max = Some(to) };
    match name {
        "seats" => rules.seats = to,
        "unit" => rules.unit = Some(Cap { max: to }),
        "unit_side" => rules.unit_side = Some(Cap { max: to }),
        "side men" => set(rules.side.men.as_mut().unwrap()),
        "side women" => set(rules.side.women.as_mut().unwrap()),
        band => {
            let band = rules.band.iter_mut().find(|one| one.limit().to_string() == band).unwrap();
            let mut bounds = band.bounds();
            set(&mut bounds);
            (band.min, band.max) = (bounds.min, bounds.max);
        }
    }
}

fn fewer_seats(rules: &Rules) -> Option<(String, Rules)> {
    (rules.seats > 1).then(|| ("fewer seats".to_owned(), Rules { seats: rules.seats - 1, ..rules.clone() }))
}

/// Every rule set in which one number is one wider.
pub(super) fn one_wider(_people: &[Applicant], rules: &Rules) -> Vec<(String, Rules)> {
    let mut wider = Vec::new();
    let mut add = |name: &str, to: Option<u32>| {
        if let Some(to) = to {
            let mut one = rules.clone();
            apply(&mut one, name, to);
            wider.push((name.to_owned(), one));
        }
    };
    for side in SIDES {
        let bounds = rules.side_bounds(side);
        add(&format!("side {side} min"), bounds.min.checked_sub(1));
        add(&format!("side {side} max"), bounds.max.map(|max| max + 1));
    }
    for band in &rules.band {
        add(&format!("{} min", band.limit()), band.min.checked_sub(1));
        add(&format!("{} max", band.limit()), band.max.map(|max| max + 1));
    }
    add("unit max", rules.unit.map(|cap| cap.max + 1));
    add("unit_side max", rules.unit_side.map(|cap| cap.max + 1));
    add("seats", Some(rules.seats + 1));
    wider
}
