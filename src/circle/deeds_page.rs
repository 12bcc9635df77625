//! What people do on the circle's pages: join, say something, answer, take down, leave. Each act is a form.

use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, post};
use serde_json::json;

use super::notes_api::NewCircleNote;
use super::page as circle_page;
use super::{join, leave, take_down, write};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::Error;
use crate::events::access::id_in_path;
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::own_path;
use crate::paging::Paging;
use crate::registrations::access::Participant;

pub fn pages(config: &mut ServiceConfig) {
    config.service(join_in).service(go_away).service(say).service(answer).service(take_it_down);
}

fn circle(me: &Participant) -> String {
    format!("/e/{}/circle", me.event.slug)
}

#[post("/e/{event}/circle/join")]
async fn join_in(house: House, me: Participant) -> Result<HttpResponse, Error> {
    let path = circle(&me);
    house.run(async move |app| join::join(&app, &me).await).await?;
    see_saying(&path, "circle-joined")
}

#[post("/e/{event}/circle/leave")]
async fn go_away(house: House, me: Participant) -> Result<HttpResponse, Error> {
    let path = circle(&me);
    house.run(async move |app| leave::leave(&app, &me).await).await?;
    see_saying(&path, "circle-left")
}

#[post("/e/{event}/circle")]
async fn say(house: House, visit: Visit, me: Participant, form: Form) -> Result<HttpResponse, Error> {
    let (path, who) = (circle(&me), me.clone());
    let outcome = async {
        let note: NewCircleNote = body::read(json!({ "body": form.value("body") }))?;
        house.run(async move |app| write::write(&app, &who, None, note.into_body()).await).await
    };
    match outcome.await {
        Ok(_) => see_saying(&path, "circle-note-up"),
        Err(error) => {
            form.show_again(visit.page, error, |page, form| {
                circle_page::circle(&house, page, me, form, Paging::default())
            })
            .await
        }
    }
}

#[post("/e/{event}/circle/notes/{id}")]
async fn answer(
    house: House,
    visit: Visit,
    me: Participant,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Error> {
    let about = id_in_path(&request, "id")?;
    let (path, who) = (format!("{}/notes/{about}", circle(&me)), me.clone());
    let outcome = async {
        let note: NewCircleNote = body::read(json!({ "body": form.value("body") }))?;
        house.run(async move |app| write::write(&app, &who, Some(about), note.into_body()).await).await
    };
    match outcome.await {
        Ok(_) => see_saying(&path, "circle-reply-up"),
        Err(error) => {
            form.show_again(visit.page, error, |page, form| {
                circle_page::post(&house, page, me, about, form, Paging::default())
            })
            .await
        }
    }
}

#[post("/e/{event}/circle/notes/{id}/down")]
async fn take_it_down(house: House, me: Participant, request: HttpRequest, form: Form) -> Result<HttpResponse, Error> {
    let id = id_in_path(&request, "id")?;
    house.run(async move |app| take_down::take_down(&app, &me, id).await).await?;
    see_saying(own_path(Some(form.value("to"))), "circle-taken-down")
}
