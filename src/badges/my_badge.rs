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
    fn from(shown: OwnBadge) -> Self {
        let qr = format!("data:image/svg+xml;base64,{}", BASE64.encode(shown.qr.as_bytes()));
        Self { number: shown.number, side: shown.side.word(), qr }
    }
}

#[get("/e/{event}/badge")]
pub async fn badge_page(house: House, visit: Visit, me: Participant) -> Result<HttpResponse, Error> {
    let id = me.registration.id;
    let badge = match house.run(async move |app| own_badge::of(&app, id).await).await {
        Ok(shown) => Some(Worn::from(shown)),
        Err(Error::Refused(_)) => None,
        Err(fault) => return Err(fault),
    };
    let (page, event) = (visit.page, &me.event);
    page::answer(&MyBadge {
        slug: event.slug.clone(),
        title: event.titled(page.language).to_owned(),
        tabs: tabs::of_hour(&page, event, house.now(), "badge"),
        when: when::stretch(page.language, event.zone(), event.starts_at, event.ends_at, house.now()),
        venue: event.venue.clone(),
        tonight: event.phase(house.now()) == Phase::OnSite,
        badge,
        page,
    })
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
pub async fn badge_calendar(house: House, visit: Visit, me: Participant) -> HttpResponse {
    let event = &me.event;
    let url = house.public_url(&format!("/e/{}/badge", event.slug));
    let entry = calendar::entry(event, event.titled(visit.page.language), me.account.account_id, &url, house.now());
    HttpResponse::Ok()
        .content_type("text/calendar; charset=utf-8")
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{}.ics\"", event.slug)))
        .body(entry)
}
