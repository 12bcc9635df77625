//! The desk's one screen, and the worker that keeps it for the hour without a link.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, get};
use askama::Template;
use chrono::SecondsFormat;
use sea_orm::{ConnectionTrait, EntityTrait};

use super::roster;
use crate::accounts::visit::Visit;
use crate::accounts::{clear_browser, profile};
use crate::app::House;
use crate::checkin::presence::{self, Counts};
use crate::error::{Error, Fault, Refused};
use crate::events::access::{By, Desk};
use crate::page::{self, Page, assets};

/// What the desk's script says, as `desk-{name}`; of the gaps each keeps its name in braces for the
/// script to fill.
const SPOKEN: [&str; 74] = [
    "ready",
    "ready-note",
    "ready-exit",
    "ready-exit-note",
    "typing",
    "admitted",
    "admitted-offline",
    "admitted-review",
    "left",
    "busy",
    "reason-unknown-code",
    "advice-unknown-code",
    "reason-revoked-code",
    "advice-revoked-code",
    "reason-wrong-event",
    "advice-wrong-event",
    "reason-other-board",
    "advice-other-board",
    "reason-not-selected",
    "advice-not-selected",
    "reason-waitlisted",
    "advice-waitlisted",
    "reason-withdrawn",
    "advice-withdrawn",
    "reason-declined",
    "advice-declined",
    "reason-unconfirmed",
    "advice-unconfirmed",
    "reason-too-early",
    "advice-too-early",
    "reason-event-closed",
    "advice-event-closed",
    "reason-already-admitted",
    "advice-already-admitted",
    "reason-already-left",
    "advice-already-left",
    "reason-needs-review",
    "advice-needs-review",
    "reason-not-on-roster",
    "advice-not-on-roster",
    "reason-no-roster",
    "advice-no-roster",
    "reason-which-side",
    "advice-which-side",
    "reason-not-a-badge",
    "advice-not-a-badge",
    "banner-offline",
    "banner-waiting",
    "banner-shut-out",
    "banner-insecure",
    "banner-no-storage",
    "camera-starting",
    "camera-denied",
    "camera-none",
    "camera-insecure",
    "camera-looking",
    "photo-nothing",
    "search-none",
    "search-short",
    "search-offline",
    "search-admit",
    "undo",
    "undone",
    "undo-refused",
    "let-in",
    "no-badge",
    "group",
    "roster-at",
    "roster-none",
    "reason-would-have-refused",
    "reason-conflict",
    "reason-clock-skew",
    "reason-unclear",
    "reason-not-undone",
];
const GAPS: [(&str, &str); 7] = [
    ("badge", "{badge}"),
    ("time", "{time}"),
    ("device", "{device}"),
    ("count", "{count}"),
    ("group", "{group}"),
    ("men", "{men}"),
    ("women", "{women}"),
];

#[derive(Template)]
#[template(path = "checkin/desk/desk.html")]
struct Screen {
    page: Page,
    slug: String,
    zone: String,
    title: String,
    /// Against which the device holds what it counted itself.
    made_at: String,
    /// The name its scans bear.
    called: String,
    /// The board whose guests it admits, at an event that has several.
    board: Option<String>,
    paired: bool,
    organizer: bool,
    inside: Counts,
    expected: Counts,
    spoken: Vec<(&'static str, String)>,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(screen).service(worker);
}

#[get("/e/{event}/desk")]
async fn screen(house: House, visit: Visit, desk: Desk) -> Result<HttpResponse, Error> {
    let (paired, organizer, event) = (desk.device().is_some(), desk.organizer, desk.event.clone());
    let board = desk.board().map(str::to_owned);
    let read = house.run(async move |app| {
        let db = app.database.reader();
        let inside = presence::counts(db, desk.event.id).await?;
        Ok((desk_name(db, &desk).await?, inside, roster::expected(db, desk.event.id).await?))
    });
    let (called, inside, expected) = read.await?;
    let page = visit.page;
    let title = event.titled(page.language).to_owned();
    let gaps = GAPS.map(|(name, kept)| (name, kept.into()));
    let spoken = SPOKEN.map(|name| (name, page.say(&format!("desk-{name}"), &gaps))).to_vec();
    let made_at = house.now().to_rfc3339_opts(SecondsFormat::Millis, true);
    let (slug, zone) = (event.slug.clone(), event.zone().to_string());
    let screen =
        Screen { slug, zone, title, made_at, called, board, paired, organizer, inside, expected, spoken, page };
    let mut answer = page::with_camera(page::answer(&screen)?);
    // Whoever signs out here must not lose what was scanned and nobody has heard of yet.
    answer.add_cookie(&clear_browser::holds_scans()).map_err(Fault::of)?;
    Ok(answer)
}

/// A worker rules over what lies below its own address, so it lies at the top.
#[get("/desk-sw.js")]
async fn worker() -> Result<HttpResponse, Error> {
    let script = assets::bytes("desk-sw.js").ok_or_else(Refused::not_found)?;
    let mut answer = HttpResponse::Ok();
    answer.insert_header((CACHE_CONTROL, "no-cache")).content_type("text/javascript; charset=utf-8");
    Ok(answer.body(script))
}

/// What a desk is called: a device as it was paired, a person by their nickname.
pub async fn desk_name(db: &impl ConnectionTrait, desk: &Desk) -> Result<String, Fault> {
    let name = match &desk.by {
        By::Device(device) => device.name.clone(),
        By::Person(person) => {
            profile::Entity::find_by_id(person.account_id).one(db).await?.map(|profile| profile.nickname)
        }
    };
    Ok(name.unwrap_or_else(|| "desk".to_owned()))
}
