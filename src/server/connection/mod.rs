//! Connections: how long each may keep the house waiting, and which are closed when there are too many.
//!
//! What waits for the caller is counted: the head of a request, a body on its way in
//! ([`super::intake`]), an answer that is not taken. What waits for the house is not: a query that
//! takes long, a live stream. Where an address has as many connections as it may, or the process as
//! many as it has descriptors for, the one that has kept the house waiting longest makes room, so that
//! whoever has something to say is heard, however many say nothing.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::Error as HttpError;
use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use futures_util::task::AtomicWaker;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::network::{Networks, household};
use crate::settings::Settings;

/// Between two requests. Longer than a proxy or a phone keeps a quiet connection: whoever closes first
/// makes the other's next request fail.
pub const QUIET: Duration = Duration::from_secs(75);
/// An answer may be ready before all of its question has come: a photo that is too large, somebody who
/// may not ask. What still comes is thrown away for so long, or the line would be reset under the hands
/// of whoever sends, and the answer lost.
pub const LINGER: Duration = Duration::from_secs(5);
/// Of an answer, nothing is taken.
const STALLED: Duration = Duration::from_secs(30);
/// A little later than the server itself, which says 408 where it still can.
const SLACK: Duration = Duration::from_secs(1);

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
    answering: AtomicUsize,
    /// Milliseconds since the opening; 0 where the house does not wait for them.
    reading_since: AtomicU64,
    writing_since: AtomicU64,
    sent_away: AtomicBool,
    waker: AtomicWaker,
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
        let place = Place { keeper: Arc::clone(self), number };
        let head = Some(self.head());
        Some(Watched { io, caller, place, head, was_answering: false, reading: None, writing: None })
    }

    #[must_use]
    pub fn patience(&self) -> Duration {
        self.patience
    }

    /// When a head that begins now has to be complete.
    fn head(&self) -> Instant {
        Instant::now() + self.patience + SLACK
    }

    fn roll(&self) -> MutexGuard<'_, Roll> {
        self.roll.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX - 1) + 1
    }
}

/// Given back when the connection ends.
struct Place {
    keeper: Arc<Doorkeeper>,
    number: u64,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.keeper.roll().remove(self.number);
    }
}

/// A connection under these rules.
pub struct Watched {
    io: TcpStream,
    caller: Arc<Caller>,
    place: Place,
    /// When the next head has to be complete; none until something of it is there.
    head: Option<Instant>,
    was_answering: bool,
    reading: Option<Pin<Box<Sleep>>>,
    writing: Option<Pin<Box<Sleep>>>,
}

impl Watched {
    #[must_use]
    pub fn caller(&self) -> Arc<Caller> {
        Arc::clone(&self.caller)
    }

    #[must_use]
    pub fn stream(&self) -> &TcpStream {
        &self.io
    }

    /// Keeps the waker, and whether this connection has to go.
    fn is_sent_away(&self, context: &Context<'_>) -> bool {
        self.caller.waker.register(context.waker());
        self.caller.sent_away.load(Ordering::SeqCst)
    }

    /// Between two requests and in the head of one; while one is answered, other rules hold.
    fn keeps_us_waiting(&mut self, context: &mut Context<'_>) -> bool {
        if self.caller.answering.load(Ordering::SeqCst) > 0 {
            self.was_answering = true;
            return false;
        }
        if self.was_answering {
            self.was_answering = false;
            self.head = None;
            self.reading = None;
        }
        let deadline = self.head.unwrap_or_else(|| Instant::now() + QUIET + SLACK);
        let timer = self.reading.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if self.head.is_some() && timer.deadline() != deadline {
            timer.as_mut().reset(deadline);
        }
        timer.as_mut().poll(context).is_ready()
    }

    /// Something came while no request is being answered: the head of one, or what is left of a body
    /// that nobody wanted.
    fn has_begun(&mut self) {
        if self.caller.answering.load(Ordering::SeqCst) > 0 {
            return;
        }
        if self.was_answering {
            self.was_answering = false;
            self.head = None;
            self.reading = None;
        }
        let keeper = &self.place.keeper;
        self.head.get_or_insert_with(|| keeper.head());
    }

    fn written(&mut self, context: &mut Context<'_>, outcome: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if outcome.is_ready() {
            self.writing = None;
            return outcome;
        }
        if self.is_sent_away(context) {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        let since = &self.caller.writing_since;
        let _ = since.compare_exchange(0, self.place.keeper.now(), Ordering::Relaxed, Ordering::Relaxed);
        let timer = self.writing.get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + STALLED)));
        if timer.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        Poll::Pending
    }
}

impl AsyncRead for Watched {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.is_sent_away(context) {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        let before = buf.filled().len();
        let outcome = Pin::new(&mut self.io).poll_read(context, buf);
        if outcome.is_pending() {
            if self.keeps_us_waiting(context) {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
        } else if buf.filled().len() > before {
            self.has_begun();
        }
        outcome
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.io).poll_write(context, buf);
        self.written(context, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.io).poll_write_vectored(context, bufs);
        self.written(context, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Asked once everything is with the system.
        self.caller.writing_since.store(0, Ordering::Relaxed);
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }
}

/// A body on its way in keeps the house waiting since it began; until this is dropped.
pub struct Reading {
    caller: Arc<Caller>,
    since: u64,
}

impl Reading {
    /// Of a request that begins to be read now.
    #[must_use]
    pub fn begin(keeper: &Doorkeeper, caller: &Arc<Caller>) -> Self {
        Self { caller: Arc::clone(caller), since: keeper.now() }
    }

    /// The rest of the body is not there.
    pub fn waits(&self) {
        self.caller.reading_since.store(self.since, Ordering::Relaxed);
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.caller.reading_since.store(0, Ordering::Relaxed);
    }
}

/// A request is being answered, until the last byte of the answer is made.
struct Answering {
    keeper: Arc<Doorkeeper>,
    caller: Arc<Caller>,
}

impl Answering {
    fn begin(keeper: Arc<Doorkeeper>, caller: Arc<Caller>) -> Self {
        caller.answering.fetch_add(1, Ordering::SeqCst);
        caller.reading_since.store(0, Ordering::Relaxed);
        Self { keeper, caller }
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        if self.caller.answering.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.caller.reading_since.store(self.keeper.now(), Ordering::Relaxed);
        }
    }
}

/// An answer on its way out.
pub struct Answer<B> {
    body: B,
    _answering: Option<Answering>,
}

impl<B: MessageBody + Unpin> MessageBody for Answer<B> {
    type Error = B::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_next(context)
    }

    fn try_into_bytes(self) -> Result<Bytes, Self> {
        let Self { body, _answering } = self;
        body.try_into_bytes().map_err(|body| Self { body, _answering })
    }
}

/// Tells the connection that it has a request being answered.
///
/// # Errors
/// None of its own.
pub async fn answered<B: MessageBody + Unpin + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<Answer<B>>, HttpError> {
    let keeper = request.app_data::<actix_web::web::Data<Arc<Doorkeeper>>>().map(|keeper| Arc::clone(keeper.get_ref()));
    let caller = request.conn_data::<Arc<Caller>>().map(Arc::clone);
    let answering = keeper.zip(caller).map(|(keeper, caller)| Answering::begin(keeper, caller));
    let response = next.call(request).await?;
    Ok(response.map_body(|_, body| Answer { body, _answering: answering }))
}
