//! Refusals and faults dressed as pages, for browsers; programs get their problem object.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT, CONTENT_TYPE, HeaderValue, LOCATION};
use actix_web::middleware::Next;
use actix_web::{Error as HttpError, FromRequest, HttpMessage};
use tracing_actix_web::RequestId;

use super::way_in::way_in;
use crate::accounts::visit::Visit;
use crate::calls::is_call;
use crate::error::{Error, PROBLEM_JSON};
use crate::page::{Page, refusal};

/// Puts a page in the place of a problem object where a person is reading.
///
/// # Errors
/// None of its own.
pub async fn problems<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, String>>, HttpError> {
    let html = request.headers().get(ACCEPT).and_then(|accept| accept.to_str().ok());
    let reads = html.is_some_and(|accept| accept.contains("text/html")) && !is_call(request.path());
    if !reads {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    let mut response = next.call(request).await?;
    let is_problem = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == PROBLEM_JSON);
    if !is_problem {
        return Ok(response.map_into_left_body());
    }
    // Who reads it is asked now and not before: most pages are none of ours.
    let request = response.request().clone();
    let visit = Visit::from_request(&request, &mut Payload::None).await;
    let page = visit.map_or_else(|_| Page::of(&request), |visit| visit.page);
    let id = request.extensions().get::<RequestId>().map(ToString::to_string);
    let cause = response.response().error().and_then(|error| error.as_error::<Error>());
    let code = cause.map_or("fault", Error::code);
    let status = response.status();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    if status == StatusCode::UNAUTHORIZED {
        // Not an error to a person: the way in.
        *response.response_mut().status_mut() = StatusCode::SEE_OTHER;
        if let Ok(way_in) = HeaderValue::from_str(&way_in(response.request(), &page)) {
            response.headers_mut().insert(LOCATION, way_in);
        }
        return Ok(response.map_body(|_, _| EitherBody::right(String::new())));
    }
    let text = refusal::page(page, status, code, id).unwrap_or_default();
    Ok(response.map_body(|_, _| EitherBody::right(text)))
}
