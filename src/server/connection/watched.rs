//! A connection that ends where the caller keeps the house waiting too long.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

use super::doorkeeper::{Caller, Place};
use super::{QUIET, SLACK};

/// Of an answer, nothing is taken.
const STALLED: Duration = Duration::from_secs(30);

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
    pub(super) fn new(io: TcpStream, caller: Arc<Caller>, place: Place) -> Self {
        let head = Some(place.keeper.head());
        Self { io, caller, place, head, was_answering: false, reading: None, writing: None }
    }

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
