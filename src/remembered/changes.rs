//! How often what is remembered has changed, and until when this process has heard of all changes.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::table::{Part, Table};

/// How many counters the rows share: two that share one are taken for changed together.
const COUNTERS: usize = 8192;
/// How long what is remembered is used after it was last heard that nothing has changed. A change takes
/// effect in every process within a second; the rest is for a request that was just being judged.
const TRUSTED: Duration = Duration::from_millis(900);
/// Nothing was heard yet.
const NEVER: u64 = 0;

/// Counts changes.
#[derive(Debug)]
pub struct Changes {
    /// Of anything.
    all: AtomicU64,
    /// Of whole tables.
    tables: [AtomicU64; Table::ALL.len()],
    /// Of rows.
    rows: Box<[AtomicU64]>,
    /// Milliseconds from the beginning, of the moment before which every change is counted here.
    heard: AtomicU64,
    begun: Instant,
}

/// The counts before something was read.
#[derive(Clone, Copy, Debug)]
pub struct Before(u64);

/// The counts of what was read.
#[derive(Clone, Debug)]
pub struct Stamp(Box<[(Counter, u64)]>);

#[derive(Clone, Copy, Debug)]
enum Counter {
    Table(usize),
    Row(usize),
}

impl Default for Changes {
    fn default() -> Self {
        Self {
            all: AtomicU64::default(),
            tables: Default::default(),
            rows: (0..COUNTERS).map(|_| AtomicU64::default()).collect(),
            heard: AtomicU64::new(NEVER),
            begun: Instant::now(),
        }
    }
}

impl Changes {
    /// To be taken before the first question of what shall be remembered.
    #[must_use]
    pub fn before(&self) -> Before {
        Before(self.all.load(Ordering::SeqCst))
    }

    /// Counts a change that is committed, or may be.
    pub fn count(&self, changed: &[Part]) {
        if changed.is_empty() {
            return;
        }
        // First this one: whoever reads the others afterwards then finds that something has changed.
        self.all.fetch_add(1, Ordering::SeqCst);
        for part in changed {
            self.counter(counter_of(*part)).fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Nobody knows what has changed.
    pub fn count_all(&self) {
        self.count(&Table::ALL.map(Part::All));
    }

    /// Every change that was committed before this moment is counted.
    pub fn heard(&self, until: Instant) {
        let until = u64::try_from(until.saturating_duration_since(self.begun).as_millis()).unwrap_or(NEVER);
        self.heard.fetch_max(until.max(NEVER + 1), Ordering::SeqCst);
    }

    /// Whether all changes are counted but perhaps those of this very moment.
    #[must_use]
    pub fn are_heard(&self) -> bool {
        let heard = self.heard.load(Ordering::SeqCst);
        heard != NEVER && self.begun.elapsed().saturating_sub(Duration::from_millis(heard)) < TRUSTED
    }

    /// What was read from these parts of tables, and is as it was read; None where anything has changed
    /// meanwhile.
    #[must_use]
    pub fn stamp(&self, before: Before, read_from: &[Part]) -> Option<Stamp> {
        let mut counters = Vec::with_capacity(2 * read_from.len());
        for part in read_from {
            if let Part::Rows(table, _) = part {
                counters.push(Counter::Table(*table as usize));
            }
            counters.push(counter_of(*part));
        }
        let counts: Box<[_]> =
            counters.into_iter().map(|counter| (counter, self.counter(counter).load(Ordering::SeqCst))).collect();
        (self.all.load(Ordering::SeqCst) == before.0).then_some(Stamp(counts))
    }

    /// Whether nothing of what was read has changed since.
    #[must_use]
    pub fn holds(&self, stamp: &Stamp) -> bool {
        stamp.0.iter().all(|(counter, count)| self.counter(*counter).load(Ordering::SeqCst) == *count)
    }

    fn counter(&self, counter: Counter) -> &AtomicU64 {
        let found = match counter {
            Counter::Table(table) => self.tables.get(table),
            Counter::Row(row) => self.rows.get(row),
        };
        found.unwrap_or(&self.all)
    }
}

fn counter_of(part: Part) -> Counter {
    match part {
        Part::All(table) => Counter::Table(table as usize),
        Part::Rows(_, key) => Counter::Row(usize::try_from(key.0 % COUNTERS as u64).unwrap_or_default()),
    }
}

/// What a transaction has changed: counted when this is dropped, so that no way out leads past it.
#[derive(Debug)]
pub struct Counting<'c> {
    changes: &'c Changes,
    changed: Vec<Part>,
}

impl<'c> Counting<'c> {
    /// To be held from before the commit until whoever asked for it is answered.
    #[must_use]
    pub fn from(changes: &'c Changes, changed: Vec<Part>) -> Self {
        Self { changes, changed }
    }

    /// The commit is done, or may be, and it takes a while to find out.
    pub fn now(&self) {
        self.changes.count(&self.changed);
    }
}

impl Drop for Counting<'_> {
    fn drop(&mut self) {
        self.now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn somebody(number: u8) -> Part {
        Table::Session.rows(&[number])
    }

    #[test]
    fn what_was_read_holds_until_it_changes() {
        let changes = Changes::default();
        let stamp = changes.stamp(changes.before(), &[somebody(1), Part::All(Table::Staff)]).unwrap();
        changes.count(&[somebody(2), Part::All(Table::Crew)]);
        assert!(changes.holds(&stamp));
        for changed in [somebody(1), Part::All(Table::Session), Part::All(Table::Staff)] {
            let stamp = changes.stamp(changes.before(), &[somebody(1), Part::All(Table::Staff)]).unwrap();
            assert!(changes.holds(&stamp));
            changes.count(&[changed]);
            assert!(!changes.holds(&stamp), "{changed:?}");
        }
        let stamp = changes.stamp(changes.before(), &[somebody(1)]).unwrap();
        changes.count_all();
        assert!(!changes.holds(&stamp));
    }

    #[test]
    fn what_changes_while_it_is_read_is_not_remembered() {
        let changes = Changes::default();
        let before = changes.before();
        changes.count(&[somebody(1)]);
        assert!(changes.stamp(before, &[somebody(1)]).is_none());
    }

    #[test]
    fn nothing_is_trusted_before_something_was_heard_and_not_for_long_after() {
        let changes = Changes::default();
        assert!(!changes.are_heard());
        let now = Instant::now();
        changes.heard(now);
        assert!(changes.are_heard());
        let earlier = Changes { begun: now.checked_sub(TRUSTED * 2).unwrap_or(now), ..Changes::default() };
        earlier.heard(now.checked_sub(TRUSTED).unwrap_or(now));
        assert!(!earlier.are_heard());
    }
}
