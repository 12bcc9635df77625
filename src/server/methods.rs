//! What a path can be asked with: HEAD is GET without a body, OPTIONS says what there is, and a
//! method that a path does not know is 405 with what it knows, never "there is nothing here".

use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::Error as HttpError;
use actix_web::body::{BodySize, BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};

use super::refusals::METHOD_NOT_ALLOWED;
use crate::calls::is_call;
use crate::error::{Error, Refused};

/// Path and method of every handler; see `build.rs`.
static ROUTES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/routes.rs"));

/// What the description of the API lies at, which no handler's attribute says.
const DOCUMENT: &str = "/api/v1/openapi.json";

/// What a path would have taken, to be told with the answer.
struct Allowed(String);

/// Where no handler was found.
///
/// # Errors
/// 404 `not_found`, 405 `method_not_allowed`.
pub async fn nothing_here(request: HttpRequest) -> Result<HttpResponse, Error> {
    let Some(allowed) = allowed(request.path()) else { return Err(Refused::not_found().into()) };
    request.extensions_mut().insert(Allowed(allowed.clone()));
    if request.method() == Method::OPTIONS {
        return Ok(HttpResponse::NoContent().finish());
    }
    Err(not_allowed(&allowed))
}

fn not_allowed(allowed: &str) -> Error {
    METHOD_NOT_ALLOWED.saying(format!("Here one can only ask with {allowed}.")).into()
}

/// Where a path was taken for a name in a longer one, because it does not know the method itself.
///
/// # Errors
/// None of its own.
pub async fn taken_literally(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, HttpError> {
    let method = request.method().clone();
    let response = next.call(request).await?;
    // Not only as nothing there: whoever is asked first who they are hears that instead.
    let is_refused = response.status().is_client_error() && is_call(response.request().path());
    let allowed = if is_refused { allowed(response.request().path()) } else { None };
    match allowed {
        Some(allowed) if !allowed.split(", ").any(|known| known == method.as_str()) => {
            let (request, _) = response.into_parts();
            let refused = not_allowed(&allowed);
            request.extensions_mut().insert(Allowed(allowed));
            Ok(ServiceResponse::from_err(refused, request))
        }
        _ => Ok(response.map_into_boxed_body()),
    }
}

/// The methods a path knows; None where it leads nowhere. `/units/import` is itself and no unit's.
fn allowed(path: &str) -> Option<String> {
    let leading = || ROUTES.iter().filter(|(pattern, _)| leads_to(pattern, path));
    let names = |pattern: &str| pattern.bytes().filter(|byte| *byte == b'{').count();
    let fewest = leading().map(|(pattern, _)| names(pattern)).min();
    let known = leading().filter(|(pattern, _)| Some(names(pattern)) == fewest).map(|(_, method)| *method);
    let mut methods: Vec<&str> = known.chain((path == DOCUMENT).then_some("GET")).collect();
    if methods.is_empty() {
        return None;
    }
    if methods.contains(&"GET") {
        methods.push("HEAD");
    }
    methods.push("OPTIONS");
    methods.sort_unstable();
    methods.dedup();
    Some(methods.join(", "))
}

/// The nearest page that can be opened: this one, or one above it; with its query where it is itself.
#[must_use]
pub fn nearest_page(address: &str) -> &str {
    let mut path = address.split(['?', '#']).next().unwrap_or_default();
    let opens = |path: &str| allowed(path).is_some_and(|known| known.split(", ").any(|method| method == "GET"));
    if opens(path) {
        return address;
    }
    while let Some((above, _)) = path.rsplit_once('/').filter(|(above, _)| !above.is_empty()) {
        if opens(above) {
            return above;
        }
        path = above;
    }
    "/"
}

fn leads_to(pattern: &str, path: &str) -> bool {
    let (mut pattern, mut path) = (pattern.split('/'), path.split('/'));
    loop {
        match (pattern.next(), path.next()) {
            (None, None) => return true,
            (Some(wanted), Some(part)) if wanted == part || (wanted.starts_with('{') && !part.is_empty()) => {}
            _ => return false,
        }
    }
}

/// Asks for HEAD what it would ask for GET, and tells what a path takes.
///
/// # Errors
/// None of its own.
pub async fn understood<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, Unsent>>, HttpError> {
    let is_head = request.method() == Method::HEAD;
    if is_head {
        request.head_mut().method = Method::GET;
    }
    let mut response = next.call(request).await?;
    let allowed = response.request().extensions_mut().remove::<Allowed>();
    if let Some(allowed) = allowed.and_then(|allowed| HeaderValue::from_str(&allowed.0).ok()) {
        response.headers_mut().insert(ALLOW, allowed);
    }
    Ok(response.map_body(|_, body| match is_head {
        // A stream is not even begun.
        true => EitherBody::right(Unsent(body.size())),
        false => EitherBody::left(body),
    }))
}

/// The length of a body, without the body.
pub struct Unsent(BodySize);

impl MessageBody for Unsent {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.0
    }

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Poll::Ready(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_leads_back_to_a_page() {
        for (address, page) in [
            ("/e/qixi/plaza/declarations?cursor=x", "/e/qixi/plaza/declarations?cursor=x"),
            ("/e/qixi/plaza/posts?x=1", "/e/qixi/plaza"),
            ("/e/qixi/reply", "/e/qixi"),
            ("/me/profile/name", "/me/profile"),
            ("/nothing/here", "/"),
            ("", "/"),
        ] {
            assert_eq!(nearest_page(address), page, "{address}");
        }
    }

    #[test]
    fn every_path_knows_its_methods() {
        assert!(ROUTES.len() > 350, "{} routes", ROUTES.len());
        assert_eq!(allowed("/healthz").unwrap(), "GET, HEAD, OPTIONS");
        assert_eq!(allowed("/api/v1/events/qixi/posts").unwrap(), "GET, HEAD, OPTIONS, POST");
        assert_eq!(allowed("/api/v1/openapi.json").unwrap(), "GET, HEAD, OPTIONS");
        assert_eq!(allowed("/api/v1/units/import").unwrap(), "OPTIONS, POST");
        assert_eq!(allowed("/events/qixi/posts"), None);
        assert_eq!(allowed("/api/v1/nothing"), None);
        assert_eq!(allowed("/api/v1/events//posts"), None);
    }
}
