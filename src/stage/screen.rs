//! 大屏: a page that only watches. What it shows comes from the live stream; the page itself holds
//! the words and nothing that could be clicked.

use actix_web::cookie::time::Duration;
use actix_web::http::header::{CACHE_CONTROL, HeaderName, HeaderValue};
use actix_web::web::{Path, ServiceConfig};
use actix_web::{FromRequest, HttpRequest, HttpResponse, dev, get, post};
use askama::Template;
use data_encoding::BASE64;
use futures_util::future::LocalBoxFuture;
use sea_orm::EntityTrait;

use super::console::{SPOKEN_ON_SCREEN, spoken};
use super::invite::ScreenInvitation;
use super::pair_screen::{self, Key};
use super::{invite, pass, pass_cookie};
use crate::accounts::sealed_cookie::SealedCookie;
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::badges::picture;
use crate::error::{Error, Fault, Refused};
use crate::events::access::Host;
use crate::events::event;
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page};

/// What the page of an invitation shows, for as long as it is read out or photographed.
const INVITED: SealedCookie =
    SealedCookie { name: "screen_invitation", purpose: "screen invitation", kept: Duration::minutes(10) };

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
                let watched = house.ask(async move |app| pass::watches(&app, &token).await);
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
    /// Where the digits are typed.
    place: String,
    /// `012 345`
    code: String,
    link: String,
    /// The link as a picture, an address of its own.
    qr: String,
}

#[derive(Template)]
#[template(path = "stage/type_code.html")]
struct TypeCode {
    page: Page,
    form: Form,
}

/// Keeps the screen's page for the hour without a link. Served from beside the page, because a worker
/// rules over no more than what lies below its own address.
const WORKER: &str = include_str!("screen_worker.js");

#[derive(Template)]
#[template(path = "stage/become.html")]
struct Become {
    page: Page,
    title: String,
    token: String,
}

pub fn pages(config: &mut ServiceConfig) {
    config
        .service(screen)
        .service(screen_worker)
        .service(make_link)
        .service(show_link)
        .service(send_away)
        .service(type_code)
        .service(enter_code)
        .service(offered)
        .service(become_screen);
}

#[get("/e/{event}/stage")]
async fn screen(visit: Visit, watcher: Watcher) -> Result<HttpResponse, Error> {
    let page = visit.page;
    let title = watcher.event.titled(page.language).to_owned();
    let spoken = spoken(&page, &SPOKEN_ON_SCREEN);
    page::answer(&Screen { slug: watcher.event.slug, title, spoken, page })
}

/// Where an invitation is shown; the cookie goes nowhere else.
fn invitation_path(event: &event::Model) -> String {
    format!("/e/{}/console/screens", event.slug)
}

/// Invites one more screen, and sends the host to the page that shows how.
#[post("/e/{event}/console/screens")]
async fn make_link(house: House, host: Host) -> Result<HttpResponse, Error> {
    let (path, person) = (invitation_path(&host.event), host.account.account_id);
    let invited = house.run(async move |app| invite::invite(&app, &host).await).await?;
    let mut answer = page::see(&path);
    answer.add_cookie(&INVITED.set(&house, &path, person, &invited)?).map_err(Fault::of)?;
    Ok(answer)
}

/// The invitation that was just made, to whoever made it; without one there is nothing here but the way back.
#[get("/e/{event}/console/screens")]
async fn show_link(house: House, request: HttpRequest, visit: Visit, host: Host) -> Result<HttpResponse, Error> {
    let invited: Option<ScreenInvitation> = INVITED.read(&house, &request, host.account.account_id);
    let Some(invited) = invited.filter(|invited| invited.token_ends_at > house.now()) else {
        return Ok(page::see(&format!("/e/{}/console", host.event.slug)));
    };
    let (slug, title) = (host.event.slug.clone(), host.event.titled(visit.page.language).to_owned());
    let (left, right) = invited.code.split_at_checked(3).unwrap_or_default();
    let link = house.public_url(&format!("/screen/{}", invited.token));
    let qr = format!("data:image/svg+xml;base64,{}", BASE64.encode(picture::svg(&link)?.as_bytes()));
    let (place, code) = (house.public_url("/screen"), format!("{left} {right}"));
    let mut answer = page::answer(&Link { page: visit.page, slug, title, place, code, link, qr })?;
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}

#[post("/e/{event}/console/screens/revoke")]
async fn send_away(house: House, host: Host) -> Result<HttpResponse, Error> {
    let (back, path) = (format!("/e/{}/console", host.event.slug), invitation_path(&host.event));
    house.run(async move |app| invite::send_away(&app, &host).await).await?;
    let mut answer = see_saying(&back, "screens-revoked")?;
    answer.add_cookie(&INVITED.removal(&house, &path)).map_err(Fault::of)?;
    Ok(answer)
}

#[get("/e/{event}/stage/worker.js")]
async fn screen_worker() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/javascript; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-cache"))
        // One path segment up: the page itself.
        .insert_header((HeaderName::from_static("service-worker-allowed"), "/e/"))
        .body(WORKER)
}

async fn render_type_code(page: Page, form: Form) -> Result<HttpResponse, Error> {
    page::answer(&TypeCode { page, form })
}

/// Where the projector's machine is told the six digits the host reads out.
#[get("/screen")]
async fn type_code(visit: Visit) -> Result<HttpResponse, Error> {
    render_type_code(visit.page, Form::default()).await
}

#[post("/screen")]
async fn enter_code(house: House, request: HttpRequest, visit: Visit, form: Form) -> Result<HttpResponse, Error> {
    let typed = form.value("code").to_owned();
    let paired = async {
        house.rate_limit.check(&request)?;
        house.run(async move |app| pair_screen::pair_screen(&app, Key::Code(&typed)).await).await
    };
    match paired.await {
        Ok((event, own)) => show_to(&house, &event, &own),
        Err(error) => form.show_again(visit.page, error, render_type_code).await,
    }
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
    let (event, own) = house.run(async move |app| pair_screen::pair_screen(&app, Key::Link(&token)).await).await?;
    show_to(&house, &event, &own)
}

/// Sends a browser that became a screen to what it shows.
fn show_to(house: &House, event: &event::Model, own: &str) -> Result<HttpResponse, Error> {
    let mut answer = page::see(&format!("/e/{}/stage", event.slug));
    answer.add_cookie(&pass_cookie::set(house, own)).map_err(Fault::of)?;
    Ok(answer)
}
