//! The rule over several boards against enumeration of every assignment of small pools.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::applicant::{Applicant, SIDES, Side};
use crate::boards::board::{Board, check};
use crate::boards::explain::explain;
use crate::boards::field::{Field, Wishing};
use crate::boards::outcome::screen;
use crate::boards::select::{can_start, select};
use crate::boards::succession::{Left, succeed};
use crate::limit::Obstacle;
use crate::pool::Pool;
use crate::rules::{Band, Bounds, Cap, Fallback, Rules, Sides};

type Seed = [u8; 32];
/// For everybody in rank order the board they have.
type Assignment = Vec<Option<usize>>;

const NAMES: [&str; 3] = ["音乐会", "海洋馆", "非遗"];

fn person() -> impl Strategy<Value = Wishing> {
    let wishes = Just(vec![0, 1, 2])
        .prop_shuffle()
        .prop_flat_map(|order| (0..=3_usize).prop_map(move |many| order[..many].to_vec()));
    (any::<bool>(), 0..3_u8, 0..3_u8, 1..=3_i32, 0..6_i64, 0..12_u8, wishes).prop_map(
        |(woman, unit, band, class, points, has, wishes)| {
            let keeps = (has == 0).then(|| NAMES[usize::from(unit) % 2].to_owned());
            Wishing {
                applicant: Applicant {
                    number: String::new(),
                    side: if woman { Side::Women } else { Side::Men },
                    unit: format!("u{unit}"),
                    band: ["", "x", "y"][usize::from(band)].to_owned(),
                    class,
                    points,
                    held: has < 2,
                },
                wishes: wishes.into_iter().map(|wish| NAMES[wish].to_owned()).collect(),
                keeps,
            }
        },
    )
}

fn people(most: usize) -> impl Strategy<Value = Vec<Wishing>> {
    prop::collection::vec(person(), 1..=most).prop_map(|mut people| {
        for (index, person) in people.iter_mut().enumerate() {
            person.applicant.number = format!("A{:04}", (index * 7) % 101);
        }
        people
    })
}

/// Whom nobody promised anything.
fn fresh(people: Vec<Wishing>) -> Vec<Wishing> {
    let fresh =
        |person: Wishing| Wishing { applicant: Applicant { held: false, ..person.applicant }, keeps: None, ..person };
    people.into_iter().map(fresh).collect()
}

fn bounds(seats: u32) -> impl Strategy<Value = Bounds> {
    (0..=seats, prop::option::weighted(0.8, 0..=seats))
        .prop_map(|(min, width)| Bounds { min: min / 2, max: width.map(|width| min / 2 + width) })
}

fn rules() -> impl Strategy<Value = Rules> {
    (1..=3_u32).prop_flat_map(|seats| {
        let side = || prop::option::weighted(0.6, bounds(seats));
        let cap = |weight| prop::option::weighted(weight, (1..=2_u32).prop_map(|max| Cap { max }));
        let band = prop::option::weighted(
            0.25,
            (0..3_u8, bounds(seats.min(2))).prop_map(|(side, Bounds { min, max })| Band {
                side: [Some(Side::Men), Some(Side::Women), None][usize::from(side)],
                name: "x".to_owned(),
                min: min.min(1),
                max,
            }),
        );
        let sides = (side(), side()).prop_map(|(men, women)| Sides { men, women });
        (sides, cap(0.2), cap(0.4), band, prop::option::weighted(0.2, 0..3_u32)).prop_map(
            move |(side, unit, unit_side, band, standby)| Rules {
                seats,
                fallback: Fallback::None,
                standby,
                side,
                unit_side,
                unit,
                band: band.into_iter().collect(),
            },
        )
    })
}

fn boards(most: usize) -> impl Strategy<Value = Vec<Board>> {
    let board =
        rules().prop_filter("one tree", |rules| check(&[Board { name: "a".into(), rules: rules.clone() }]).is_ok());
    prop::collection::vec(board, 1..=most).prop_map(|rules| {
        let named = rules.into_iter().zip(NAMES);
        named.map(|(rules, name)| Board { name: name.to_owned(), rules }).collect()
    })
}

