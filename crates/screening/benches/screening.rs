//! The screening at the sizes it must hold: `cargo bench -p queqiao-screening`.

use queqiao_screening::applicant::{Applicant, SIDES};
use queqiao_screening::boards;
use queqiao_screening::boards::board::Board;
use queqiao_screening::boards::field::{Field, Wishing};
use queqiao_screening::outcome::screen;
use queqiao_screening::pool::Pool;
use queqiao_screening::rules::{Band, Bounds, Cap, Fallback, Rules, Sides};
use queqiao_screening::select::select;
use rand::{RngExt, SeedableRng, rngs::StdRng};

fn main() {
    divan::main();
}

/// Applicants, seats, units.
const POOLS: [(usize, u32, usize); 3] = [(800, 300, 126), (10_000, 1_000, 1_000), (100_000, 10_000, 10_000)];

fn applicants((people, _, units): (usize, u32, usize)) -> Vec<Applicant> {
    let mut dice = StdRng::seed_from_u64(7);
    let person = |index| {
        // A few units are large, most are small.
        let unit = dice.random_range(0..units).min(dice.random_range(0..units));
        Applicant {
            number: format!("A{index:06}"),
            side: if dice.random_ratio(9, 20) { SIDES[0] } else { SIDES[1] },
            unit: format!("u{unit}"),
            band: ["-29", "30-34", "35+"].get(dice.random_range(0..3)).copied().unwrap_or("").to_owned(),
            class: dice.random_range(1..=3),
            points: dice.random_range(0..=100),
            held: false,
        }
    };
    (0..people).map(person).collect()
}

/// At most three of a unit and side: nested in the sides.
fn nested((_, seats, _): (usize, u32, usize)) -> Rules {
    let half = Some(Bounds { min: seats / 2, max: Some(seats / 2) });
    Rules {
        seats,
        fallback: Fallback::None,
        standby: None,
        side: Sides { men: half, women: half },
        unit_side: Some(Cap { max: 3 }),
        unit: None,
        band: Vec::new(),
    }
}

/// Both trees: bands inside sides, and caps on units across them.
fn crossing(pool: (usize, u32, usize)) -> Rules {
    let seats = pool.1;
    let band = SIDES.map(|side| Band { side: Some(side), name: "35+".into(), min: seats / 10, max: Some(seats / 4) });
    Rules { unit: Some(Cap { max: 4 }), band: band.to_vec(), ..nested(pool) }
}

#[divan::bench(args = POOLS, sample_count = 10)]
fn nested_limits(bencher: divan::Bencher, pool: (usize, u32, usize)) {
    let (applicants, rules) = (applicants(pool), nested(pool));
    bencher.bench(|| select(&Pool::rank(&applicants, &[7; 32]), &rules));
}

#[divan::bench(args = POOLS, sample_count = 10)]
fn crossing_limits(bencher: divan::Bencher, pool: (usize, u32, usize)) {
    let (applicants, rules) = (applicants(pool), crossing(pool));
    bencher.bench(|| select(&Pool::rank(&applicants, &[7; 32]), &rules));
}

/// With the reasons for everybody who was not selected.
#[divan::bench(args = POOLS, sample_count = 3)]
fn crossing_limits_explained(bencher: divan::Bencher, pool: (usize, u32, usize)) {
    let (applicants, rules) = (applicants(pool), crossing(pool));
    bencher.bench(|| screen(&applicants, &rules, &[7; 32]));
}

const BOARDS: [&str; 4] = ["concert", "aquarium", "crafts", "cinema"];

/// Everybody wishes for one to four boards; the concert is dearest to most.
fn wishing(pool: (usize, u32, usize)) -> Vec<Wishing> {
    let mut dice = StdRng::seed_from_u64(11);
    let wish = |applicant| {
        let mut left: Vec<usize> = (0..BOARDS.len()).collect();
        let many = dice.random_range(1..=BOARDS.len());
        let dearer = |count: usize, dice: &mut StdRng| dice.random_range(0..count).min(dice.random_range(0..count));
        let wishes = (0..many).map(|_| left.remove(dearer(left.len(), &mut dice)));
        let wishes = wishes.filter_map(|board| BOARDS.get(board)).map(|name| (*name).to_owned()).collect();
        Wishing { applicant, wishes, keeps: None }
    };
    applicants(pool).into_iter().map(wish).collect()
}

/// A concert with half of the seats, and three small boards.
fn four(pool: (usize, u32, usize)) -> Vec<Board> {
    let board = |(name, share): (&&str, u32)| {
        let rules = nested((pool.0, pool.1 / share, pool.2));
        Board { name: (*name).to_owned(), rules: Rules { unit_side: Some(Cap { max: 2 }), ..rules } }
    };
    BOARDS.iter().zip([2, 6, 6, 6]).map(board).collect()
}

#[divan::bench(args = POOLS, sample_count = 10)]
fn four_boards(bencher: divan::Bencher, pool: (usize, u32, usize)) {
    let (people, boards) = (wishing(pool), four(pool));
    bencher.bench(|| boards::select::select(&Field::rank(&people, &boards, &[7; 32]), &boards).is_ok());
}

/// With the reasons for everybody who did not get what they wished for most.
#[divan::bench(args = &POOLS[..2], sample_count = 3)]
fn four_boards_explained(bencher: divan::Bencher, pool: (usize, u32, usize)) {
    let (people, boards) = (wishing(pool), four(pool));
    bencher.bench(|| boards::outcome::screen(&people, &boards, &[7; 32]));
}

/// Where far more seats are asked for than people came: the limits that bind and the smallest change.
#[divan::bench(args = &POOLS[..1], sample_count = 3)]
fn four_boards_that_cannot_be_filled(bencher: divan::Bencher, pool: (usize, u32, usize)) {
    let (people, boards) = (wishing(pool), four((pool.0, pool.1 * 2, pool.2)));
    bencher.bench(|| boards::outcome::screen(&people, &boards, &[7; 32]));
}
