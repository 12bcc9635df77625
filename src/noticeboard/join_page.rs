//! Where the QR of an employer's poster leads: what it is about, and the way to the form with the employer filled in. It
//! holds through sign-up, for the way back carries it.

use actix_web::web::{Path, ServiceConfig};
use actix_web::{HttpResponse, get};
use askama::Template;
use uuid::Uuid;

use super::poster;
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::error::{Error, Refused};
use crate::events::access;
use crate::events::phase::Phase;
use crate::page::{self, Page, when};

#[derive(Template)]
#[template(path = "noticeboard/join.html")]
struct Join {
    page: Page,
    slug: String,
    title: String,
    when: String,
    venue: String,
    unit: Uuid,
    unit_name: String,
    /// Registration is open.
    open: bool,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(join_page);
}

#[get("/e/{event}/join/{unit}")]
async fn join_page(house: House, visit: Visit, path: Path<(String, String)>) -> Result<HttpResponse, Error> {
    let (slug, unit) = path.into_inner();
    let person = visit.person;
    let found = house.run(async move |app| {
        let event = access::find_visible(&app, &slug, person.as_ref()).await?;
        let unit = match unit.parse::<Uuid>() {
            Ok(id) => poster::find_unit(&app, &event, id).await,
            Err(_) => Err(Refused::not_found().into()),
        };
        match unit {
            Ok(unit) => Ok((event, Some(unit))),
            // A poster outlives its employer: the event is still there.
            Err(Error::Refused(_)) => Ok((event, None)),
            Err(fault) => Err(fault),
        }
    });
    let (event, unit) = found.await?;
    let Some(unit) = unit else { return Ok(page::see(&poster::path(&event, None))) };
    let (page, now) = (visit.page, house.now());
    page::answer(&Join {
        title: event.titled(page.language).to_owned(),
        when: when::stretch_zoned(page.language, event.zone(), event.starts_at, event.ends_at, now),
        venue: event.venue.clone(),
        unit: unit.id,
        unit_name: unit.name,
        open: event.phase(now) == Phase::Registration,
        slug: event.slug,
        page,
    })
}