/// Whether these people fill this board within its limits, counted as the rules are read.
fn fills(inside: &[&Applicant], rules: &Rules) -> bool {
    let within = |bounds: Bounds, count: usize| {
        count >= bounds.min as usize && bounds.max.is_none_or(|max| count <= max as usize)
    };
    let count = |alike: &dyn Fn(&Applicant) -> bool| inside.iter().filter(|one| alike(one)).count();
    inside.len() == rules.seats as usize
        && SIDES.into_iter().all(|side| within(rules.side_bounds(side), count(&|one| one.side == side)))
        && rules.band.iter().all(|band| {
            within(band.bounds(), count(&|one| band.side.is_none_or(|side| side == one.side) && band.name == one.band))
        })
        && under_caps(inside, rules)
}

fn under_caps(inside: &[&Applicant], rules: &Rules) -> bool {
    let count = |alike: &dyn Fn(&Applicant) -> bool| inside.iter().filter(|one| alike(one)).count();
    inside.iter().all(|here| {
        let unit = count(&|one| one.unit == here.unit);
        let unit_side = count(&|one| one.unit == here.unit && one.side == here.side);
        rules.unit.is_none_or(|cap| unit <= cap.max as usize)
            && rules.unit_side.is_none_or(|cap| unit_side <= cap.max as usize)
    })
}

/// The boards by place that somebody may be on, the dearest first; none is a choice too unless a seat is guaranteed.
fn choices(person: &Wishing, boards: &[Board]) -> Vec<Option<usize>> {
    let at = |name: &String| boards.iter().position(|board| board.name == *name);
    if let Some(kept) = person.keeps.as_ref().and_then(at) {
        return vec![Some(kept)];
    }
    let wished: Vec<Option<usize>> = person.wishes.iter().filter_map(at).map(Some).collect();
    let must = person.applicant.held && !wished.is_empty();
    wished.into_iter().chain((!must).then_some(None)).collect()
}

fn on_board<'a>(ranked: &'a [Wishing], assignment: &Assignment, board: usize) -> Vec<&'a Applicant> {
    let there = ranked.iter().zip(assignment).filter(|(_, at)| **at == Some(board));
    there.map(|(person, _)| &person.applicant).collect()
}

fn legal(ranked: &[Wishing], boards: &[Board], assignment: &Assignment) -> bool {
    boards.iter().enumerate().all(|(at, board)| fills(&on_board(ranked, assignment, at), &board.rules))
}

/// Every way to give everybody one of their choices.
fn everything(ranked: &[Wishing], boards: &[Board]) -> Vec<Assignment> {
    let mut all: Vec<Assignment> = vec![Vec::new()];
    for person in ranked {
        let choices = choices(person, boards);
        all = all
            .into_iter()
            .flat_map(|begun| choices.iter().map(move |one| [begun.clone(), vec![*one]].concat()))
            .collect();
    }
    all
}

fn in_order(people: &[Wishing], seed: &Seed) -> Vec<Wishing> {
    let applicants: Vec<Applicant> = people.iter().map(|person| person.applicant.clone()).collect();
    let found = |number: &str| people.iter().find(|person| person.applicant.number == number).unwrap().clone();
    Pool::rank(&applicants, seed).iter().map(|ranked| found(&ranked.applicant.number)).collect()
}

/// The rule in its own words: whoever comes next has the dearest board that some legal assignment still gives them.
fn by_enumeration(ranked: &[Wishing], boards: &[Board], mut left: Vec<Assignment>) -> Option<Assignment> {
    left.first()?;
    for place in 0..ranked.len() {
        let choices = choices(&ranked[place], boards);
        let best = choices.iter().find(|choice| left.iter().any(|one| one[place] == **choice))?;
        left.retain(|one| one[place] == *best);
    }
    left.pop()
}

fn reference(ranked: &[Wishing], boards: &[Board]) -> (Vec<Assignment>, Option<Assignment>) {
    let legal: Vec<Assignment> =
        everything(ranked, boards).into_iter().filter(|one| legal(ranked, boards, one)).collect();
    let chosen = by_enumeration(ranked, boards, legal.clone());
    (legal, chosen)
}

