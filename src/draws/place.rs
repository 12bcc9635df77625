//! Where the pages about draws lie for whoever asks, and what stands above them: the office is for organizers, and
//! beside the console a host finds the same.

use actix_web::HttpRequest;

use crate::app::App;
use crate::error::Error;
use crate::events::access::Host;
use crate::events::heading::Heading;
use crate::events::refusals::WRONG_ROLE;
use crate::events::tabs;
use crate::page::{Page, Tab};

/// What stands above a page of the office.
pub struct Office {
    pub heading: Heading,
    pub tabs: Vec<Tab>,
}

/// The office; None beside the console.
///
/// # Errors
/// 403 `wrong_role` where a host asks for the office.
pub fn place(page: &Page, app: &App, by: &Host, request: &HttpRequest) -> Result<Option<Office>, Error> {
    if !is_office(request) {
        return Ok(None);
    }
    if !by.organizer {
        return Err(WRONG_ROLE.into());
    }
    let heading = Heading::of(page, &by.event, app.now());
    Ok(Some(Office { heading, tabs: tabs::of_organizer(page, &by.event.slug, "draws") }))
}

/// The address of the list.
#[must_use]
pub fn base(by: &Host, request: &HttpRequest) -> String {
    let slug = &by.event.slug;
    if is_office(request) { format!("/office/e/{slug}/draws") } else { format!("/e/{slug}/console/draws") }
}

fn is_office(request: &HttpRequest) -> bool {
    request.path().starts_with("/office/")
}
