//! Where a room keeps its snapshots: each is read by one for all who ask, not too often where changes follow each
//! other, and there are no more of them than have room.

use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::anyhow;
use uuid::Uuid;

use super::Snapshot;
use crate::app::App;
use crate::error::Error;

/// Remembered on a shelf; of more, those nobody has asked for the longest are forgotten.
const KEPT: usize = 128;
/// How far apart two readings of the same begin, where changes follow each other: whoever asks in between waits.
const APART: Duration = Duration::from_millis(20);
/// Nor takes reading more of the time than one part of so many.
const SHARE: u32 = 10;
/// And nobody waits longer.
const LONGEST: Duration = Duration::from_millis(500);

/// The snapshots of one kind of content, by name.
pub struct Shelf<T> {
    slots: Mutex<HashMap<String, Arc<Slot<T>>>>,
    /// How often anything was asked for.
    uses: AtomicU64,
}

struct Slot<T> {
    current: Mutex<Option<Arc<Snapshot<T>>>>,
    /// Held by whoever reads anew: when that was begun last, and how long it took.
    reading: tokio::sync::Mutex<Option<(Instant, Duration)>>,
    /// Which use of the shelf was the last of this one.
    last_use: AtomicU64,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self { slots: Mutex::default(), uses: AtomicU64::new(0) }
    }
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self { current: Mutex::default(), reading: tokio::sync::Mutex::default(), last_use: AtomicU64::new(0) }
    }
}

impl<T: Send + Sync + 'static> Shelf<T> {
    /// The snapshot of this name, as it is now; where it has to be read, by one for all who ask.
    ///
    /// # Arguments
    /// `read`: reads it, told which event it was about the last time.
    ///
    /// # Errors
    /// What `read` says; nothing is remembered then.
    pub async fn get<R, F>(&self, app: &Arc<App>, name: &str, read: R) -> Result<Arc<Snapshot<T>>, Error>
    where
        R: FnOnce(Arc<App>, Option<Uuid>) -> F + Send + 'static,
        F: Future<Output = Result<Snapshot<T>, Error>> + Send + 'static,
    {
        let asker = Asker { shelf: self, name, slot: Some(self.slot(name)) };
        let Some(slot) = &asker.slot else { return Err(anyhow!("a slot for every name").into()) };
        if let Some(current) = slot.current(app) {
            return Ok(current);
        }
        let mut reading = slot.reading.lock().await;
        if let Some(current) = slot.current(app) {
            return Ok(current);
        }
        if let Some((begun, took)) = *reading {
            tokio::time::sleep_until((begun + APART.max(took * SHARE).min(LONGEST)).into()).await;
        }
        let begun = Instant::now();
        let former = slot.latest();
        let event = former.as_ref().and_then(|former| former.event);
        match app.run(move |app| read(app, event)).await {
            Ok(snapshot) => {
                *reading = Some((begun, begun.elapsed()));
                Ok(self.show(slot, snapshot, former.as_deref()))
            }
            Err(wrong) => {
                slot.clear();
                Err(wrong)
            }
        }
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<String, Arc<Slot<T>>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn slot(&self, name: &str) -> Arc<Slot<T>> {
        let number = self.uses.fetch_add(1, Ordering::Relaxed);
        let mut slots = self.slots();
        let slot = match slots.get(name) {
            Some(slot) => Arc::clone(slot),
            None => Arc::clone(slots.entry(name.to_owned()).or_default()),
        };
        slot.last_use.store(number, Ordering::Relaxed);
        slot
    }

    fn show(&self, slot: &Slot<T>, snapshot: Snapshot<T>, former: Option<&Snapshot<T>>) -> Arc<Snapshot<T>> {
        if let Some(former) = former {
            snapshot.follow(former);
        }
        let snapshot = Arc::new(snapshot);
        let replaced = slot.show(Arc::clone(&snapshot));
        if !replaced {
            self.make_room();
        }
        snapshot
    }

    /// Forgets what was asked for the longest ago, where there is too much. Whatever is being read for the first
    /// time does not count: it may come to nothing.
    fn make_room(&self) {
        let mut slots = self.slots();
        let filled = slots.values().filter(|slot| slot.latest().is_some());
        let mut uses: Vec<u64> = filled.map(|slot| slot.last_use.load(Ordering::Relaxed)).collect();
        if uses.len() > KEPT {
            uses.sort_unstable_by(|one, other| other.cmp(one));
            let oldest = uses.get(KEPT - 1).copied().unwrap_or(0);
            slots.retain(|_, slot| slot.latest().is_none() || slot.last_use.load(Ordering::Relaxed) >= oldest);
        }
    }
}

/// Somebody who asks for a snapshot, until they have it or go away.
struct Asker<'a, T> {
    shelf: &'a Shelf<T>,
    name: &'a str,
    slot: Option<Arc<Slot<T>>>,
}