fn by_flow(people: &[Wishing], boards: &[Board], seed: &Seed) -> Option<Assignment> {
    select(&Field::rank(people, boards, seed), boards).ok().map(|selection| selection.boards)
}

/// How dear a place is to somebody: 0 is their first wish, no seat comes after all.
fn dearness(person: &Wishing, boards: &[Board], at: Option<usize>) -> usize {
    choices(person, boards).iter().position(|one| *one == at).unwrap_or(usize::MAX)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_flow_equals_enumeration_and_nobody_envies(people in people(8), boards in boards(3), seed: Seed) {
        let ranked = in_order(&people, &seed);
        let (legal, expected) = reference(&ranked, &boards);
        prop_assert_eq!(by_flow(&people, &boards, &seed), expected.clone());
        prop_assert_eq!(can_start(&Field::rank(&people, &boards, &seed), &boards), expected.is_some());
        let Some(chosen) = expected else { return Ok(()) };
        for (place, person) in ranked.iter().enumerate() {
            let had = dearness(person, &boards, chosen[place]);
            for other in &legal {
                // Everybody before them has what they have, and they have more.
                let more = dearness(person, &boards, other[place]) < had;
                prop_assert!(!more || other[..place] != chosen[..place]);
            }
        }
    }

    #[test]
    fn one_board_that_everybody_wishes_for_is_the_screening_of_one(people in people(11), boards in boards(1), seed: Seed) {
        let (name, rules) = (boards[0].name.clone(), &boards[0].rules);
        let wishing: Vec<Wishing> = people.into_iter().map(|person| Wishing { wishes: vec![name.clone()], keeps: None, ..person }).collect();
        let applicants: Vec<Applicant> = wishing.iter().map(|person| person.applicant.clone()).collect();
        let (one, over) = (crate::outcome::screen(&applicants, rules, &seed), screen(&wishing, &boards, &seed));
        prop_assert_eq!(one.selected.is_some(), over.boards.is_some());
        let Some(filled) = over.boards.and_then(|mut boards| boards.pop()) else {
            prop_assert_eq!(one.infeasible.is_some(), over.infeasible.is_some());
            return Ok(());
        };
        prop_assert_eq!((Some(filled.selected), filled.standby, filled.seats), (one.selected, one.standby, one.seats));
        for (number, why) in &one.explanations {
            let over = &over.explanations[number];
            prop_assert_eq!((over.rank, over.rank_side, over.rank_unit_side), (why.rank, why.rank_side, why.rank_unit_side));
            let refused = &over.refused[0];
            prop_assert_eq!((&refused.full, refused.climb), (&why.full, why.climb));
            let single: Vec<Obstacle> = refused.single.iter().map(|at| at.limit.clone()).collect();
            prop_assert_eq!(&single, &why.single);
        }
        prop_assert_eq!(over.explanations.len(), one.explanations.len());
    }

    #[test]
    fn explanations_are_exact(people in people(6), boards in boards(2), seed: Seed) {
        let ranked = in_order(&people, &seed);
        let (_, chosen) = reference(&ranked, &boards);
        let field = Field::rank(&people, &boards, &seed);
        let (Some(chosen), Ok(selection)) = (chosen, select(&field, &boards)) else { return Ok(()) };
        let everything = everything(&ranked, &boards);
        for (place, why) in explain(&field, &boards, &selection).iter().enumerate() {
            let given = chosen[place];
            prop_assert_eq!((why.rank, why.board.as_ref()), (place + 1, given.map(|at| &boards[at].name)));
            let dearer: Vec<Option<usize>> =
                choices(&ranked[place], &boards).into_iter().take_while(|one| *one != given && one.is_some()).collect();
            let names: Vec<Option<usize>> =
                why.refused.iter().map(|one| boards.iter().position(|board| board.name == one.board)).collect();
            prop_assert_eq!(&names, &dearer);
            for (refused, wished) in why.refused.iter().zip(dearer) {
                // At that moment: what those before them were given, and them on that board.
                let then: Vec<&Assignment> = everything.iter().filter(|one| one[..place] == chosen[..place] && one[place] == wished).collect();
                let would_do = |wider: &[Board]| then.iter().any(|one| legal(&ranked, wider, one));
                let listed: Vec<(String, String)> = refused.single.iter().map(|at| (at.board.clone(), at.limit.to_string())).collect();
                for (board, name, wider) in one_wider(&boards) {
                    let unit = name.starts_with("unit");
                    let found = listed.iter().any(|(at, limit)| *at == board && *limit == name);
                    // Caps on units are one number in the rules and one limit a unit in the explanation.
                    prop_assert!(unit || found == would_do(&wider), "{board} {name}: {found}");
                }
                for (board, limit) in listed.iter().filter(|(_, limit)| limit.starts_with("unit")) {
                    let name = if limit.matches('/').count() == 1 { "unit_side max" } else { "unit max" };
                    let (_, _, wider) = one_wider(&boards).into_iter().find(|(at, one, _)| at == board && one == name).unwrap();
                    prop_assert!(would_do(&wider), "{board} {limit}");
                }
                // Moving up by `climb` is enough, by one less is not.
                let raised = |by: usize| {
                    let mut order = ranked.clone();
                    let one = order.remove(place);
                    order.insert(place - by, one);
                    let (_, again) = reference(&order, &boards);
                    dearness(&ranked[place], &boards, again.unwrap()[place - by]) <= dearness(&ranked[place], &boards, wished)
                };
                match refused.climb {
                    Some(by) => prop_assert!(by > 0 && raised(by) && !raised(by - 1), "climb {by}"),
                    None => prop_assert!(!raised(place), "the first place would do"),
                }
            }
        }
    }

    #[test]
    fn moving_up_never_costs_a_board(people in people(7), boards in boards(3), seed: Seed, whom in 0..7_usize, by in 1..7_usize) {
        let ranked = in_order(&people, &seed);
        let place = whom % ranked.len();
        let higher = place.saturating_sub(by);
        let mut order = ranked.clone();
        let one = order.remove(place);
        order.insert(higher, one);
        // Everybody a class of their own: that is the order.
        let classed = |order: &[Wishing]| -> Vec<Wishing> {
            let in_class = |(one, class): (&Wishing, i32)| Wishing { applicant: Applicant { class, ..one.applicant.clone() }, ..one.clone() };
            order.iter().zip(0..).map(in_class).collect()
        };
        let Some(before) = by_flow(&classed(&ranked), &boards, &seed) else { return Ok(()) };
        let after = by_flow(&classed(&order), &boards, &seed).unwrap();
        prop_assert!(dearness(&ranked[place], &boards, after[higher]) <= dearness(&ranked[place], &boards, before[place]));
    }

    #[test]
    fn the_order_of_a_list_only_chooses_among_what_is_open_to_its_owner(people in people(7), boards in boards(3), seed: Seed, whom in 0..7_usize) {
        let people = fresh(people);
        let ranked = in_order(&people, &seed);
        let place = whom % ranked.len();
        let (Some(chosen), true) = (by_flow(&people, &boards, &seed), ranked[place].wishes.len() > 1) else { return Ok(()) };
        let number = &ranked[place].applicant.number;
        let mut turned = people.clone();
        turned.iter_mut().filter(|one| one.applicant.number == *number).for_each(|one| one.wishes.reverse());
        let again = by_flow(&turned, &boards, &seed).unwrap();
        prop_assert_eq!(&again[..place], &chosen[..place]);
        prop_assert_eq!(again[place].is_some(), chosen[place].is_some());
        prop_assert!(
            dearness(&ranked[place], &boards, chosen[place]) <= dearness(&ranked[place], &boards, again[place])
        );
    }

    #[test]
    fn the_order_of_rows_changes_nothing(people in people(11), boards in boards(3), seed: Seed) {
        let backwards: Vec<Wishing> = people.iter().rev().cloned().collect();
        prop_assert_eq!(screen(&people, &boards, &seed), screen(&backwards, &boards, &seed));
    }

    #[test]
    fn the_smallest_change_suffices_and_is_smallest(people in people(6), boards in boards(2), seed: Seed) {
        let field = Field::rank(&people, &boards, &seed);
        let Err(why) = select(&field, &boards) else { return Ok(()) };
        prop_assert!(!why.limits.is_empty());
        let mut changed = boards.clone();
        for change in &why.smallest_change {
            let board = changed.iter_mut().find(|board| board.name == change.board).unwrap();
            super::properties::apply(&mut board.rules, &change.limit.to_string(), change.to);
        }
        prop_assert!(can_start(&field, &changed), "{:?} does not suffice", why.smallest_change);
        let cost: u32 = why.smallest_change.iter().map(|change| change.from.abs_diff(change.to)).sum();
        prop_assert!(cost > 0);
        // With the caps on units as they are, no assignment misses seats, minima and maxima by less.
        if boards.iter().all(|board| board.rules.unit.is_none() && board.rules.unit_side.is_none()) {
            let ranked = in_order(&people, &seed);
            let least = everything(&ranked, &boards).iter().map(|one| missed(&ranked, &boards, one)).min();
            prop_assert_eq!(Some(cost), least);
        }
        if cost > 1 {
            for (board, name, wider) in one_wider(&boards) {
                prop_assert!(!can_start(&field, &wider), "{board} {name} alone would do");
            }
        }
    }

    #[test]
    fn a_seat_given_back_goes_on_as_the_rule_would_give_it(people in people(7), boards in boards(3), seed: Seed, whom in 0..7_usize, movers in 0..128_u32) {
        let people = fresh(people);
        let ranked = in_order(&people, &seed);
        let Some(chosen) = by_flow(&people, &boards, &seed) else { return Ok(()) };
        let seated: Vec<usize> = (0..ranked.len()).filter(|place| chosen[*place].is_some()).collect();
        let gone = seated[whom % seated.len()];
        let (leaver, board) = (ranked[gone].applicant.clone(), chosen[gone].unwrap());
        let keeping: Vec<Wishing> = ranked.iter().zip(&chosen).enumerate().filter(|(place, _)| *place != gone)
            .map(|(_, (person, at))| Wishing { keeps: at.map(|at| boards[at].name.clone()), ..person.clone() }).collect();
        let moves = |number: &str| movers >> (number[3..].parse::<u32>().unwrap() % 7) & 1 == 1;
        let left = Left { board: &boards[board].name, side: leaver.side, band: &leaver.band };
        let came = succeed(&keeping, &boards, &seed, &moves, left);
        // Everything in which whoever did not ask has what they had, whoever did has nothing less, every board has as
        // many of each side as before, and caps and maxima hold.
        let before: Vec<Option<usize>> = chosen.iter().enumerate().filter(|(place, _)| *place != gone).map(|(_, at)| *at).collect();
        let wishing_now: Vec<Wishing> = keeping.iter().map(|person| {
            let Some(kept) = &person.keeps else { return person.clone() };
            let mover = moves(&person.applicant.number);
            let wishes = person.wishes.iter().take_while(|wish| *wish != kept).chain([kept]).cloned().collect();
            let applicant = Applicant { held: true, ..person.applicant.clone() };
            Wishing { applicant, wishes, keeps: (!mover).then(|| kept.clone()) }
        }).collect();
        let alike = |assignment: &Assignment| boards.iter().enumerate().all(|(at, of)| {
            let (now, then) = (on_board(&wishing_now, assignment, at), on_board(&wishing_now, &before, at));
            let free = of.rules.unit.is_some() || of.rules.has_bands_across();
            let count = |people: &[&Applicant], side: Side| people.iter().filter(|one| one.side == side).count();
            let more = |side: Side| usize::from(at == board && side == leaver.side);
            let same = now.len() == then.len() + usize::from(at == board)
                && (free || SIDES.into_iter().all(|side| count(&now, side) == count(&then, side) + more(side)));
            same && fills(&now, &eased(&of.rules, now.len()))
        });
        let left: Vec<Assignment> = everything(&wishing_now, &boards).into_iter().filter(alike).collect();
        let expected = by_enumeration(&wishing_now, &boards, left);
        match (came, expected) {
            (Ok(came), Some(after)) => {
                let moved: Vec<(String, Option<usize>, Option<usize>)> = wishing_now.iter().zip(before.iter().zip(&after))
                    .filter(|(_, (then, now))| then != now).map(|(one, (then, now))| (one.applicant.number.clone(), *then, *now)).collect();
                let at = |name: &String| boards.iter().position(|board| board.name == *name);
                let found: Vec<_> = came.iter().map(|one| (one.number.clone(), one.from.as_ref().and_then(at), at(&one.to))).collect();
                prop_assert_eq!(found, moved);
                prop_assert_eq!(came.iter().filter(|one| one.from.is_none()).count(), 1);
                for one in came.iter().filter(|one| one.from.is_some()) {
                    prop_assert!(moves(&one.number));
                }
            }
            (Err(why), None) => prop_assert!(!why.limits.is_empty()),
            (came, expected) => prop_assert!(false, "{:?} where the reference has {:?}", came, expected),
        }
    }
}

