//! A bounded memory of answers of one kind.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::changes::{Before, Changes, Stamp};
use super::table::Part;

/// How many answers of one kind are remembered, at most twice.
const MOST: usize = 20_000;
/// How long one is remembered at most, whatever is heard or not.
const OLD: Duration = Duration::from_mins(1);

/// Answers of one kind, by what was asked.
#[derive(Debug)]
pub struct Memory<K, V>(Mutex<Shelves<K, V>>);

/// New answers are put on one shelf. When it is full or old, it becomes the other one, and what
/// stood there and was not asked for again is forgotten.
#[derive(Debug)]
struct Shelves<K, V> {
    new: HashMap<K, Kept<V>>,
    old: HashMap<K, Kept<V>>,
    since: Instant,
}

#[derive(Debug)]
struct Kept<V> {
    value: V,
    stamp: Stamp,
    at: Instant,
}

impl<K, V> Default for Memory<K, V> {
    fn default() -> Self {
        Self(Mutex::new(Shelves { new: HashMap::new(), old: HashMap::new(), since: Instant::now() }))
    }
}

impl<K: Eq + Hash, V: Clone> Memory<K, V> {
    /// The answer, where it is known and still true.
    pub fn recall<Q>(&self, changes: &Changes, asked_for: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        if !changes.are_heard() {
            return None;
        }
        let mut shelves = self.shelves();
        shelves.turn();
        if let Some((again, kept)) = shelves.old.remove_entry(asked_for) {
            shelves.new.entry(again).or_insert(kept);
        }
        let kept = shelves.new.get(asked_for)?;
        if kept.at.elapsed() < OLD && changes.holds(&kept.stamp) {
            return Some(kept.value.clone());
        }
        shelves.new.remove(asked_for);
        None
    }

    /// The answer, where it is known and still true; else what is found now, which is remembered with the
    /// parts of tables it was read from. That nothing was found is not.
    ///
    /// # Errors
    /// What the question says.
    pub async fn recall_or_ask<E, P: AsRef<[Part]>>(
        &self,
        changes: &Changes,
        asked_for: K,
        question: impl Future<Output = Result<Option<V>, E>>,
        read_from: impl FnOnce(&V) -> P,
    ) -> Result<Option<V>, E> {
        if let Some(known) = self.recall(changes, &asked_for) {
            return Ok(Some(known));
        }
        let before = changes.before();
        let found = question.await?;
        if let Some(value) = &found {
            self.keep(changes, before, asked_for, value.clone(), read_from(value).as_ref());
        }
        Ok(found)
    }

    /// Remembers an answer that was read from these parts of tables, unless anything has changed since
    /// `before`.
    pub fn keep(&self, changes: &Changes, before: Before, asked_for: K, value: V, read_from: &[Part]) {
        let Some(stamp) = changes.stamp(before, read_from) else { return };
        let mut shelves = self.shelves();
        shelves.turn();
        shelves.old.remove(&asked_for);
        shelves.new.insert(asked_for, Kept { value, stamp, at: Instant::now() });
    }

    fn shelves(&self) -> MutexGuard<'_, Shelves<K, V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K, V> Shelves<K, V> {
    fn turn(&mut self) {
        if self.new.len() >= MOST || self.since.elapsed() >= OLD {
            self.old = mem::take(&mut self.new);
            self.since = Instant::now();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::Table;
    use super::*;

    #[test]
    fn an_answer_is_remembered_until_what_it_was_read_from_changes() {
        let (changes, memory) = (Changes::default(), Memory::default());
        changes.heard(Instant::now());
        let part = Table::Account.rows(b"one");
        memory.keep(&changes, changes.before(), 1, "one", &[part]);
        assert_eq!(memory.recall(&changes, &1), Some("one"));
        changes.count(&[part]);
        assert_eq!(memory.recall(&changes, &1), None);
        let before = changes.before();
        changes.count(&[Part::All(Table::Device)]);
        memory.keep(&changes, before, 1, "one", &[part]);
        assert_eq!(memory.recall(&changes, &1), None, "it may be from before the change");
    }

    #[test]
    fn while_nothing_is_heard_nothing_is_remembered() {
        let (changes, memory) = (Changes::default(), Memory::default());
        memory.keep(&changes, changes.before(), 1, "one", &[Part::All(Table::Staff)]);
        assert_eq!(memory.recall(&changes, &1), None);
        changes.heard(Instant::now());
        assert_eq!(memory.recall(&changes, &1), Some("one"));
    }

    #[test]
    fn so_many_are_remembered_and_no_more() {
        let (changes, memory) = (Changes::default(), Memory::default());
        changes.heard(Instant::now());
        for number in 0..=3 * MOST {
            memory.keep(&changes, changes.before(), number, (), &[Part::All(Table::Staff)]);
        }
        let shelves = memory.shelves();
        assert!(shelves.new.len() + shelves.old.len() <= 2 * MOST);
    }
}
