//! One turn of load: so many connections, closed (each asks again as soon as it was answered) or open (requests
//! come due at a rate, whoever is free sends the next, and its time counts from when it was due).

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::connection::Connection;
use crate::scene::Scene;

/// What a row asks, request by request.
pub trait Supply {
    /// Writes the next request of a connection; false where there is no more to ask in this turn.
    fn next(&mut self, connection: usize, request: &mut String) -> bool;

    /// Whether this answer means that it was done.
    fn is_done(&self, status: u16, _body: &[u8]) -> bool {
        status == 200
    }

    /// Makes ready what a turn uses up.
    async fn refill(&mut self, _scene: &mut Scene) -> anyhow::Result<()> {
        Ok(())
    }
}

/// When requests are sent.
#[derive(Clone, Copy)]
pub enum Pace {
    /// As soon as the one before was answered, for so long.
    Closed(Duration),
    /// So many a second, for so long.
    Open(f64, Duration),
}

/// What came of a turn, or of several.
pub struct Outcome {
    pub done: u64,
    pub refused: u64,
    /// What the first one that was not done was answered.
    pub first_refusal: Option<String>,
    pub took: Duration,
    /// Microseconds.
    pub times: Histogram<u64>,
}

impl Outcome {
    /// Nothing yet.
    ///
    /// # Errors
    /// Never with three digits.
    pub fn nothing() -> anyhow::Result<Self> {
        let times = Histogram::new(3)?;
        Ok(Self { done: 0, refused: 0, first_refusal: None, took: Duration::ZERO, times })
    }

    #[must_use]
    pub fn a_second(&self) -> f64 {
        self.done as f64 / self.took.as_secs_f64()
    }

    fn count(&mut self, since: Instant) {
        self.done += 1;
        let micros = u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX);
        // It grows with what it is given.
        let _ = self.times.record(micros);
    }

    fn refuse(&mut self, answer: String) {
        self.refused += 1;
        self.first_refusal.get_or_insert(answer);
    }

    /// Adds what others did at the same time, or afterwards.
    ///
    /// # Errors
    /// Never: all histograms here grow.
    pub fn add(&mut self, other: Self) -> anyhow::Result<()> {
        self.done += other.done;
        self.refused += other.refused;
        self.first_refusal = self.first_refusal.take().or(other.first_refusal);
        self.took += other.took;
        self.times.add(&other.times)?;
        Ok(())
    }
}

/// What comes due, and how far the connections have got.
struct Schedule {
    begun: Instant,
    gap: Duration,
    number: u32,
    taken: Cell<u32>,
    /// As many permits as requests have come due and wait.
    gate: Arc<Semaphore>,
}

impl Schedule {
    /// Begins; a thread of its own watches the clock, which the runtime reads in whole milliseconds only.
    fn begin(rate: f64, last: Duration, connections: usize) -> Rc<Self> {
        let number = (rate * last.as_secs_f64()).ceil().max(1.0) as u32;
        let (begun, gap) = (Instant::now() + Duration::from_millis(2), Duration::from_secs_f64(1.0 / rate));
        let gate = Arc::new(Semaphore::new(0));
        let opened = Arc::clone(&gate);
        thread::spawn(move || {
            let mut due = 0;
            while due < number {
                thread::sleep((begun + gap * due).saturating_duration_since(Instant::now()));
                let now = (begun.elapsed().as_secs_f64() / gap.as_secs_f64()) as u32 + 1;
                let now = now.clamp(due + 1, number);
                opened.add_permits((now - due) as usize);
                due = now;
            }
            // So that every connection learns that this was all.
            opened.add_permits(connections);
        });
        Rc::new(Self { begun, gap, number, taken: Cell::new(0), gate })
    }

    /// When the next request was due, once it is.
    async fn next(&self) -> Option<Instant> {
        self.gate.acquire().await.ok()?.forget();
        let slot = self.taken.get();
        self.taken.set(slot + 1);
        (slot < self.number).then(|| self.begun + self.gap * slot)
    }
}

/// Drives all connections for one turn. Where the supply ends, so does the turn.
///
/// # Errors
/// Where a task came to an end by a mistake of this program.
pub async fn drive<S: Supply + 'static>(
    connections: &mut Vec<Connection>,
    supply: &Rc<RefCell<S>>,
    pace: Pace,
) -> anyhow::Result<Outcome> {
    let begun = Instant::now();
    let (until, schedule) = match pace {
        Pace::Closed(last) => (begun + last, None),
        Pace::Open(rate, last) => {
            (begun + last + Duration::from_secs(60), Some(Schedule::begin(rate, last, connections.len())))
        }
    };
    let mut clients = JoinSet::new();
    for (number, connection) in connections.drain(..).enumerate() {
        clients.spawn_local(client(number, connection, Rc::clone(supply), until, schedule.clone()));
    }
    let mut outcome = Outcome::nothing()?;
    while let Some(client) = clients.join_next().await {
        let (connection, own) = client??;
        outcome.add(own)?;
        connections.push(connection);
    }
    outcome.took = begun.elapsed();
    Ok(outcome)
}

async fn client<S: Supply>(
    number: usize,
    mut connection: Connection,
    supply: Rc<RefCell<S>>,
    until: Instant,
    schedule: Option<Rc<Schedule>>,
) -> anyhow::Result<(Connection, Outcome)> {
    let mut own = Outcome::nothing()?;
    let mut request = String::new();
    while Instant::now() < until {
        let due = match &schedule {
            None => Instant::now(),
            Some(schedule) => match schedule.next().await {
                Some(due) => due,
                None => break,
            },
        };
        if !supply.borrow_mut().next(number, &mut request) {
            break;
        }
        match connection.exchange(&request).await {
            Ok(status) if supply.borrow().is_done(status, connection.body()) => own.count(due),
            Ok(status) => own.refuse(format!("{status} {}", String::from_utf8_lossy(connection.body()))),
            Err(broken) => own.refuse(format!("{broken:#}")),
        }
    }
    Ok((connection, own))
}
