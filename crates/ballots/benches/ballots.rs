//! Opening and counting the ballots of a round: 300 people of an evening, 1,000 of a large one,
//! and 10,000 to see that it grows in step.

#![expect(clippy::unwrap_used, reason = "a bench may fall over")]

use std::collections::HashMap;

use divan::Bencher;
use queqiao_ballots::ballot::Ballot;
use queqiao_ballots::mutual::count;
use queqiao_ballots::onstage::{Coin, of_two_sides};
use queqiao_ballots::seal::{Owner, Seal};
use queqiao_ballots::secret::Secret;

fn main() {
    divan::main();
}

fn owner(person: u32) -> Owner<'static> {
    Owner { person, account: &[7; 16] }
}

/// Everybody picks three of the other side, spread so that some are mutual.
fn sealed(people: u32) -> (Seal, Vec<(u32, Vec<u8>)>) {
    let seal = Seal::of(&Secret::drawn().unwrap(), 1, 1);
    let half = people / 2;
    let ballots = (1..=people).map(|person| {
        let first = if person <= half { half } else { 0 };
        let targets: Vec<u32> = (0..3).map(|step| first + (person * 7 + step * 11) % half + 1).collect();
        let mut nonce = [0; 24];
        nonce[..4].copy_from_slice(&person.to_be_bytes());
        (person, seal.close(nonce, owner(person), &Ballot::cast(&targets, true).unwrap()))
    });
    let ballots = ballots.collect();
    (seal, ballots)
}

#[divan::bench(args = [300, 1_000, 10_000])]
fn open_and_count(bencher: Bencher, people: u32) {
    let (seal, ballots) = sealed(people);
    bencher.bench(|| {
        let opened: HashMap<u32, Ballot> =
            ballots.iter().map(|(person, blob)| (*person, seal.open(owner(*person), blob).unwrap())).collect();
        count(&opened)
    });
}

#[divan::bench(args = [300, 1_000, 10_000])]
fn choose_the_stage(bencher: Bencher, people: u32) {
    let (seal, ballots) = sealed(people);
    let opened = ballots.iter().map(|(person, blob)| (*person, seal.open(owner(*person), blob).unwrap())).collect();
    let mutual = count(&opened).mutual;
    bencher.bench(|| of_two_sides(&mutual, |person| person <= people / 2, Coin::new([1; 32])));
}
