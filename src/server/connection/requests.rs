//! What a connection is told of its requests: that one is being read, and that one is being answered.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

use actix_web::Error as HttpError;
use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Bytes;

use super::doorkeeper::{Caller, Doorkeeper};

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
