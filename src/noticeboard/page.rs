//! The front page, and one event's own.

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::{Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use chrono::{DateTime, Utc};
use qrcode::QrCode;
use qrcode::render::svg;

use super::notice::{Notice, notice, notices};
use super::snapshots::{self, Front};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::error::{Error, Fault};
use crate::events::countdown::Countdown;
use crate::events::{access, event};
use crate::language::Language;
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
    programme_title: String,
    rules: Vec<Rule>,
    hosts: Vec<(String, Vec<String>)>,
    door: Door,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(front).service(event_page).service(event_qr);
}

/// The kind of content of a page.
const PAGE: &str = "text/html; charset=utf-8";

#[get("/")]
async fn front(house: House, visit: Visit, request: HttpRequest) -> Result<HttpResponse, Error> {
    if visit.is_anonymous && visit.page.path == "/" {
        let snapshot = snapshots::front(&house).await?;
        return snapshot.answer(&request, PAGE, visit.page.language, |snapshot| {
            let page = Page::of_anybody(visit.page.language, "/".to_owned());
            list(page, &snapshot.content, snapshot.at).render().map_err(Fault::of)
        });
    }
    let read = house.run(async move |app| {
        let (db, now) = (app.database.reader(), app.now());
        let (ahead, past) = event::announced(db, now).await?;
        Ok(Front { open: notices(db, ahead, now).await?, past: notices(db, past, now).await? })
    });
    page::answer(&list(visit.page, &read.await?, house.now()))
}

fn list(page: Page, read: &Front, now: DateTime<Utc>) -> List {
    let speaker = Speaker { page: &page, now };
    let open = read.open.iter().map(|notice| card(&speaker, notice)).collect();
    let past = read.past.iter().map(|notice| card(&speaker, notice)).collect();
    List { open, past, page }
}

#[get("/e/{event}")]
async fn event_page(
    house: House,
    visit: Visit,
    slug: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    if visit.is_anonymous && visit.page.path.strip_prefix("/e/") == Some(&slug) {
        return anybodys_event(&house, visit.page.language, &slug, &request).await;
    }
    let person = visit.person;
    let loaded = house.run(async move |app| {
        let db = app.database.reader();
        let event = access::find_visible(&app, &slug, person.as_ref()).await?;
        let mine = match person {
            Some(person) => registration::latest_of(db, event.id, person.account_id).await?,
            None => None,
        };
        Ok((notice(db, event, app.now()).await?, mine))
    });
    let (notice, mine) = loaded.await?;
    page::answer(&event_of(visit.page, &notice, mine.as_ref(), house.now()))
}

/// The page of an event for whoever says nothing of themselves.
async fn anybodys_event(
    house: &House,
    language: Language,
    slug: &str,
    request: &HttpRequest,
) -> Result<HttpResponse, Error> {
    let snapshot = snapshots::event(house, slug).await?;
    let mut answer = snapshot.answer(request, PAGE, language, |snapshot| {
        let page = Page::of_anybody(language, format!("/e/{slug}"));
        let mut event = event_of(page, &snapshot.content, None, snapshot.at);
        // A page that is kept cannot say what time it is. Its answer does.
        event.card.countdown = event.card.countdown.map(Countdown::timeless);
        event.render().map_err(Fault::of)
    })?;
    let now = format!("now;dur={}", house.now().timestamp_millis());
    answer
        .headers_mut()
        .insert(HeaderName::from_static("server-timing"), HeaderValue::from_str(&now).map_err(Fault::of)?);
    Ok(answer)
}

fn event_of(page: Page, notice: &Notice, mine: Option<&registration::Model>, now: DateTime<Utc>) -> Event {
    let (speaker, poster) = (Speaker { page: &page, now }, &notice.poster);
    Event {
        card: card(&speaker, notice),
        path: speaker.path(poster),
        programme: speaker.programme(poster),
        programme_title: speaker.programme_title(poster),
        rules: speaker.rules(poster),
        hosts: speaker.hosts(poster),
        zone: speaker.clock(poster),
        about: poster.summary.clone(),
        door: match poster.published_at {
            Some(_) => door::of(&page, &poster.slug, poster.phase, mine),
            None => Door::default(),
        },
        page: page.clone(),
    }
}

fn card(speaker: &Speaker<'_>, notice: &Notice) -> Card {
    let counted = notice.applicants.men.zip(notice.applicants.women);
    let applied = counted
        .map(|(men, women)| speaker.page.say("card-applied-two", &[("men", men.into()), ("women", women.into())]));
    Card { applied, ..speaker.card(&notice.poster) }
}

/// The address of an event as a QR code, for posters and screens.
#[get("/e/{event}/qr.svg")]
async fn event_qr(house: House, slug: Path<String>, request: HttpRequest) -> Result<HttpResponse, Error> {
    let snapshot = snapshots::event(&house, &slug).await?;
    snapshot.answer(&request, "image/svg+xml", Language::default(), |snapshot| {
        let address = house.public_url(&format!("/e/{}", snapshot.content.poster.slug));
        let code = QrCode::new(address).map_err(Fault::of)?;
        Ok(code.render::<svg::Color<'_>>().min_dimensions(256, 256).quiet_zone(false).build())
    })
}
