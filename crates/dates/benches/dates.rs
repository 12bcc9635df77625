//! The date planner at the sizes of a hall: `cargo bench -p queqiao-dates`.

use queqiao_dates::crowd::{Crowd, CrowdPlan, plan_crowd};
use queqiao_dates::gathering::{Gathering, Guest, Pair, Scores};
use queqiao_dates::merit::fairest;
use queqiao_dates::rolling::{Plan, Wishes, plan};
use rand::{RngExt, SeedableRng, rngs::StdRng};

fn main() {
    divan::main();
}

/// People on each side, and rounds.
const HALLS: [(usize, usize); 4] = [(20, 8), (80, 8), (150, 10), (500, 12)];

/// As many tables as pairs; one pair in twenty may not meet.
fn hall(people: usize, rounds: usize) -> Gathering {
    let mut dice = StdRng::seed_from_u64(1);
    let mut scores = Scores::none(people, people);
    for pair in (0..people).flat_map(|man| (0..people).map(move |woman| (man, woman))) {
        scores.set(pair, (!dice.random_ratio(1, 20)).then(|| dice.random_range(0..=1000)));
    }
    let guests = vec![Guest::staying(rounds); people];
    Gathering { men: guests.clone(), women: guests, scores, rounds, tables: people }
}

#[divan::bench(args = HALLS, sample_count = 10)]
fn choose_the_pairs(bencher: divan::Bencher, (people, rounds): (usize, usize)) {
    let gathering = hall(people, rounds);
    bencher.bench(|| -> Vec<Pair> { fairest(&gathering, 0, &[], Some(&[7; 32])) });
}

#[divan::bench(args = HALLS, sample_count = 10)]
fn plan_the_evening(bencher: divan::Bencher, (people, rounds): (usize, usize)) {
    let gathering = hall(people, rounds);
    bencher.bench(|| -> Plan { plan(&gathering, &Wishes { seed: Some([7; 32]), ..Wishes::default() }) });
}

#[divan::bench(args = [(80, 8), (150, 10)], sample_count = 3)]
fn plan_and_look_after_the_lowest(bencher: divan::Bencher, (people, rounds): (usize, usize)) {
    let gathering = hall(people, rounds);
    bencher.bench(|| -> Plan { plan(&gathering, &Wishes { look_after_the_lowest: true, ..Wishes::default() }) });
}

/// Too few tables, and people who had between none and three dates already: several flows, not one.
#[divan::bench(args = [(150, 10), (500, 12)], sample_count = 3)]
fn plan_an_uneven_hall(bencher: divan::Bencher, (people, rounds): (usize, usize)) {
    let mut gathering = hall(people, rounds);
    gathering.tables = people * 4 / 5;
    let mut dice = StdRng::seed_from_u64(2);
    for guest in gathering.men.iter_mut().chain(&mut gathering.women) {
        guest.had = dice.random_range(0..=3);
    }
    bencher.bench(|| -> Plan { plan(&gathering, &Wishes::default()) });
}

/// In mid-evening: half of the rounds are over, nobody meets whom they met, and one in ten has left and been
/// followed by somebody who came late. 300 people have to be planned within 200 ms, 1,000 within 3 s.
#[divan::bench(args = [(150, 10), (500, 12)], sample_count = 10)]
fn plan_again_in_mid_evening(bencher: divan::Bencher, (people, rounds): (usize, usize)) {
    let mut gathering = hall(people, rounds);
    let played = plan(&gathering, &Wishes::default()).rounds.into_iter().take(rounds / 2);
    gathering.rounds = rounds - rounds / 2;
    let come = |place: usize| place.is_multiple_of(10);
    for guest in gathering.men.iter_mut().chain(&mut gathering.women) {
        *guest = Guest { had: u32::try_from(rounds / 2).unwrap_or(0), ..Guest::staying(rounds - rounds / 2) };
    }
    for (man, woman) in played.flatten().filter(|(man, woman)| !come(*man) && !come(*woman)) {
        gathering.scores.set((man, woman), None);
    }
    bencher.bench(|| -> Plan { plan(&gathering, &Wishes { seed: Some([7; 32]), ..Wishes::default() }) });
}

/// Anybody may meet anybody.
#[divan::bench(args = [(60, 8), (300, 10)], sample_count = 3)]
fn plan_a_crowd(bencher: divan::Bencher, (people, rounds): (usize, usize)) {
    let Gathering { men, scores, rounds, .. } = hall(people, rounds);
    let crowd = Crowd { people: men, scores, rounds, tables: people / 2 };
    bencher.bench(|| -> CrowdPlan { plan_crowd(&crowd) });
}
