//! Posters for the organizer: the list, sheets to print, and pictures to send.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::web::{Query, ServiceConfig};
use actix_web::{HttpResponse, get};
use askama::Template;
use serde::Deserialize;
use uuid::Uuid;

use super::{painting, poster};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::badges::picture::{self, Drawing};
use crate::error::{Error, Fault};
use crate::events::access::Organizer;
use crate::events::heading::Heading;
use crate::events::tabs;
use crate::page::{self, Page, Tab, when};
use crate::paging::{self, Paging};

const ON_A_PAGE: u64 = 100;

/// How large the paper is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Paper {
    #[default]
    A4,
    A3,
}

impl Paper {
    const ALL: [Self; 2] = [Self::A4, Self::A3];

    fn word(self) -> &'static str {
        match self {
            Self::A4 => "a4",
            Self::A3 => "a3",
        }
    }
}

#[derive(Debug, Deserialize)]
struct WhichPoster {
    unit: Option<Uuid>,
    #[serde(default)]
    paper: Paper,
}

#[derive(Template)]
#[template(path = "noticeboard/posters.html")]
struct Posters {
    page: Page,
    heading: Heading,
    tabs: Vec<Tab>,
    units: Vec<(Uuid, String)>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "noticeboard/poster.html")]
struct Poster {
    page: Page,
    slug: String,
    title: String,
    when: String,
    venue: String,
    unit: Option<String>,
    paper: Paper,
    papers: Vec<Tab>,
    link: String,
    qr: Drawing,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(list_posters).service(print_poster).service(paint_poster);
}

/// Who: organizer.
#[get("/office/e/{event}/posters")]
async fn list_posters(house: House, visit: Visit, by: Organizer, paging: Query<Paging>) -> Result<HttpResponse, Error> {
    let event = by.event.clone();
    let paging = Paging { limit: Some(ON_A_PAGE), cursor: paging.into_inner().cursor };
    let read = house.run(async move |app| poster::units(app.database.reader(), &by.event, &paging).await);
    let paging::Page { items, next } = read.await?;
    let page = visit.page;
    page::answer(&Posters {
        heading: Heading::of(&page, &event, house.now()),
        tabs: tabs::of_organizer(&page, &event.slug, "posters"),
        units: items.into_iter().map(|unit| (unit.id, unit.name)).collect(),
        next: next.map(|cursor| format!("/office/e/{}/posters?cursor={cursor}", event.slug)),
        page,
    })
}

/// A sheet with the QR. Who: organizer.
#[get("/office/e/{event}/posters/print")]
async fn print_poster(
    house: House,
    visit: Visit,
    by: Organizer,
    which: Query<WhichPoster>,
) -> Result<HttpResponse, Error> {
    let WhichPoster { unit, paper } = which.into_inner();
    let event = by.event;
    let (of, link) = (event.clone(), poster::link(&house, &event, unit));
    let named = house.run(async move |app| match unit {
        Some(id) => Ok(Some(poster::find_unit(&app, &of, id).await?.name)),
        None => Ok(None),
    });
    let named = named.await?;
    let (page, now) = (visit.page, house.now());
    let about = unit.map(|unit| format!("&unit={unit}")).unwrap_or_default();
    let tab = |other: Paper| Tab {
        name: page.t(&format!("poster-paper-{}", other.word())),
        address: format!("/office/e/{}/posters/print?paper={}{about}", event.slug, other.word()),
        count: None,
        open: other == paper,
    };
    page::answer(&Poster {
        papers: Paper::ALL.map(tab).into(),
        title: event.titled(page.language).to_owned(),
        when: when::stretch_zoned(page.language, event.zone(), event.starts_at, event.ends_at, now),
        venue: event.venue,
        unit: named,
        paper,
        qr: picture::drawing(&link)?,
        link,
        slug: event.slug,
        page,
    })
}

/// The picture. Who: organizer.
#[get("/office/e/{event}/posters/picture.png")]
async fn paint_poster(house: House, by: Organizer, which: Query<WhichPoster>) -> Result<HttpResponse, Error> {
    let unit = which.into_inner().unit;
    let event = by.event;
    let (of, link) = (event.clone(), poster::link(&house, &event, unit));
    let painted = house.run(async move |app| {
        if let Some(id) = unit {
            poster::find_unit(&app, &of, id).await?;
        }
        Ok(tokio::task::spawn_blocking(move || painting::png(&link)).await.map_err(Fault::of)??)
    });
    Ok(HttpResponse::Ok()
        .content_type("image/png")
        .insert_header((CACHE_CONTROL, "private, max-age=300"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{}.png\"", event.slug)))
        .body(painted.await?))
}

impl Poster {
    fn title(&self) -> &str {
        &self.title
    }
}
