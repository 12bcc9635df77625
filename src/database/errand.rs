//! What a verb has done so far, so that what is told of it is true when it ends badly; where it works,
//! so that those who wait for one event do not take every connection; and whether anybody still waits
//! for its answer.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio_util::sync::CancellationToken;

use crate::error::Error;

/// One verb on its way.
#[derive(Debug, Default)]
pub struct Errand {
    /// Transactions that were committed, or may have been.
    deeds: AtomicUsize,
    /// Cancelled when nobody waits for the answer any more.
    pub left: CancellationToken,
    /// The event it is about, where its path says so.
    lane: Option<Arc<str>>,
    /// The errands of those who are served together by it: what it does, they do.
    shared_by: Vec<Arc<Errand>>,
}

tokio::task_local! {
    static ERRAND: Arc<Errand>;
    static LANE: Arc<str>;
}

/// Runs a request whose verbs are about one event.
pub async fn in_lane<F: Future>(lane: Arc<str>, request: F) -> F::Output {
    LANE.scope(lane, request).await
}

/// Runs a verb on an errand.
pub async fn on<F: Future>(errand: Arc<Errand>, verb: F) -> F::Output {
    ERRAND.scope(errand, verb).await
}

impl Errand {
    /// An errand of the request being answered.
    #[must_use]
    pub fn of_request() -> Self {
        Self { lane: LANE.try_with(Arc::clone).ok(), ..Self::default() }
    }

    /// One errand for many who are served together.
    #[must_use]
    pub fn of_many(errands: Vec<Arc<Self>>) -> Self {
        let lane = errands.iter().find_map(|errand| errand.lane.clone());
        Self { lane, shared_by: errands, ..Self::default() }
    }

    fn all(&self) -> impl Iterator<Item = &AtomicUsize> {
        let shared_by = self.shared_by.iter().map(|errand| &errand.deeds);
        [&self.deeds].into_iter().chain(shared_by)
    }

    /// What went wrong, as it may be told: nobody may say that nothing was changed where something was, or may
    /// have been.
    #[must_use]
    pub fn wrong(&self, wrong: Error) -> Error {
        if self.deeds.load(Ordering::SeqCst) > 0 { wrong.after_deeds() } else { wrong }
    }
}

/// The errand of the verb at work; None of work of the house itself.
#[must_use]
pub fn current() -> Option<Arc<Errand>> {
    ERRAND.try_with(Arc::clone).ok()
}

/// Which event the verb at work is about.
pub(super) fn lane() -> Option<Arc<str>> {
    ERRAND.try_with(|errand| errand.lane.clone()).ok().flatten()
}

/// Ends when nobody waits for the verb's answer any more.
pub(super) async fn abandoned() {
    match ERRAND.try_with(|errand| errand.left.clone()) {
        Ok(left) => left.cancelled().await,
        // Work of the house itself is waited for by nobody and done all the same.
        Err(_) => std::future::pending().await,
    }
}

/// A commit on its way: from here on the verb may have done something, until [`Pending::failed`] says
/// that this one came to nothing.
pub(super) struct Pending(Option<Arc<Errand>>);

/// The verb at work commits.
pub(super) fn commits() -> Pending {
    let errand = current();
    if let Some(errand) = &errand {
        for deeds in errand.all() {
            deeds.fetch_add(1, Ordering::SeqCst);
        }
    }
    Pending(errand)
}

impl Pending {
    pub fn failed(self) {
        if let Some(errand) = self.0 {
            for deeds in errand.all() {
                deeds.fetch_sub(1, Ordering::SeqCst);
            }
        }
    }
}
