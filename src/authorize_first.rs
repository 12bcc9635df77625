//! Who asks is judged before what they send is read: whoever may not ask learns that, and nothing of
//! what a call wants. The arguments of a handler are made all at once, so those that read the query and
//! the body wait for those that judge, which stand before them.

use std::future::Future;

use actix_web::{HttpMessage, HttpRequest};
use futures_util::future::LocalBoxFuture;
use tokio::sync::watch;

use crate::error::Error;

/// The verdicts a request still waits for: true once they are passed.
#[derive(Default)]
struct Awaited(Vec<watch::Receiver<bool>>);

/// Judges who asks, to be answered by `from_request`.
pub fn authorize<T: 'static>(
    request: &HttpRequest,
    judging: impl Future<Output = Result<T, Error>> + 'static,
) -> LocalBoxFuture<'static, Result<T, Error>> {
    let (passed, verdict) = watch::channel(false);
    request.extensions_mut().get_or_insert_with(Awaited::default).0.push(verdict);
    Box::pin(async move {
        let person = judging.await?;
        // Nobody waits where the call takes neither query nor body.
        let _ = passed.send(true);
        Ok(person)
    })
}

/// Waits until whoever asks may. Where they may not, their refusal is the answer and nobody waits any more.
pub fn authorized(request: &HttpRequest) -> impl Future<Output = ()> + use<> {
    let awaited = request.extensions().get::<Awaited>().map(|awaited| awaited.0.clone()).unwrap_or_default();
    async move {
        for mut verdict in awaited {
            let _ = verdict.wait_for(|passed| *passed).await;
        }
    }
}
