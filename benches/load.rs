//! The hot paths over HTTP against the same work straight at the same database, in turns: what
//! counts is the ratio, because the machine drifts. The load comes from this very process, as the
//! hall's phones would.
//!
//! `cargo bench --bench load`; PostgreSQL too where `QUEQIAO_BENCH_POSTGRES` names a database that
//! may be filled: postgres://USER@HOST/NAME.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a bench may fall over"
)]

#[path = "../tests/event/fixtures/mod.rs"]
#[expect(dead_code, reason = "stories need more of an evening")]
mod fixtures;

#[path = "load/floor.rs"]
mod floor;

use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use fixtures::evening::{Engine, Evening};
use fixtures::person::{Answer, Person};
use floor::Floor;
use queqiao::accounts::profile::Gender;
use queqiao::events::crew::Role;
use queqiao::events::phase::Phase;
use queqiao::registrations::registration::Status;
use serde_json::{Value, json};

const SIDE: u32 = 100;
const AT: &str = "/api/v1/events/qixi";
/// How long one turn lasts, and how many turns each has.
const TURN: Duration = Duration::from_secs(2);
const TURNS: usize = 3;

/// What so many clients got done.
#[derive(Default)]
struct Done {
    times: Vec<Duration>,
    took: Duration,
}

impl Done {
    fn a_second(&self) -> f64 {
        self.times.len() as f64 / self.took.as_secs_f64()
    }

    fn p99_ms(&mut self) -> f64 {
        self.times.sort_unstable();
        self.times[self.times.len() * 99 / 100].as_secs_f64() * 1000.0
    }

    fn and(&mut self, other: Self) {
        self.times.extend(other.times);
        self.took += other.took;
    }
}

/// Lets `clients` act one time after the other until the turn is over or there is no more to do.
async fn busy<F: Future<Output = bool> + Send>(clients: usize, act: impl Fn(usize, usize) -> F + Sync + Send) -> Done {
    let begun = Instant::now();
    let times: Mutex<Vec<Duration>> = Mutex::default();
    let client = async |client: usize| {
        let mut own = Vec::new();
        while begun.elapsed() < TURN {
            let began = Instant::now();
            if !act(client, own.len()).await {
                break;
            }
            own.push(began.elapsed());
        }
        times.lock().unwrap().extend(own);
    };
    futures_util::future::join_all((0..clients).map(client)).await;
    Done { times: times.into_inner().unwrap(), took: begun.elapsed() }
}

/// One line of the table: the floor and the service in turns.
async fn compare<A, B>(
    name: &str,
    clients: usize,
    floor: &Floor,
    straight: impl Fn(usize, usize) -> A + Sync + Send,
    service: impl Fn(usize, usize) -> B + Sync + Send,
) where
    A: Future<Output = bool> + Send,
    B: Future<Output = bool> + Send,
{
    let (mut below, mut above) = (Done::default(), Done::default());
    for _ in 0..TURNS {
        below.and(busy(clients, &straight).await);
        floor.finish().await;
        above.and(busy(clients, &service).await);
    }
    let (bare, served) = (below.a_second(), above.a_second());
    println!("{name:<28}{clients:>5}{bare:>12.0}{served:>12.0}{:>8.2}{:>10.1}", served / bare, above.p99_ms());
}

fn nonce() -> String {
    static MADE: AtomicUsize = AtomicUsize::new(0);
    format!("{:032x}", MADE.fetch_add(1, Ordering::Relaxed))
}

async fn measure(name: &str, url: Option<String>) {
    let slug = name.to_owned();
    let change = |settings: &mut queqiao::settings::Settings| {
        if let Some(url) = url {
            settings.database.url = url.into();
        }
        settings.database.connections = 32;
    };
    let mut evening = Evening::begin_with(Engine::Sqlite, Phase::Registration, change).await.unwrap();
    let floor = Arc::new(Floor::beside(&evening.app).await);
    println!("\n{slug:<28}{:>5}{:>12}{:>12}{:>8}{:>10}", "", "floor /s", "service /s", "ratio", "p99 ms");
    for clients in [32, 256] {
        opening_rush(&evening, &floor, clients).await;
    }
    let mut men = evening.participants("men", SIDE, Status::Confirmed).await;
    let women = evening.participants("women", SIDE, Status::Confirmed).await;
    evening.move_to(Phase::OnSite).await;
    evening.organizer.post(&format!("{AT}/badges"), json!({})).await;
    men.extend(women);
    for clients in [1, 8, 32] {
        doors(&evening, &floor, clients).await;
    }
    let inside = (0..SIDE).flat_map(|place| [format!("男{:03}", place + 1), format!("女{:03}", place + 1)]);
    let desk = evening.crew(Role::Desk).await;
    for badge in inside {
        scanned(&desk, &badge, "entry").await;
    }
    ballots(&evening, &floor, men).await;
}

/// Everybody applies in the minute registration opens.
async fn opening_rush(evening: &Evening, floor: &Floor, clients: usize) {
    let names: Vec<String> = (0..clients * 40).map(|number| format!("rush-{clients}-{number}")).collect();
    let people = evening.accounts(&names, Gender::Female).await;
    let next = AtomicUsize::new(0);
    let unit = evening.units[0].id;
    let applies = |_, _| {
        let person = people.get(next.fetch_add(1, Ordering::Relaxed)).cloned();
        async move {
            let Some(person) = person else { return false };
            done(&person.post(&format!("{AT}/registrations"), json!({ "unit_id": unit })).await, 201)
        }
    };
    compare("application, one event", clients, floor, |_, _| floor.seat_counter(), applies).await;
}

/// Desks scan people in and out.
async fn doors(evening: &Evening, floor: &Floor, clients: usize) {
    let desk = evening.crew(Role::Desk).await;
    let scan = |client: usize, time: usize| {
        let desk = desk.clone();
        async move {
            let passage = if time.is_multiple_of(2) { "entry" } else { "exit" };
            scanned(&desk, &format!("男{:03}", client + 1), passage).await
        }
    };
    compare("check-in", clients, floor, |client, _| floor.check_in(client), scan).await;
}

async fn scanned(desk: &Person, badge: &str, passage: &str) -> bool {
    let scan = json!({ "badge": badge, "nonce": nonce(), "device": "desk", "kind": passage });
    done(&desk.post(&format!("{AT}/check-ins"), scan).await, 200)
}

async fn ballots(evening: &Evening, floor: &Floor, guests: Vec<Person>) {
    evening.organizer.post(&format!("{AT}/pick-rounds"), json!({ "limit": 3 })).await;
    evening.organizer.post(&format!("{AT}/pick-rounds/1/open"), json!({})).await;
    let picks: Value = json!({ "badges": ["女001", "女002", "女003"] });
    let light = |client: usize, _| {
        let (guest, picks) = (guests[client].clone(), picks.clone());
        async move { done(&guest.put(&format!("{AT}/pick-rounds/1/picks"), picks).await, 200) }
    };
    compare("sealed ballot", 32, floor, |client, _| floor.ballot(client), light).await;
}

fn done(answer: &Answer, wanted: u16) -> bool {
    assert_eq!(answer.status, wanted, "{}", answer.text());
    true
}

#[tokio::main]
async fn main() {
    measure("SQLite", None).await;
    match std::env::var_os("QUEQIAO_BENCH_POSTGRES") {
        Some(url) => measure("PostgreSQL", url.into_string().ok()).await,
        None => println!("\nPostgreSQL is measured where QUEQIAO_BENCH_POSTGRES names a database."),
    }
}