#[test]
fn three_hundred_pools_of_both_kinds_equal_the_reference() {
    let mut runner = TestRunner::deterministic();
    let (mut filled, mut short) = (0, 0);
    for _ in 0..300 {
        let (people, boards) = (people(8), boards(3)).new_tree(&mut runner).unwrap().current();
        let ranked = in_order(&people, &[7; 32]);
        let (_, expected) = reference(&ranked, &boards);
        *if expected.is_some() { &mut filled } else { &mut short } += 1;
        assert_eq!(by_flow(&people, &boards, &[7; 32]), expected, "{people:?} {boards:?}");
    }
    assert!(filled >= 30 && short >= 30, "{filled} filled, {short} not");
}

/// The selection was legal with all that the board has; nobody has to keep a minimum that a decline broke.
fn eased(rules: &Rules, seats: usize) -> Rules {
    let free = |side: &Option<Bounds>| side.map(|bounds| Bounds { min: 0, max: bounds.max });
    Rules {
        seats: u32::try_from(seats).unwrap(),
        side: Sides { men: free(&rules.side.men), women: free(&rules.side.women) },
        ..rules.clone()
    }
}

/// By how much an assignment misses seats, minima and maxima.
fn missed(ranked: &[Wishing], boards: &[Board], assignment: &Assignment) -> u32 {
    let short = |bounds: Bounds, count: usize| {
        let count = u32::try_from(count).unwrap();
        bounds.min.saturating_sub(count) + bounds.max.map_or(0, |max| count.saturating_sub(max))
    };
    let of_board = |(at, board): (usize, &Board)| {
        let inside = on_board(ranked, assignment, at);
        let rules = &board.rules;
        let sides =
            SIDES.map(|side| short(rules.side_bounds(side), inside.iter().filter(|one| one.side == side).count()));
        let band = |band: &Band| {
            let of_band = |one: &&&Applicant| band.side.is_none_or(|side| side == one.side) && band.name == one.band;
            short(band.bounds(), inside.iter().filter(of_band).count())
        };
        let bands: u32 = rules.band.iter().map(band).sum();
        rules.seats.abs_diff(u32::try_from(inside.len()).unwrap()) + sides.iter().sum::<u32>() + bands
    };
    boards.iter().enumerate().map(of_board).sum()
}

