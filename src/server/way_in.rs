//! Where a form leads that was refused: to the page it was sent from. And where a browser is sent whose person has to
//! sign in first.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::REFERER;
use actix_web::middleware::Next;
use actix_web::{Error as HttpError, HttpMessage, HttpRequest};

use super::methods;
use crate::accounts::same_site::own_origin;
use crate::app::House;
use crate::calls::is_call;
use crate::page::{FormPage, Page, encoded, own_path};

/// Keeps with a form which page it is of: what answers it lies at no address of its own that could be opened.
///
/// # Errors
/// None of its own.
pub async fn form_page_kept<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, HttpError> {
    if request.method() == Method::POST && !is_call(request.path()) {
        let form_of = form_page(request.request()).unwrap_or_else(|| request.path().to_owned());
        let page = FormPage(own_path(Some(methods::nearest_page(&form_of))).to_owned());
        request.extensions_mut().insert(page);
    }
    next.call(request).await
}

/// The sign-in. A form that came too late is not sent again: the sign-in says so, and leads to the page of the form.
#[must_use]
pub fn way_in(request: &HttpRequest, page: &Page) -> String {
    if request.method() == Method::GET {
        return page.sign_in();
    }
    format!("/sign-in?to={}&unsent=yes", encoded(&page.path))
}

/// The page a form was sent from, as the browser tells it.
fn form_page(request: &HttpRequest) -> Option<String> {
    let house = request.app_data::<House>()?;
    let from = request.headers().get(REFERER)?.to_str().ok()?;
    let path = from.strip_prefix(own_origin(house, request).as_str())?;
    path.starts_with('/').then(|| path.to_owned())
}
