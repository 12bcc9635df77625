//! The front page, and one event's own.

use actix_web::web::{Path, ServiceConfig};
use actix_web::{HttpResponse, get};
use askama::Template;
use qrcode::QrCode;
use qrcode::render::svg;

use super::api::{Notice, notices};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::error::{Error, Fault, Refused};
use crate::events::{access, event};
use crate::page::{self, Page};
use crate::planning::spoken::{Card, Line, Place, Rule, Speaker, Step};
use crate::registrations::door::{self, Door};
use crate::registrations::registration;

#[derive(Template)]
#[template(path = "noticeboard/list.html")]
struct List {
    page: Page,
    open: Vec<Card>,
    past: Vec<Card>,
}

#[derive(Template)]
#[template(path = "noticeboard/event.html")]
struct Event {
    page: Page,
    card: Card,
    about: String,
    zone: String,
    path: Vec<Step>,
    programme: Vec<Line>,
    rules: Vec<Rule>,
    hosts: Vec<(String, Vec<String>)>,
    door: Door,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(front).service(event_page).service(event_qr);
}

#[get("/")]
async fn front(house: House, visit: Visit) -> Result<HttpResponse, Error> {
    let read = house.run(async move |app| {
        let (db, now) = (app.database.reader(), app.now());
        let (ahead, past) = event::announced(db, now).await?;
        Ok((notices(db, ahead, now).await?, notices(db, past, now).await?))
    });
    let (open, past) = read.await?;
    let speaker = Speaker { page: &visit.page, now: house.now() };
    let open = open.iter().map(|notice| card(&speaker, notice)).collect();
    let past = past.iter().map(|notice| card(&speaker, notice)).collect();
    page::answer(&List { open, past, page: visit.page })
}

#[get("/e/{event}")]
async fn event_page(house: House, visit: Visit, slug: Path<String>) -> Result<HttpResponse, Error> {
    let person = visit.person;
    let loaded = house.run(async move |app| {
        let db = app.database.reader();
        let event = access::find_visible(db, &slug, person.as_ref(), app.now()).await?;
        let mine = match person {
            Some(person) => registration::latest_of(db, event.id, person.account_id).await?,
            None => None,
        };
        let notice = notices(db, vec![event], app.now()).await?.pop().ok_or_else(Refused::not_found)?;
        Ok((notice, mine))
    });
    let (notice, mine) = loaded.await?;
    let (speaker, loaded) = (Speaker { page: &visit.page, now: house.now() }, &notice.poster);
    page::answer(&Event {
        card: card(&speaker, &notice),
        path: speaker.path(loaded),
        programme: speaker.programme(loaded),
        rules: speaker.rules(loaded),
        hosts: speaker.hosts(loaded),
        zone: speaker.clock(loaded),
        about: loaded.summary.clone(),
        door: match loaded.published_at {
            Some(_) => door::of(&visit.page, &loaded.slug, loaded.phase, mine.as_ref()),
            None => Door::default(),
        },
        page: visit.page.clone(),
    })
}

fn card(speaker: &Speaker<'_>, notice: &Notice) -> Card {
    let counted = notice.applicants.men.zip(notice.applicants.women);
    let applied = counted
        .map(|(men, women)| speaker.page.say("card-applied-two", &[("men", men.into()), ("women", women.into())]));
    Card { applied, ..speaker.card(&notice.poster) }
}

/// The address of an event as a QR code, for posters and screens.
#[get("/e/{event}/qr.svg")]
async fn event_qr(house: House, slug: Path<String>) -> Result<HttpResponse, Error> {
    let slug = slug.into_inner();
    let loaded = house.run(async move |app| {
        let event = event::by_slug(app.database.reader(), &slug).await?;
        let event = event.filter(|event| event.is_published(app.now())).ok_or_else(Refused::not_found)?;
        Ok(app.public_url(&format!("/e/{}", event.slug)))
    });
    let code = QrCode::new(loaded.await?).map_err(Fault::of)?;
    let picture = code.render::<svg::Color<'_>>().min_dimensions(256, 256).quiet_zone(false).build();
    Ok(HttpResponse::Ok().content_type("image/svg+xml").body(picture))
}
