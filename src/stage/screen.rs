//! 大屏: a page that only watches. What it shows comes from the live stream; the page itself holds
//! the words and nothing that could be clicked.

use actix_web::web::{Path, ServiceConfig};
use actix_web::{FromRequest, HttpRequest, HttpResponse, dev, get, post};
use askama::Template;
use futures_util::future::LocalBoxFuture;
use sea_orm::EntityTrait;

use super::console::{SPOKEN_ON_SCREEN, spoken};
use super::{invite, pair_screen, pass, pass_cookie};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::error::{Error, Fault, Refused};
use crate::events::access::Host;
use crate::events::event;
use crate::page::flash::see_saying;
use crate::page::{self, Page};

/// A paired screen, or the host looking at what it would show.
struct Watcher {
    event: event::Model,
}

impl FromRequest for Watcher {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let host = Host::from_request(request, payload);
        let house = request.app_data::<House>().cloned();
        let token = house.as_ref().and_then(|house| pass_cookie::read_token(house, request));
        let slug = request.match_info().get("event").unwrap_or_default().to_owned();
        Box::pin(async move {
            if let (Some(house), Some(token)) = (house, token) {
                let watched = house.run(async move |app| Ok(pass::watches(&app, &token).await?));
                if let Some(event) = watched.await?.filter(|event| event.slug == slug) {
                    return Ok(Self { event });
                }
            }
            Ok(Self { event: host.await?.event })
        })
    }
}

#[derive(Template)]
#[template(path = "stage/screen.html")]
struct Screen {
    page: Page,
    slug: String,
    title: String,
    spoken: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "stage/link.html")]
struct Link {
    page: Page,
    slug: String,
    title: String,
    link: String,
}

#[derive(Template)]
#[template(path = "stage/become.html")]
struct Become {
    page: Page,
    title: String,
    token: String,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(screen).service(make_link).service(send_away).service(offered).service(become_screen);
}

#[get("/e/{event}/stage")]
async fn screen(visit: Visit, watcher: Watcher) -> Result<HttpResponse, Error> {
    let page = visit.page;
    let title = watcher.event.titled(page.language).to_owned();
    let spoken = spoken(&page, &SPOKEN_ON_SCREEN);
    page::answer(&Screen { slug: watcher.event.slug, title, spoken, page })
}

#[post("/e/{event}/console/screens")]
async fn make_link(house: House, visit: Visit, host: Host) -> Result<HttpResponse, Error> {
    let (slug, title) = (host.event.slug.clone(), host.event.titled(visit.page.language).to_owned());
    let token = house.run(async move |app| invite::invite(&app, &host).await).await?;
    let link = house.public_url(&format!("/screen/{token}"));
    page::answer(&Link { page: visit.page, slug, title, link })
}

#[post("/e/{event}/console/screens/revoke")]
async fn send_away(house: House, host: Host) -> Result<HttpResponse, Error> {
    let back = format!("/e/{}/console", host.event.slug);
    house.run(async move |app| invite::send_away(&app, &host).await).await?;
    see_saying(&back, "screens-revoked")
}

/// Looking at a link does not use it up: messengers open links by themselves.
#[get("/screen/{token}")]
async fn offered(house: House, visit: Visit, token: Path<String>) -> Result<HttpResponse, Error> {
    let token = token.into_inner();
    let owned_token = token.clone();
    let event = house.run(async move |app| {
        let db = app.database.reader();
        let waiting = pass::Entity::waiting(&owned_token, app.now())?.one(db).await?;
        let waiting = waiting.filter(|waiting| waiting.is_bound(&app)).ok_or_else(Refused::not_found)?;
        let event = event::Entity::find_by_id(waiting.event_id).one(db).await?;
        Ok(event.ok_or_else(Refused::not_found)?)
    });
    let event = event.await?;
    let title = event.titled(visit.page.language).to_owned();
    page::answer(&Become { page: visit.page, title, token })
}

#[post("/screen/{token}")]
async fn become_screen(house: House, token: Path<String>) -> Result<HttpResponse, Error> {
    let token = token.into_inner();
    let (event, own) = house.run(async move |app| pair_screen::pair_screen(&app, &token).await).await?;
    let mut answer = page::see(&format!("/e/{}/stage", event.slug));
    answer.add_cookie(&pass_cookie::set(&house, &own)).map_err(Fault::of)?;
    Ok(answer)
}
