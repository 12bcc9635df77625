//! Where somebody tells the organizer that something should not stand here, or wants no more of somebody.

use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use serde_json::json;
use uuid::Uuid;

use super::complain::{self, NewChatReport};
use super::lines_api::room_in_path;
use super::page::LineView;
use super::room::{self, Which};
use super::transcript::Sight;
use super::{entrance, line};
use crate::accounts::visit::Visit;
use crate::app::{App, House};
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
#[template(path = "chat/report.html")]
struct Report {
    page: Page,
    slug: String,
    which: Which,
    form: Form,
    shown: LineView,
    sorts: Vec<(&'static str, String)>,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(show).service(report).service(block);
}

#[get("/e/{event}/chat/{room}/report/{id}")]
async fn show(house: House, visit: Visit, me: Participant, request: HttpRequest) -> Result<HttpResponse, Error> {
    let (which, id) = (room_in_path(&request)?, id_in_path(&request, "id")?);
    about(&house, visit.page, me, (which, id), Form::default()).await
}

#[post("/e/{event}/chat/{room}/report/{id}")]
async fn report(
    house: House,
    visit: Visit,
    me: Participant,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Error> {
    let (which, id) = (room_in_path(&request)?, id_in_path(&request, "id")?);
    let (path, who) = (format!("/e/{}/chat/{which}", me.event.slug), me.clone());
    let outcome = async {
        let NewChatReport { reason } = body::read(json!({ "reason": wrong::reason(&visit.page, &form) }))?;
        house.run(async move |app| complain::complain(&app, &who, which, id, reason).await).await
    };
    match outcome.await {
        Ok(()) => see_saying(&path, "reported"),
        Err(error) => form.show_again(visit.page, error, |page, form| about(&house, page, me, (which, id), form)).await,
    }
}

/// Whoever said it and the one who asks are out of each other's sight from now on.
#[post("/e/{event}/chat/{room}/block/{id}")]
async fn block(house: House, me: Participant, request: HttpRequest) -> Result<HttpResponse, Error> {
    let (which, id) = (room_in_path(&request)?, id_in_path(&request, "id")?);
    let path = format!("/e/{}/chat/{which}", me.event.slug);
    let blocked = house.run(async move |app| {
        let sight = sight_of(&app, &me, which).await?;
        let found = line::find(app.database.reader(), me.event.id, id).await?;
        let author = found.registration_id.filter(|_| sight.shows(&found)).ok_or_else(Refused::not_found)?;
        exclude::exclude(&app, &me, Whom::Registered(author), Because::Blocked).await
    });
    blocked.await?;
    see_saying(&path, "blocked")
}

async fn sight_of(app: &App, me: &Participant, which: Which) -> Result<Sight, Error> {
    let (_, seat) = entrance::look(app, me, which).await?;
    let db = app.database.reader();
    let room = room::find(db, me.event.id, which).await?.ok_or_else(Refused::not_found)?;
    Ok(Sight::of(db, &me.event, room.id, Some(seat)).await?)
}

async fn about(
    house: &House,
    page: Page,
    me: Participant,
    (which, id): (Which, Uuid),
    form: Form,
) -> Result<HttpResponse, Error> {
    let event = me.event.clone();
    let line = house.run(async move |app| sight_of(&app, &me, which).await?.one(app.database.reader(), &app, id).await);
    let view = LineView::of(&page, event.zone(), house.now(), line.await?);
    page::answer(&Report { slug: event.slug, which, sorts: wrong::sorts(&page), shown: view, form, page })
}
