//! 爱的号码牌 on a phone: the number from afar, the QR for the door, with or without a network.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, HeaderName};
use actix_web::{HttpResponse, get};
use askama::Template;
use data_encoding::BASE64;

use super::calendar;
use super::own_badge::{self, OwnBadge};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::error::Error;
use crate::events::phase::Phase;
use crate::events::tabs;
use crate::page::{self, Page, Tab, when};
use crate::registrations::access::Participant;
use crate::registrations::registration::Status;
use crate::screening::place::{self, Place};

/// Keeps the page on the phone. Served from beside the page, because a worker rules over no more
/// than what lies below its own address.
const WORKER: &str = include_str!("my_badge_worker.js");

#[derive(Template)]
#[template(path = "badges/my_badge.html")]
struct MyBadge {
    page: Page,
    slug: String,
    title: String,
    tabs: Vec<Tab>,
    when: String,
    venue: String,
    badge: Option<Worn>,
    /// Why there is none.
    none: &'static str,
    /// The doors are open: the page says what is on.
    tonight: bool,
}

struct Worn {
    number: String,
    side: &'static str,
    /// The QR as an address of its own, so that the one page holds everything.
    qr: String,
}

impl From<OwnBadge> for Worn {
    fn from(own: OwnBadge) -> Self {
        let qr = format!("data:image/svg+xml;base64,{}", BASE64.encode(own.qr.as_bytes()));
        Self { number: own.number, side: own.side.word(), qr }
    }
}

#[get("/e/{event}/badge")]
pub async fn badge_page(house: House, visit: Visit, me: Participant) -> Result<HttpResponse, Error> {
    let person = me.registration.clone();
    let badge = match house.run(async move |app| own_badge::of(&app, &person).await).await {
        Ok(own) => Some(Worn::from(own)),
        Err(Error::Refused(_)) => None,
        Err(fault) => return Err(fault),
    };
    let place = seat_of(&house, &me).await?;
    let (page, event, now) = (visit.page, &me.event, house.now());
    page::answer(&MyBadge {
        slug: event.slug.clone(),
        title: place.titled(event.titled(page.language)),
        tabs: tabs::of_hour(&page, event, now, "badge"),
        when: when::stretch_zoned(page.language, event.zone(), place.starts_at, place.ends_at, now),
        venue: place.venue,
        tonight: event.phase(now) == Phase::OnSite,
        none: why_none(me.registration.status_at(now), event.phase(now)),
        badge,
        page,
    })
}

/// When and where somebody is expected.
async fn seat_of(house: &House, me: &Participant) -> Result<Place, Error> {
    let (event, id) = (me.event.clone(), me.registration.id);
    let places = house.ask(async move |app| place::of_people(app.database.reader(), &event, [id]).await).await?;
    Ok(places.of(&me.event, id))
}

/// What somebody without a badge is told, as a key of words.
fn why_none(status: Status, phase: Phase) -> &'static str {
    match status {
        _ if phase == Phase::Closed => "badge-none-over",
        Status::Confirmed => "badge-none",
        Status::Selected => "badge-none-unconfirmed",
        Status::Applied | Status::Approved | Status::Waitlisted => "badge-none-early",
        _ => "badge-none-no-seat",
    }
}

#[get("/e/{event}/badge/worker.js")]
pub async fn badge_worker() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/javascript; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-cache"))
        // One path segment up: the page itself, which every event has its own of.
        .insert_header((HeaderName::from_static("service-worker-allowed"), "/e/"))
        .body(WORKER)
}

/// The evening for the phone's calendar.
#[get("/e/{event}/badge/calendar.ics")]
pub async fn badge_calendar(house: House, visit: Visit, me: Participant) -> Result<HttpResponse, Error> {
    let (event, place) = (&me.event, seat_of(&house, &me).await?);
    let url = house.public_url(&format!("/e/{}/badge", event.slug));
    let title = event.titled(visit.page.language);
    let entry = calendar::entry((event, &place), title, me.account.account_id, &url, house.now());
    Ok(HttpResponse::Ok()
        .content_type("text/calendar; charset=utf-8")
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{}.ics\"", event.slug)))
        .body(entry))
}
