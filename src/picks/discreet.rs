//! A connection keeps what went through it in its buffers until something else is written over it. So
//! where a ballot went through it is closed; its buffers are freed, and what is freed is wiped
//! ([`crate::memory`]).

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::ConnectionType;
use actix_web::middleware::Next;

/// Answers, and closes the connection behind the answer.
///
/// # Errors
/// None of its own.
pub async fn discreet<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    let mut answer = next.call(request).await?;
    answer.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    Ok(answer)
}