/// All boards with one number of one of them one wider.
fn one_wider(boards: &[Board]) -> Vec<(String, String, Vec<Board>)> {
    let mut wider = Vec::new();
    for (at, board) in boards.iter().enumerate() {
        for (name, rules) in super::properties::one_wider(&[], &board.rules) {
            let mut all = boards.to_vec();
            all[at].rules = rules;
            wider.push((board.name.clone(), name, all));
        }
    }
    wider
}

fn board(name: &str, rules: &str) -> Board {
    Board { name: name.to_owned(), rules: Rules::from_toml(rules).unwrap() }
}

/// `F1:u1:100:音乐会>海洋馆`.
fn wishing(lines: &str) -> Vec<Wishing> {
    let person = |line: &str| {
        let parts: Vec<&str> = line.split(':').collect();
        Wishing {
            applicant: Applicant {
                number: parts[0].to_owned(),
                side: if parts[0].starts_with('F') { Side::Women } else { Side::Men },
                unit: parts[1].to_owned(),
                band: String::new(),
                class: 1,
                points: parts[2].parse().unwrap(),
                held: false,
            },
            wishes: parts[3].split('>').map(str::to_owned).collect(),
            keeps: None,
        }
    };
    lines.split_whitespace().map(person).collect()
}

#[test]
fn the_last_who_would_come_to_a_small_board_is_needed_there() {
    // Only M1 and M2 wish for the museum, and it must be filled: who stands higher has the concert.
    let people = wishing("M1:a:90:concert>museum M2:b:80:concert>museum M3:c:70:concert M4:d:60:concert");
    let boards = [board("concert", "seats=2"), board("museum", "seats=1")];
    let outcome = screen(&people, &boards, &[0; 32]);
    let selected: Vec<Vec<String>> = outcome.boards.unwrap().into_iter().map(|board| board.selected).collect();
    assert_eq!(selected, [vec!["M1", "M3"], vec!["M2"]]);
    let second = &outcome.explanations["M2"];
    assert_eq!(second.board.as_deref(), Some("museum"));
    let single: Vec<String> = second.refused[0].single.iter().map(|at| format!("{} {}", at.board, at.limit)).collect();
    assert_eq!((single, second.refused[0].climb), (Vec::new(), Some(1)));
    let fourth = &outcome.explanations["M4"].refused[0];
    assert_eq!((fourth.full[0].cap, fourth.full[0].last_points, fourth.climb), (2, Some(70), Some(1)));
}

