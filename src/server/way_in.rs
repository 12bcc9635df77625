//! Where a browser is sent whose person has to sign in first, and where that leads back to.

use actix_web::HttpRequest;
use actix_web::http::Method;
use actix_web::http::header::REFERER;

use super::methods;
use crate::accounts::same_site::own_origin;
use crate::app::House;
use crate::page::{Page, encoded, own_path};

/// The sign-in. A form that came too late is not sent again: the sign-in says so, and leads to the page of the form.
#[must_use]
pub fn way_in(request: &HttpRequest, page: &Page) -> String {
    if request.method() == Method::GET {
        return page.sign_in();
    }
    let form_of = form_page(request).unwrap_or_else(|| request.path().to_owned());
    format!("/sign-in?to={}&unsent=yes", encoded(own_path(Some(methods::nearest_page(&form_of)))))
}

/// The page a form was sent from, as the browser tells it.
fn form_page(request: &HttpRequest) -> Option<String> {
    let house = request.app_data::<House>()?;
    let from = request.headers().get(REFERER)?.to_str().ok()?;
    let path = from.strip_prefix(own_origin(house, request).as_str())?;
    path.starts_with('/').then(|| path.to_owned())
}
