//! Turns at work that takes a core and memory, shared fairly: whoever brings much waits behind
//! themselves, not in front of others.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;
use uuid::Uuid;

use crate::error::{Error, Fault, Refused};

/// Work of one person that may wait; beyond that they are told to come back.
const MOST_WAITING: usize = 8;

/// A room with so many places.
pub struct Turns(Arc<Mutex<Room>>);

struct Room {
    free: usize,
    /// People at work, and how much of theirs is being done.
    working: HashMap<Uuid, usize>,
    /// In the order of coming.
    waiting: VecDeque<(Uuid, oneshot::Sender<()>)>,
}

impl Room {
    fn begin(&mut self, who: Uuid) {
        self.free -= 1;
        *self.working.entry(who).or_default() += 1;
    }

    fn end(&mut self, who: Uuid) {
        self.free += 1;
        if let Some(count) = self.working.get_mut(&who) {
            *count -= 1;
            if *count == 0 {
                self.working.remove(&who);
            }
        }
        self.call_next();
    }

    /// The first in line who has the least going on.
    fn call_next(&mut self) {
        while self.free > 0 {
            let busy = |who: &Uuid| self.working.get(who).copied().unwrap_or(0);
            let next = self.waiting.iter().enumerate().min_by_key(|(place, (who, _))| (busy(who), *place));
            let Some((who, called)) = next.map(|(place, _)| place).and_then(|place| self.waiting.remove(place)) else {
                return;
            };
            // Whoever went away leaves the place to the next.
            if called.send(()).is_ok() {
                self.begin(who);
            }
        }
    }
}

fn lock(room: &Mutex<Room>) -> MutexGuard<'_, Room> {
    room.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A place in the room; given back when dropped.
pub struct Turn {
    room: Arc<Mutex<Room>>,
    who: Uuid,
}

impl Drop for Turn {
    fn drop(&mut self) {
        lock(&self.room).end(self.who);
    }
}

impl Turns {
    #[must_use]
    pub fn new(places: usize) -> Self {
        let room = Room { free: places.max(1), working: HashMap::new(), waiting: VecDeque::new() };
        Self(Arc::new(Mutex::new(room)))
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// 429 `too_many_requests` where much of the same person's waits already.
    pub async fn take(&self, who: Uuid) -> Result<Turn, Error> {
        let called = {
            let mut room = lock(&self.0);
            if room.free > 0 {
                room.begin(who);
                None
            } else if room.waiting.iter().filter(|(waiting, _)| *waiting == who).count() >= MOST_WAITING {
                return Err(Refused::too_many(5).into());
            } else {
                let (call, called) = oneshot::channel();
                room.waiting.push_back((who, call));
                Some(called)
            }
        };
        // A caller who is dropped between the call and here would take the place along: the guard comes first.
        match called {
            None => Ok(Turn { room: Arc::clone(&self.0), who }),
            Some(called) => Ok(WaitingTurn { room: &self.0, who, called: Some(called) }.turn().await?),
        }
    }
}

/// Somebody in line.
struct WaitingTurn<'a> {
    room: &'a Arc<Mutex<Room>>,
    who: Uuid,
    called: Option<oneshot::Receiver<()>>,
}

impl WaitingTurn<'_> {
    async fn turn(mut self) -> Result<Turn, Fault> {
        if let Some(called) = &mut self.called {
            called.await.map_err(Fault::of)?;
        }
        self.called = None;
        Ok(Turn { room: Arc::clone(self.room), who: self.who })
    }
}

impl Drop for WaitingTurn<'_> {
    fn drop(&mut self) {
        // Called, and gone before the call was heard.
        if let Some(mut called) = self.called.take()
            && called.try_recv().is_ok()
        {
            lock(self.room).end(self.who);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn people() -> [Uuid; 2] {
        [Uuid::from_u128(1), Uuid::from_u128(2)]
    }

    #[tokio::test]
    async fn whoever_brings_much_waits_behind_themselves() {
        let turns = Turns::new(1);
        let [much, little] = people();
        let first = turns.take(much).await.unwrap();
        let mut second = Box::pin(turns.take(much));
        let mut third = Box::pin(turns.take(much));
        let mut other = Box::pin(turns.take(little));
        assert!((&mut second).now_or_never().is_none());
        assert!((&mut third).now_or_never().is_none());
        assert!((&mut other).now_or_never().is_none());
        drop(first);
        // All are even again: the order of coming.
        let second = second.await.unwrap();
        assert!((&mut other).now_or_never().is_none());
        drop(second);
        drop(third.await.unwrap());
        other.await.unwrap();
    }

    #[tokio::test]
    async fn a_person_at_work_lets_others_go_first() {
        let turns = Turns::new(2);
        let [much, little] = people();
        let one = turns.take(much).await.unwrap();
        let two = turns.take(much).await.unwrap();
        let mut three = Box::pin(turns.take(much));
        let mut other = Box::pin(turns.take(little));
        assert!((&mut three).now_or_never().is_none());
        assert!((&mut other).now_or_never().is_none());
        drop(one);
        let other = (&mut other).now_or_never().unwrap().unwrap();
        assert!((&mut three).now_or_never().is_none());
        drop(two);
        three.await.unwrap();
        drop(other);
    }

    #[tokio::test]
    async fn nobody_waits_for_somebody_who_went_away() {
        let turns = Turns::new(1);
        let [gone, here] = people();
        let first = turns.take(here).await.unwrap();
        let mut left = Box::pin(turns.take(gone));
        assert!((&mut left).now_or_never().is_none());
        let mut called = Box::pin(turns.take(gone));
        assert!((&mut called).now_or_never().is_none());
        drop(left);
        drop(first);
        // Called by now, and dropped without having heard it.
        drop(called);
        assert!(turns.take(here).now_or_never().is_some());
    }

    #[tokio::test]
    async fn one_person_does_not_fill_the_line() {
        let turns = Turns::new(1);
        let [much, little] = people();
        let _first = turns.take(much).await.unwrap();
        let mut line: Vec<_> = (0..MOST_WAITING).map(|_| Box::pin(turns.take(much))).collect();
        assert!(line.iter_mut().all(|waits| waits.now_or_never().is_none()));
        assert!(turns.take(much).await.is_err());
        assert!(turns.take(little).now_or_never().is_none());
    }
}
