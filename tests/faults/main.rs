//! Whatever goes wrong, what was acknowledged is there, once. A served house, several clients who keep
//! their own account of what they were told, and faults of every kind between them; after each round the
//! doctor looks, and the clients read back what they were told.
//!
//! By itself a short form that fits in a minute or so. `just faults 10000` is the long one:
//! `QUEQIAO_FAULTS` says how many, `QUEQIAO_SEED` repeats a run as far as threads let it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a story may stop"
)]

#[expect(dead_code, reason = "shared with tests/event, where the rest is used")]
#[path = "../event/fixtures/mod.rs"]
mod fixtures;

mod acts;
mod book;
mod cluster;
mod environment;
mod faults;
mod figures;
mod found;
mod hall;
mod night;
mod newcomers;
mod power;
mod round;
mod served;

use rstest::rstest;

use crate::figures::Figures;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::night::Night;

/// Faults of one database's short form: enough for each kind once.
const SHORT: u64 = 40;
/// Faults until a house is closed and the next one founded.
const ONE_NIGHT: u64 = 400;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whatever_goes_wrong_what_was_acknowledged_is_there_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let faults = environment::number("QUEQIAO_FAULTS").map_or(SHORT, |faults| faults.div_ceil(2));
    let seed = environment::number("QUEQIAO_SEED").unwrap_or_else(rand::random);
    eprintln!("{engine:?}: {faults} faults, QUEQIAO_SEED={seed}");
    let mut figures = Figures::new(engine, seed);
    while figures.injected() < faults && !figures.is_enough() {
        let Some(night) = Night::begin(engine, seed.wrapping_add(figures.nights)).await else { return };
        round::play(night, faults.min(figures.injected() + ONE_NIGHT), &mut figures).await;
        figures.say();
    }
    assert!(figures.wrong.is_empty(), "QUEQIAO_SEED={seed}: {:#?}", figures.wrong);
}
