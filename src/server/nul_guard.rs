//! PostgreSQL keeps no NUL in a text, and no name of ours has one: an address that does leads
//! nowhere on either database, rather than to a fault on one of them.

use actix_web::Error as HttpError;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;

use crate::calls::is_call;
use crate::error::{Error, Refused};

/// # Errors
/// None of its own: refusals are answers.
pub async fn refused(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, HttpError> {
    // What a call reads of its query it judges itself, after whoever asks.
    let in_query = !is_call(request.path()) && request.query_string().contains("%00");
    if request.uri().path().contains("%00") || in_query {
        return Ok(request.error_response(Error::from(Refused::not_found())));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}
