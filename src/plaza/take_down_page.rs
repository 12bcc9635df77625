//! Where somebody takes down what they put on the plaza, after being asked once.

use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;

use super::contribution::Kind;
use super::page::{ContributionView, Reader};
use super::take_back_own::take_back_own;
use super::wall;
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::error::{Error, Refused};
use crate::events::access::id_in_path;
use crate::page::flash::see_saying;
use crate::page::{self, Page};
use crate::registrations::access::Participant;

#[derive(Template)]
#[template(path = "plaza/take_down.html")]
struct TakeDownPage {
    page: Page,
    slug: String,
    note: ContributionView,
    /// A post may have earned points.
    earned: bool,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(ask).service(do_take_down);
}

#[get("/e/{event}/plaza/take-down/{id}")]
async fn ask(house: House, visit: Visit, me: Participant, request: HttpRequest) -> Result<HttpResponse, Error> {
    let id = id_in_path(&request, "id")?;
    let event = me.event.clone();
    let found = house.run(async move |app| {
        let note = wall::one(app.database.reader(), me.event.id, id, me.registration.id, None).await?;
        let mine = note.author.as_ref().is_some_and(|author| author.me);
        if mine { Ok(note) } else { Err(Refused::not_found().into()) }
    });
    let note = found.await?;
    let earned = note.kind == Kind::Post;
    let reader = Reader { app: &house, page: &visit.page, zone: event.zone(), now: house.now() };
    let note = reader.contribution_view(note);
    page::answer(&TakeDownPage { slug: event.slug, note, earned, page: visit.page })
}

#[post("/e/{event}/plaza/take-down/{id}")]
async fn do_take_down(house: House, me: Participant, request: HttpRequest) -> Result<HttpResponse, Error> {
    let id = id_in_path(&request, "id")?;
    let plaza = format!("/e/{}/plaza", me.event.slug);
    house.run(async move |app| take_back_own(&app, &me, id).await).await?;
    see_saying(&plaza, "taken-down")
}
