//! Carried out once: the `Idempotency-Key` of a request that creates or awards.
//!
//! The roof computes the claim and keeps the answer; the claim itself is a row written by
//! [`claim`] inside the transaction that does the work, so that no crash can leave one without the
//! other. Should the process die between the commit and the keeping of the answer, a retry learns
//! that the work was done (409 `answer_lost`), and never does it again.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ConnectionTrait};

use crate::error::{Error, Refused};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "once")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub claim: Vec<u8>,
    pub request_digest: Vec<u8>,
    pub at: DateTimeUtc,
    pub status: Option<i32>,
    pub answer: Option<Vec<u8>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The right to carry out one request.
#[derive(Debug)]
pub struct Claim {
    /// Digest of who asks, where, and with which key.
    pub claim: Vec<u8>,
    /// Digest of the body: the same key with another body is another request.
    pub request_digest: Vec<u8>,
    pub at: DateTime<Utc>,
    pub taken: AtomicBool,
}

tokio::task_local! {
    static CLAIM: Arc<Claim>;
}

/// Runs a request that holds a claim.
pub async fn with_claim<F: Future>(claim: Arc<Claim>, request: F) -> F::Output {
    CLAIM.scope(claim, request).await
}

/// The claim of the request being answered, to be carried along to the main runtime.
pub fn current() -> Option<Arc<Claim>> {
    CLAIM.try_with(Arc::clone).ok()
}

/// Writes the claim into the request's first transaction.
pub(crate) async fn claim(txn: &impl ConnectionTrait) -> Result<(), Error> {
    let Some(claim) = current() else { return Ok(()) };
    if claim.taken.swap(true, Ordering::SeqCst) {
        return Ok(());
    }
    let row = ActiveModel {
        claim: Set(claim.claim.clone()),
        request_digest: Set(claim.request_digest.clone()),
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
        return Err(in_progress().into());
    }
    Ok(())
}

#[must_use]
pub fn in_progress() -> Refused {
    Refused::conflict("request_in_progress", "The same request is being carried out; ask again in a moment.")
}
