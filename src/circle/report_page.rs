//! Where a member tells the organizer that something should not stand here, or wants no more of somebody.

use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use sea_orm::EntityTrait;
use serde_json::json;
use uuid::Uuid;

use super::feed::Sight;
use super::notes_api::NewCircleReport;
use super::page::{NoteView, Reader};
use super::{complain, entrance, note};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::dates::exclude::{self, Whom};
use crate::error::{Error, Refused};
use crate::events::access::id_in_path;
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page};
use crate::plaza::wrong;
use crate::registrations::access::Participant;
use crate::registrations::exclusion::Because;

#[derive(Template)]
#[template(path = "circle/report.html")]
struct Report {
    page: Page,
    slug: String,
    form: Form,
    note: NoteView,
    sorts: Vec<(&'static str, String)>,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(show).service(report).service(block);
}

#[get("/e/{event}/circle/report/{id}")]
async fn show(house: House, visit: Visit, me: Participant, request: HttpRequest) -> Result<HttpResponse, Error> {
    let id = id_in_path(&request, "id")?;
    about(&house, visit.page, me, id, Form::default()).await
}

#[post("/e/{event}/circle/report/{id}")]
async fn report(
    house: House,
    visit: Visit,
    me: Participant,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Error> {
    let id = id_in_path(&request, "id")?;
    let (path, who) = (format!("/e/{}/circle", me.event.slug), me.clone());
    let outcome = async {
        let report: NewCircleReport = body::read(json!({ "reason": wrong::reason(&visit.page, &form) }))?;
        house.run(async move |app| complain::complain(&app, &who, id, report.into_reason()).await).await
    };
    match outcome.await {
        Ok(()) => see_saying(&path, "reported"),
        Err(error) => form.show_again(visit.page, error, |page, form| about(&house, page, me, id, form)).await,
    }
}

/// Whoever wrote it and the one who asks are out of each other's sight from now on.
#[post("/e/{event}/circle/block/{id}")]
async fn block(house: House, me: Participant, request: HttpRequest) -> Result<HttpResponse, Error> {
    let id = id_in_path(&request, "id")?;
    let path = format!("/e/{}/circle", me.event.slug);
    let blocked = house.run(async move |app| {
        entrance::look(&app, &me).await?;
        let db = app.database.reader();
        let found = note::Entity::find_by_id(id).one(db).await?.filter(|note| note.event_id == me.event.id);
        let found = note::in_sight(db, found, me.registration.id).await?;
        let author = found.registration_id.ok_or_else(Refused::not_found)?;
        exclude::exclude(&app, &me, Whom::Registered(author), Because::Blocked).await
    });
    blocked.await?;
    see_saying(&path, "blocked")
}

async fn about(house: &House, page: Page, me: Participant, id: Uuid, form: Form) -> Result<HttpResponse, Error> {
    let event = me.event.clone();
    let note = house.run(async move |app| {
        entrance::look(&app, &me).await?;
        let db = app.database.reader();
        Sight::of(db, me.event.id, me.registration.id).await?.one(db, id).await
    });
    let note = note.await?;
    let note = Reader { page: &page, zone: event.zone(), now: house.now() }.note_view(note);
    page::answer(&Report { slug: event.slug, sorts: wrong::sorts(&page), note, form, page })
}
