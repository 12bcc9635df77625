//! Bodies on their way in: how slowly one may come, and how much of all of them is held at once.

use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::ConnectionType;
use actix_web::middleware::Next;
use actix_web::web::{Bytes, Data};
use actix_web::{Error as HttpError, HttpMessage};
use futures_util::Stream;
use tokio::time::{Instant, Sleep, sleep_until};

use super::connection::doorkeeper::{Caller, Doorkeeper};
use super::connection::requests::Reading;
use super::refusals::{HOUSE_FULL, TOO_SLOW};
use crate::error::{Error, Refused};
use crate::settings::ServerSettings;

/// A body has so long (`server.patience_seconds`), and a second more for so many bytes of it that are there.
const BYTES_A_SECOND: u64 = 4096;
/// And never longer than this.
const LONGEST: Duration = Duration::from_secs(600);

/// Bytes of bodies that are held, of all requests being answered.
pub struct BodyBudget {
    bytes: AtomicUsize,
    most: usize,
    patience: Duration,
}

impl BodyBudget {
    #[must_use]
    pub fn new(settings: &ServerSettings) -> Self {
        let patience = Duration::from_secs(settings.patience_seconds.max(1));
        Self { bytes: AtomicUsize::new(0), most: settings.intake_limit, patience }
    }
}

/// What one request holds; given back when it is answered.
struct Share {
    held: Arc<BodyBudget>,
    own: Cell<usize>,
    /// Why no more of the body was read.
    refused: Cell<Option<Why>>,
}

#[derive(Clone, Copy)]
enum Why {
    Slow,
    Full,
}

impl Share {
    fn take(&self, bytes: usize) -> Result<(), PayloadError> {
        self.own.set(self.own.get() + bytes);
        if self.held.bytes.fetch_add(bytes, Ordering::SeqCst) + bytes <= self.held.most {
            return Ok(());
        }
        self.refused.set(Some(Why::Full));
        Err(PayloadError::Io(io::ErrorKind::OutOfMemory.into()))
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.held.bytes.fetch_sub(self.own.get(), Ordering::SeqCst);
    }
}

/// A body that is watched as it comes. Its time begins when somebody wants it.
struct Watched {
    body: Payload,
    share: Rc<Share>,
    keeper: Option<(Arc<Doorkeeper>, Arc<Caller>)>,
    received: u64,
    coming: Option<Coming>,
}

struct Coming {
    begun: Instant,
    timer: Pin<Box<Sleep>>,
    reading: Option<Reading>,
}

impl Coming {
    fn deadline(&self, patience: Duration, received: u64) -> Instant {
        self.begun + LONGEST.min(patience + Duration::from_secs(received / BYTES_A_SECOND))
    }
}

impl Stream for Watched {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        match Pin::new(&mut this.body).poll_next(context) {
            Poll::Ready(Some(Ok(chunk))) => {
                this.received += u64::try_from(chunk.len()).unwrap_or(u64::MAX);
                Poll::Ready(Some(this.share.take(chunk.len()).map(|()| chunk)))
            }
            Poll::Ready(end) => {
                this.coming = None;
                Poll::Ready(end)
            }
            Poll::Pending => {
                let (keeper, patience) = (this.keeper.as_ref(), this.share.held.patience);
                let coming = this.coming.get_or_insert_with(|| {
                    let begun = Instant::now();
                    let reading = keeper.map(|(keeper, caller)| Reading::begin(keeper, caller));
                    Coming { begun, timer: Box::pin(sleep_until(begun + patience)), reading }
                });
                if let Some(reading) = &coming.reading {
                    reading.waits();
                }
                let deadline = coming.deadline(patience, this.received);
                if coming.timer.deadline() != deadline {
                    coming.timer.as_mut().reset(deadline);
                }
                if coming.timer.as_mut().poll(context).is_pending() {
                    return Poll::Pending;
                }
                this.share.refused.set(Some(Why::Slow));
                Poll::Ready(Some(Err(PayloadError::Io(io::ErrorKind::TimedOut.into()))))
            }
        }
    }
}

/// Lets a body in as far as it may come, and says why where it did not all come in.
///
/// # Errors
/// None of its own: refusals are answers.
pub async fn bounded(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, HttpError> {
    let body = request.take_payload();
    let Some(held) = request.app_data::<Data<BodyBudget>>().filter(|_| !matches!(body, Payload::None)) else {
        request.set_payload(body);
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let share = Rc::new(Share { held: Arc::clone(held), own: Cell::new(0), refused: Cell::new(None) });
    let keeper = request.app_data::<Data<Arc<Doorkeeper>>>().map(|keeper| Arc::clone(keeper.get_ref()));
    let keeper = keeper.zip(request.conn_data::<Arc<Caller>>().map(Arc::clone));
    let watched = Watched { body, share: Rc::clone(&share), keeper, received: 0, coming: None };
    request.set_payload(Payload::Stream { payload: Box::pin(watched) });
    let response = next.call(request).await?;
    let refused = match share.refused.get() {
        None => return Ok(response.map_into_boxed_body()),
        Some(Why::Slow) => TOO_SLOW.into(),
        Some(Why::Full) => Refused { retry_after: Some(2), ..HOUSE_FULL.into() },
    };
    // The rest of the body may still be on its way.
    let (request, _) = response.into_parts();
    let mut response = ServiceResponse::from_err(Error::from(refused), request);
    response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    Ok(response)
}
