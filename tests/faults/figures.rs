//! What a run came to.

use std::collections::BTreeMap;

use crate::book::{Book, Look};
use crate::fixtures::evening::Engine;

/// Findings after which a run is not worth going on with.
const ENOUGH: usize = 20;

pub struct Figures {
    engine: Engine,
    seed: u64,
    pub nights: u64,
    /// Houses that were looked at by the doctor, and those that were not whole.
    doctor: (u64, u64),
    /// How often which fault was injected.
    faults: BTreeMap<&'static str, u64>,
    /// Processes that died of them.
    pub kills: u64,
    /// By kind of act: acknowledged, found, lost, doubled, at the last look of each night.
    acts: BTreeMap<&'static str, [u64; 4]>,
    answers: BTreeMap<(u16, String), u64>,
    pub wrong: Vec<String>,
    begun: std::time::Instant,
}

impl Figures {
    pub fn new(engine: Engine, seed: u64) -> Self {
        Self {
            engine,
            seed,
            nights: 0,
            doctor: (0, 0),
            faults: BTreeMap::new(),
            kills: 0,
            acts: BTreeMap::new(),
            answers: BTreeMap::new(),
            wrong: Vec::new(),
            begun: std::time::Instant::now(),
        }
    }

    pub fn injected(&self) -> u64 {
        self.faults.values().sum()
    }

    pub fn is_enough(&self) -> bool {
        self.wrong.len() >= ENOUGH
    }

    pub fn fault(&mut self, kind: &'static str, times: u64) {
        *self.faults.entry(kind).or_default() += times;
    }

    /// One look by the doctor; what it found wrong.
    pub fn examined(&mut self, wrong: Option<String>) {
        self.doctor.0 += 1;
        if let Some(wrong) = wrong {
            self.doctor.1 += 1;
            self.is_wrong(format!("doctor: {wrong}"));
        }
    }

    /// One look at a kind of act; only the last of a night counts its acts.
    pub fn looked(&mut self, kind: &'static str, look: Look, last: bool) {
        let Look { found, lost, doubled, wrong } = look;
        let sums = self.acts.entry(kind).or_default();
        for (sum, more) in sums.iter_mut().zip([0, if last { found } else { 0 }, lost, doubled]) {
            *sum += more;
        }
        wrong.into_iter().for_each(|wrong| self.is_wrong(wrong));
    }

    pub fn is_wrong(&mut self, wrong: String) {
        let wrong = format!("night {} after {} faults: {wrong}", self.nights, self.injected());
        eprintln!("WRONG {wrong}");
        self.wrong.push(wrong);
    }

    /// What the clients of one night heard.
    pub fn heard(&mut self, book: &Book) {
        for (answer, times) in book.statuses() {
            *self.answers.entry(answer).or_default() += times;
        }
        for (kind, times) in book.acknowledged() {
            self.acts.entry(kind).or_default()[0] += times;
        }
    }

    /// Says how far it is.
    pub fn progress(&self) {
        let (seconds, wrong) = (self.begun.elapsed().as_secs(), self.wrong.len());
        let (injected, kills, nights) = (self.injected(), self.kills, self.nights);
        eprintln!("{:?} {seconds:>5} s  night {nights}: {injected} faults, {kills} kills, {wrong} wrong", self.engine);
    }

    pub fn say(&self) {
        let Self { engine, seed, nights, doctor, kills, .. } = self;
        eprintln!("\n{engine:?}, seed {seed}: {} faults in {nights} nights", self.injected());
        eprintln!("in {} s; {kills} processes died", self.begun.elapsed().as_secs());
        for (kind, times) in &self.faults {
            eprintln!("  {times:>7}  {kind}");
        }
        eprintln!("  {:<14} {:>12} {:>8} {:>6} {:>8}", "acts", "acknowledged", "found", "lost", "doubled");
        for (kind, [acknowledged, found, lost, doubled]) in &self.acts {
            eprintln!("  {kind:<14} {acknowledged:>12} {found:>8} {lost:>6} {doubled:>8}");
        }
        for ((status, code), times) in &self.answers {
            eprintln!("  {times:>7}  × {status} {code}");
        }
        eprintln!("  doctor looked {} times, {} not whole", doctor.0, doctor.1);
    }
}