#[test]
fn too_few_wish_for_a_board() {
    let people = wishing("M1:a:90:concert>museum F1:b:80:concert F2:c:70:concert");
    let boards = [board("concert", "seats=1"), board("museum", "seats=2")];
    let why = screen(&people, &boards, &[0; 32]).infeasible.unwrap();
    let limits: Vec<String> = why.limits.iter().map(|at| format!("{} {}", at.board, at.limit)).collect();
    assert_eq!(limits, ["museum applicants men", "museum seats"]);
    let change: Vec<String> =
        why.smallest_change.iter().map(|one| format!("{} {} {}>{}", one.board, one.limit, one.from, one.to)).collect();
    assert_eq!(change, ["museum seats 2>1"]);
}

#[test]
fn who_asked_moves_up_and_the_line_fills_what_they_leave() {
    let mut people = wishing("F1:a:95:concert>museum F2:b:90:concert>museum F3:c:80:museum F4:d:70:concert");
    for (person, board) in people.iter_mut().zip([None, Some("museum"), None, None]) {
        person.keeps = board.map(str::to_owned);
    }
    people.remove(0);
    let boards = [board("concert", "seats=1"), board("museum", "seats=1")];
    let left = Left { board: "concert", side: Side::Women, band: "" };
    let came = |mover: bool| -> Vec<String> {
        let moves = succeed(&people, &boards, &[0; 32], &|number| mover && number == "F2", left).unwrap();
        moves.iter().map(|one| format!("{} {}>{}", one.number, one.from.as_deref().unwrap_or("-"), one.to)).collect()
    };
    assert_eq!(came(false), ["F4 ->concert"]);
    assert_eq!(came(true), ["F2 museum>concert", "F3 ->museum"]);
}

#[test]
fn whoever_was_passed_over_fills_no_other_board() {
    // Three have a guarantee, so M1 is passed over. One seat more at the concert for M3 would take the last guest from the
    // museum: only M1 could take their place there, and their turn is over.
    let mut people =
        wishing("M1:a:90:museum M2:a:80:concert>museum M3:a:70:concert>museum M4:a:60:concert>museum M5:a:50:concert");
    people[1..4].iter_mut().for_each(|person| person.applicant.held = true);
    let boards = [board("concert", "seats = 1"), board("museum", "seats = 2")];
    let field = Field::rank(&people, &boards, &[0; 32]);
    let chosen = select(&field, &boards).unwrap();
    let singles: Vec<Vec<String>> = explain(&field, &boards, &chosen)
        .iter()
        .map(|why| why.refused.iter().flat_map(|one| &one.single).map(|at| at.board.clone()).collect())
        .collect();
    assert_eq!(chosen.boards, [None, Some(0), Some(1), Some(1), None]);
    assert_eq!(singles, [vec!["concert", "museum"], vec![], vec![], vec![], vec!["concert"]]);
}
