//! Who is connected, and who makes room where there are too many.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::task::AtomicWaker;
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::SLACK;
use super::watched::Watched;
use crate::network::{Networks, household};
use crate::settings::Settings;

/// Descriptors that are not for connections: files, listeners, and what each connection to the
/// database takes (the embedded one has three files each).
const SPARE: u64 = 128;

/// How many of the spare ones connections may take that are being closed.
const LEAVING: usize = 64;

const EACH_DATABASE_CONNECTION: u64 = 4;

/// Who is connected.
pub struct Doorkeeper {
    /// From the first byte of a request's head to its last.
    patience: Duration,
    most: usize,
    most_of_one: usize,
    proxies: Networks,
    opened: Instant,
    roll: Mutex<Roll>,
}

#[derive(Default)]
struct Roll {
    numbered: u64,
    inside: HashMap<u64, Arc<Caller>>,
    households: HashMap<IpAddr, usize>,
}

/// One connection, as everybody sees it.
pub struct Caller {
    /// None for our own proxies, who speak for many, and for sockets without addresses.
    household: Option<IpAddr>,
    /// Requests whose answer is not all sent.
    pub(super) answering: AtomicUsize,
    /// Milliseconds since the opening; 0 where the house does not wait for them.
    pub(super) reading_since: AtomicU64,
    pub(super) writing_since: AtomicU64,
    pub(super) sent_away: AtomicBool,
    pub(super) waker: AtomicWaker,
}

impl Caller {
    fn waiting_since(&self) -> Option<u64> {
        let since = [&self.reading_since, &self.writing_since].map(|since| since.load(Ordering::Relaxed));
        since.into_iter().filter(|since| *since > 0).min()
    }

    fn send_away(&self) {
        self.sent_away.store(true, Ordering::SeqCst);
        self.waker.wake();
    }
}

impl Roll {
    fn remove(&mut self, number: u64) {
        let Some(household) = self.inside.remove(&number).and_then(|caller| caller.household) else { return };
        if let Some(count) = self.households.get_mut(&household) {
            *count -= 1;
            if *count == 0 {
                self.households.remove(&household);
            }
        }
    }

    /// Closes the connection that has kept us waiting longest; false where none of these does.
    fn make_room(&mut self, among: impl Fn(&Caller) -> bool) -> bool {
        let waiting = self.inside.iter().filter(|(_, caller)| among(caller));
        let waiting = waiting.filter_map(|(number, caller)| Some((caller.waiting_since()?, *number)));
        let Some((_, number)) = waiting.min() else { return false };
        if let Some(caller) = self.inside.get(&number) {
            caller.send_away();
        }
        self.remove(number);
        true
    }
}

impl Doorkeeper {
    #[must_use]
    pub fn new(settings: &Settings, descriptors: u64) -> Self {
        let own = SPARE + EACH_DATABASE_CONNECTION * u64::from(settings.database.connections);
        let most = usize::try_from(descriptors.saturating_sub(own).min(1_000_000)).unwrap_or(usize::MAX).max(16);
        Self {
            patience: Duration::from_secs(settings.server.patience_seconds.max(1)),
            most,
            // However few there are, one address does not get all of them.
            most_of_one: settings.server.connections_per_address.min(most - most / 8),
            proxies: Networks::read(&settings.server.trusted_proxies).unwrap_or_default(),
            opened: Instant::now(),
            roll: Mutex::default(),
        }
    }

    /// As many as there may be at once with those that were just sent away and are not closed yet.
    #[must_use]
    pub fn most_at_the_door(&self) -> usize {
        self.most + LEAVING
    }

    /// Takes a connection in; None where there is no room to be made.
    pub fn admit(self: &Arc<Self>, io: TcpStream) -> Option<Watched> {
        let from = io.peer_addr().ok().map(|peer| peer.ip());
        let household = from.filter(|from| !self.proxies.contain(*from)).map(household);
        let mut roll = self.roll();
        let of_one = household.and_then(|household| roll.households.get(&household).copied()).unwrap_or(0);
        let has_room = if of_one >= self.most_of_one {
            roll.make_room(|caller| caller.household == household)
        } else if roll.inside.len() >= self.most {
            let heaviest = roll.households.iter().max_by_key(|(_, count)| **count).map(|(household, _)| *household);
            (heaviest.is_some() && roll.make_room(|caller| caller.household == heaviest)) || roll.make_room(|_| true)
        } else {
            true
        };
        if !has_room {
            return None;
        }
        let caller = Arc::new(Caller {
            household,
            answering: AtomicUsize::new(0),
            reading_since: AtomicU64::new(self.now()),
            writing_since: AtomicU64::new(0),
            sent_away: AtomicBool::new(false),
            waker: AtomicWaker::new(),
        });
        roll.numbered += 1;
        let number = roll.numbered;
        roll.inside.insert(number, Arc::clone(&caller));
        if let Some(household) = household {
            *roll.households.entry(household).or_default() += 1;
        }
        drop(roll);
        Some(Watched::new(io, caller, Place { keeper: Arc::clone(self), number }))
    }

    #[must_use]
    pub fn patience(&self) -> Duration {
        self.patience
    }

    /// When a head that begins now has to be complete.
    pub(super) fn head(&self) -> Instant {
        Instant::now() + self.patience + SLACK
    }

    fn roll(&self) -> MutexGuard<'_, Roll> {
        self.roll.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX - 1) + 1
    }
}

/// Given back when the connection ends.
pub(super) struct Place {
    pub keeper: Arc<Doorkeeper>,
    number: u64,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.keeper.roll().remove(self.number);
    }
}
