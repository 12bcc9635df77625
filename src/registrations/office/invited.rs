//! Who of the lists has not answered yet.

use actix_web::web::Query;
use actix_web::{HttpResponse, get};
use askama::Template;
use serde::Deserialize;

use crate::accounts::visit::Visit;
use crate::app::House;
use crate::error::Error;
use crate::events::access::Organizer;
use crate::events::heading::Heading;
use crate::events::tabs;
use crate::invitations::invitation::{self, Kind};
use crate::invitations::listed::{self, Which};
use crate::invitations::rows::{Row, rows};
use crate::page::{self, Page, Tab};

#[derive(Template)]
#[template(path = "registrations/office/invited.html")]
struct Invited {
    page: Page,
    heading: Heading,
    tabs: Vec<Tab>,
    invitations: Vec<Row>,
    next: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InvitedQuery {
    cursor: Option<String>,
}

/// The open invitations to take part, in the order in which they were sent. Who: organizer.
#[get("/office/e/{event}/registrations/invitations")]
pub async fn show_invited(
    house: House,
    visit: Visit,
    by: Organizer,
    query: Query<InvitedQuery>,
) -> Result<HttpResponse, Error> {
    let (event, page) = (by.event.clone(), visit.page);
    let which = Which { limit: Some(100), cursor: query.into_inner().cursor, ..Which::default() };
    let listed = house.run(async move |app| {
        let sent = invitation::of_subject(&[Kind::Participant], by.event.id);
        listed::page(app.database.reader(), &app, sent, which).await
    });
    let listed = listed.await?;
    let here = format!("/office/e/{}/registrations/invitations", event.slug);
    page::answer(&Invited {
        invitations: rows(&page, listed.items, house.now()),
        next: listed.next.map(|cursor| format!("{here}?cursor={cursor}")),
        heading: Heading::of(&page, &event, house.now()),
        tabs: tabs::of_organizer(&page, &event.slug, "registrations"),
        page,
    })
}
