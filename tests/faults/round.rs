//! One house from its founding to its last look: rounds of faults while clients go on, and after each
//! the doctor and the clients' own account.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use futures_util::future::{join, join_all};
use rand::rngs::StdRng;
use rand::seq::IteratorRandom;
use rand::{RngExt, SeedableRng};
use reqwest::Method;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::acts::Client;
use crate::faults::{Fault, all, at_a_point, bring};
use crate::figures::Figures;
use crate::found;
use crate::hall::Ballots;
use crate::newcomers::Newcomer;
use crate::night::Night;
use crate::power;
use crate::served::{Served, command};

/// Faults in a living process between two looks; fewer in a short run.
const BETWEEN_LOOKS: u64 = 40;
/// Of ten rounds, so many have something other than a statement go wrong.
const FROM_OUTSIDE: u32 = 7;

/// Clients do not sign in again: a night on a slow machine ends before their tokens do.
const TOKENS_LAST: Duration = Duration::from_mins(8);

/// What clients carry from one round to the next.
#[derive(Default)]
struct Crowd {
    ballots: Mutex<Ballots>,
    newcomers: Mutex<Vec<Newcomer>>,
}

/// Plays until so many faults were injected in all.
pub async fn play(night: Night, until: u64, figures: &mut Figures) {
    let (crowd, faults) = (Crowd::default(), all(night.engine));
    let mut chance = StdRng::seed_from_u64(night.seed);
    let mut served = starts(&night);
    figures.nights += 1;
    let mut turn = chance.random_range(0..faults.len());
    let begun = Instant::now();
    while figures.injected() < until && !figures.is_enough() && begun.elapsed() < TOKENS_LAST {
        if chance.random_ratio(FROM_OUTSIDE, 10) {
            let (fault, name) = if chance.random_bool(0.6) {
                *faults.iter().filter(|(fault, _)| fault.kills()).choose(&mut chance).unwrap()
            } else {
                turn += 1;
                faults[turn % faults.len()]
            };
            figures.fault(name, 1);
            served = from_outside(&night, &crowd, served, fault, &mut chance, figures).await;
        } else {
            let goal = until.min(figures.injected() + BETWEEN_LOOKS.min(until / 4));
            let seed = chance.random();
            with_clients(&night, &crowd, seed, &mut served, async |served| {
                while figures.injected() < goal && !served.is_gone() {
                    let (name, times) = at_a_point(served, &night, &mut chance).await;
                    figures.fault(name, times);
                }
            })
            .await;
            if served.is_gone() {
                figures.is_wrong("the process died of a statement that failed".to_owned());
                served = starts(&night);
            }
        }
        looks(&night, &crowd, figures, false).await;
        figures.progress();
    }
    drained(&night, &crowd).await;
    looks(&night, &crowd, figures, true).await;
    figures.heard(&night.book);
    served.kill();
}

/// One fault from outside; the process that serves after it.
async fn from_outside(
    night: &Night,
    crowd: &Crowd,
    mut served: Served,
    fault: Fault,
    chance: &mut StdRng,
    figures: &mut Figures,
) -> Served {
    let seed = chance.random();
    with_clients(night, crowd, seed, &mut served, async |served| {
        bring(fault, night, served, chance).await;
        if fault.kills() {
            served.kill();
        }
    })
    .await;
    if !served.is_gone() {
        return served;
    }
    figures.kills += 1;
    if !fault.kills() {
        figures.is_wrong(format!("the process died of {fault:?}"));
    }
    if fault == Fault::PowerCut {
        power::is_cut(&night.evening.folder().join("queqiao.sqlite3"), chance);
    }
    starts(night)
}

/// Opens the house, as whoever looks after it does: again, where the database is not there yet.
fn starts(night: &Night) -> Served {
    let patience = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(served) = Served::start(night) {
            return served;
        }
        assert!(Instant::now() < patience, "the house does not open again");
    }
}

/// Has everybody at work while something goes wrong.
async fn with_clients(
    night: &Night,
    crowd: &Crowd,
    seed: u64,
    served: &mut Served,
    goes_wrong: impl AsyncFnOnce(&mut Served),
) {
    let (stop, mut chance) = (CancellationToken::new(), StdRng::seed_from_u64(seed));
    let gone = served.done.clone();
    let clients: Vec<_> =
        (0..6).map(|work| at_work(night, crowd, work, chance.random(), &stop, gone.clone())).collect();
    let wrong = async {
        goes_wrong(served).await;
        stop.cancel();
    };
    join(join_all(clients), wrong).await;
}

/// One client, again where an answer was lost and the house still stands.
async fn at_work(
    night: &Night,
    crowd: &Crowd,
    work: usize,
    seed: u64,
    stop: &CancellationToken,
    gone: watch::Receiver<Option<u64>>,
) {
    let mut chance = StdRng::seed_from_u64(seed);
    while !stop.is_cancelled() && gone.borrow().is_some() {
        let client = Client::new(night, chance.random(), stop);
        match work {
            0 => client.scans().await,
            1 => client.organizes().await,
            2 => client.talks().await,
            3 => client.changes().await,
            4 => client.picks(&crowd.ballots).await,
            _ => client.come(&crowd.newcomers).await,
        }
    }
}

/// The house is well again by itself; the doctor looks, and everything is read back.
async fn looks(night: &Night, crowd: &Crowd, figures: &mut Figures, last: bool) {
    let patience = Instant::now() + Duration::from_secs(30);
    let ready = night.visitor.request(Method::GET, "/readyz");
    while night.visitor.send_or_lose(ready.try_clone().unwrap()).await.is_none_or(|answer| answer.status != 200) {
        if Instant::now() > patience {
            figures.is_wrong("the house does not come to itself".to_owned());
            return;
        }
        tokio::task::yield_now().await;
    }
    let mut found = examined(night);
    // The house believes a clock that was put right when it next looks at it.
    while found.as_deref().is_some_and(only_the_clock) && Instant::now() < patience {
        night.visitor.send_or_lose(ready.try_clone().unwrap()).await;
        found = examined(night);
    }
    figures.examined(found);
    found::compare(night, &crowd.newcomers, figures, last).await;
}

/// What the doctor finds wrong.
fn examined(night: &Night) -> Option<String> {
    let report = tokio::task::block_in_place(|| command(night, &["doctor"]).output().unwrap());
    (!report.status.success()).then(|| String::from_utf8_lossy(&[report.stdout, report.stderr].concat()).into_owned())
}

fn only_the_clock(found: &str) -> bool {
    found.contains("WRONG  clock") && found.matches("WRONG").count() == 1
}

/// Waits for the postman, as long as letters arrive that were put off: one that a mail server has refused
/// goes again minutes later.
async fn drained(night: &Night, crowd: &Crowd) {
    let patience = Instant::now() + Duration::from_mins(5);
    while Instant::now() < patience && found::is_awaited(night, &crowd.newcomers).await {
        tokio::task::yield_now().await;
    }
}
