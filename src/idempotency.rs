//! Carried out once: the `Idempotency-Key` of a request that creates or awards.
//!
//! The roof computes the claim; the claim itself is a row written by [`claim`] inside the transaction
//! that does the work, so that no crash can leave one without the other. What the work answers is
//! kept in that transaction too, wherever it follows from what the verb commits
//! (`App::tell`); of other calls the roof keeps the answer right after, and should the
//! process die in between, a retry learns that the work was done (409 `answer_lost`), and never does
//! it again.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ConnectionTrait};
use sha2::{Digest, Sha256};

use crate::error::Error;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub claim: Vec<u8>,
    pub request_digest: Vec<u8>,
    pub at: DateTimeUtc,
    pub status: Option<i32>,
    /// Sealed under what the asker sent.
    pub answer: Option<Vec<u8>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What of a claim only the roof can make, because it knows what the asker sent.
pub trait Keeper: Send + Sync {
    /// What is stored of the request: the same key with another body is another request.
    fn request_digest(&self, body: &[u8]) -> Vec<u8>;

    /// An answer as it may lie in the database.
    ///
    /// # Errors
    /// Only faults.
    fn seal(&self, claim: &[u8], answer: &[u8]) -> anyhow::Result<Vec<u8>>;
}

/// An answer as it is given: status and JSON.
pub type Answer = (u16, Vec<u8>);

/// Makes the answer of what a verb commits.
type Teller = Box<dyn Fn(&dyn Any) -> Option<Answer> + Send>;

/// The right to carry out one request.
pub struct Claim {
    /// Digest of who asks, where, and with which key.
    pub claim: Vec<u8>,
    pub at: DateTime<Utc>,
    pub keeper: Box<dyn Keeper>,
    /// The body as far as it was read, and whether that was to its end.
    body: Mutex<Sha256>,
    whole: AtomicBool,
    teller: Mutex<Option<Teller>>,
    taken: AtomicBool,
    /// The transaction that took it is committed.
    durable: AtomicBool,
    kept: AtomicBool,
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim").field("taken", &self.taken).field("kept", &self.kept).finish_non_exhaustive()
    }
}

impl Claim {
    #[must_use]
    pub fn new(claim: Vec<u8>, at: DateTime<Utc>, keeper: Box<dyn Keeper>) -> Self {
        Self {
            claim,
            at,
            keeper,
            body: Mutex::default(),
            whole: AtomicBool::new(false),
            teller: Mutex::default(),
            taken: AtomicBool::new(false),
            durable: AtomicBool::new(false),
            kept: AtomicBool::new(false),
        }
    }

    /// Takes note of a part of the request's body.
    pub fn reads(&self, chunk: &[u8]) {
        lock(&self.body).update(chunk);
    }

    /// The body has come to its end.
    pub fn has_read(&self) {
        self.whole.store(true, Ordering::SeqCst);
    }

    /// What is stored of the request: empty where the call wants no body, and whatever was sent with it
    /// does not matter.
    fn request_digest(&self) -> Vec<u8> {
        let body = lock(&self.body).clone().finalize();
        if self.whole.load(Ordering::SeqCst) { self.keeper.request_digest(&body) } else { Vec::new() }
    }

    /// Whether something was written under this claim whose answer is not kept yet.
    #[must_use]
    pub fn wants_an_answer(&self) -> bool {
        self.taken.load(Ordering::SeqCst) && !self.kept.load(Ordering::SeqCst)
    }

    /// Says how the answer follows from what the verb commits.
    pub fn tells(&self, teller: impl Fn(&dyn Any) -> Option<Answer> + Send + 'static) {
        *lock(&self.teller) = Some(Box::new(teller));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

tokio::task_local! {
    static CLAIM: Arc<Claim>;
    /// Around what is not the act of the request.
    static ASIDE: ();
}

/// Runs what a request needs and is not its act (a guess that is counted): it takes no claim, or a
/// request that is refused afterwards would count as carried out.
pub async fn aside<F: Future>(work: F) -> F::Output {
    ASIDE.scope((), work).await
}

/// Runs a request that holds a claim.
pub async fn with_claim<F: Future>(claim: Arc<Claim>, request: F) -> F::Output {
    CLAIM.scope(claim, request).await
}

/// The claim of the request being answered, to be carried along to the main runtime.
pub fn current() -> Option<Arc<Claim>> {
    if ASIDE.try_with(|()| ()).is_ok() {
        return None;
    }
    CLAIM.try_with(Arc::clone).ok()
}

/// Writes the claim into the request's first transaction; where that one was taken back, into the next.
pub(crate) async fn claim(txn: &impl ConnectionTrait) -> Result<(), Error> {
    let Some(claim) = current() else { return Ok(()) };
    if claim.durable.load(Ordering::SeqCst) {
        return Ok(());
    }
    claim.taken.store(true, Ordering::SeqCst);
    let row = ActiveModel {
        claim: Set(claim.claim.clone()),
        request_digest: Set(claim.request_digest()),
        at: Set(claim.at),
        status: Set(None),
        answer: Set(None),
    };
    let written = Entity::insert(row)
        .on_conflict(OnConflict::column(Column::Claim).do_nothing().to_owned())
        .exec_without_returning(txn)
        .await?;
    if written == 0 {
        claim.taken.store(false, Ordering::SeqCst);
        return Err(REQUEST_IN_PROGRESS.into());
    }
    Ok(())
}

/// A transaction of the request is committed, and the claim in it.
pub(crate) fn is_durable() {
    if let Some(claim) = current() {
        claim.durable.store(true, Ordering::SeqCst);
    }
}

/// The answer that follows from what a verb is about to commit; None where nobody asked for one.
pub(crate) fn answer_from_commit(commits: &dyn Any) -> Option<(Arc<Claim>, Answer)> {
    let claim = current().filter(|claim| claim.wants_an_answer())?;
    let answer = lock(&claim.teller).as_ref().and_then(|teller| teller(commits))?;
    Some((claim, answer))
}

/// Keeps an answer with its claim.
///
/// # Errors
/// Only faults.
pub async fn keep(txn: &impl ConnectionTrait, claim: &Claim, answer: Answer) -> Result<(), Error> {
    let (status, answer) = answer;
    let sealed = claim.keeper.seal(&claim.claim, &answer)?;
    // Of a verb that found nothing to do no claim is left, and nothing needs repeating.
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(i32::from(status)))
        .col_expr(Column::Answer, Expr::value(sealed))
        .filter(Column::Claim.eq(claim.claim.clone()))
        .exec(txn)
        .await?;
    claim.kept.store(true, Ordering::SeqCst);
    Ok(())
}

crate::refusals! {
    REQUEST_IN_PROGRESS =
        conflict("request_in_progress", "The same request is being carried out; ask again in a moment.");
    IDEMPOTENCY_KEY_REUSED =
        conflict("idempotency_key_reused", "This Idempotency-Key was used for another request.");
    ANSWER_LOST = conflict(
        "answer_lost",
        "The request was carried out, or is just being; its answer is not there. Read what it made.",
    );
}