impl<T> Drop for Asker<'_, T> {
    /// A slot that came to nothing goes with the last who asked for it: names that are not there take no place.
    fn drop(&mut self) {
        let Some(slot) = self.slot.take().filter(|slot| slot.latest().is_none()) else { return };
        let mut slots = self.shelf.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let is_own = slots.get(self.name).is_some_and(|own| Arc::ptr_eq(own, &slot));
        if is_own && Arc::strong_count(&slot) == 2 {
            slots.remove(self.name);
        }
        // Before the shelf is free again: whoever goes next counts right.
        drop(slot);
    }
}

impl<T> Slot<T> {
    fn clear(&self) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn latest(&self) -> Option<Arc<Snapshot<T>>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn current(&self, app: &App) -> Option<Arc<Snapshot<T>>> {
        self.latest().filter(|snapshot| snapshot.is_current(app))
    }

    /// Whether there was one before.
    fn show(&self, snapshot: Arc<Snapshot<T>>) -> bool {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).replace(snapshot).is_some()
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::*;
    use crate::error::Refused;
    use crate::happening::What;

    /// Asks for what has this name; how often it was read until now.
    async fn ask(app: &Arc<App>, shelf: &Shelf<u64>, name: &str, readings: &Arc<AtomicU64>) -> u64 {
        let readings = Arc::clone(readings);
        let read = async move |app: Arc<App>, _: Option<Uuid>| {
            let event = Some(Uuid::from_u128(7));
            let (revision, at) = (app.happenings.revision(event), app.now());
            let reading = readings.fetch_add(1, Ordering::SeqCst) + 1;
            Ok(Snapshot::of(reading, event, revision, at, [DateTime::UNIX_EPOCH + TimeDelta::milliseconds(2500)]))
        };
        shelf.get(app, name, read).await.unwrap().content
    }

    #[tokio::test]
    async fn it_is_read_again_when_it_may_be_another() {
        let folder = tempfile::tempdir().unwrap();
        let (app, shelf, readings) = (App::in_folder(folder.path()).await, Shelf::default(), Arc::default());
        let asking = || ask(&app, &shelf, "qixi", &readings);
        assert_eq!((asking().await, asking().await), (1, 1));
        app.clock.advance(TimeDelta::milliseconds(999));
        assert_eq!(asking().await, 1);
        app.clock.advance(TimeDelta::milliseconds(1));
        assert_eq!((asking().await, asking().await), (2, 2), "a second later");
        app.clock.advance(TimeDelta::milliseconds(999));
        app.happenings.announce(Uuid::from_u128(7), What::GuestArrived);
        app.happenings.announce(Uuid::from_u128(8), What::EventChanged);
        assert_eq!(asking().await, 2, "nothing of it changed");
        app.happenings.announce(Uuid::from_u128(7), What::EventChanged);
        assert_eq!(asking().await, 3);
        app.clock.advance(TimeDelta::milliseconds(502));
        assert_eq!(asking().await, 4, "half past two something changed by the clock");
        app.clock.advance(TimeDelta::milliseconds(-700));
        assert_eq!(asking().await, 5, "the clock was put back");
        let waiting = futures_util::future::join_all((0..20).map(|_| ask(&app, &shelf, "two", &readings)));
        assert_eq!(waiting.await, [6; 20], "one reads for all");
    }

    #[tokio::test]
    async fn what_is_not_there_takes_no_place_and_many_take_no_more_than_there_is() {
        let folder = tempfile::tempdir().unwrap();
        let (app, shelf, readings) = (App::in_folder(folder.path()).await, Shelf::<u64>::default(), Arc::default());
        ask(&app, &shelf, "qixi", &readings).await;
        for number in 0..2 * KEPT {
            let read = async |_: Arc<App>, _: Option<Uuid>| Err(Refused::not_found().into());
            assert!(shelf.get(&app, &format!("none-{number}"), read).await.is_err());
        }
        assert_eq!(shelf.slots().len(), 1);
        for number in 0..2 * KEPT {
            ask(&app, &shelf, &format!("event-{number}"), &readings).await;
            ask(&app, &shelf, "qixi", &readings).await;
        }
        assert_eq!(shelf.slots().len(), KEPT);
        assert_eq!(ask(&app, &shelf, "qixi", &readings).await, 1, "whoever is asked for most stays");
        app.clock.advance(TimeDelta::seconds(1));
        let gone = async |_: Arc<App>, _: Option<Uuid>| Err(Refused::not_found().into());
        assert!(shelf.get(&app, "qixi", gone).await.is_err());
        assert_eq!(shelf.slots().len(), KEPT - 1);
        // Whoever goes away in the middle leaves nothing either.
        let stuck = async |_: Arc<App>, _: Option<Uuid>| std::future::pending().await;
        assert!(tokio::time::timeout(Duration::from_millis(10), shelf.get(&app, "stuck", stuck)).await.is_err());
        assert_eq!(shelf.slots().len(), KEPT - 1);
    }
}
