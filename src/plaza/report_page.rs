//! Where a participant tells the organizer that something should not be shown.

use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use serde_json::json;
use uuid::Uuid;

use super::complain;
use super::complaints_api::NewComplaint;
use super::page::{ContributionView, Reader};
use super::{entrance, wall, wrong};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::Error;
use crate::events::access::id_in_path;
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page};
use crate::registrations::access::Participant;

#[derive(Template)]
#[template(path = "plaza/report.html")]
struct Report {
    page: Page,
    slug: String,
    form: Form,
    note: ContributionView,
    sorts: Vec<(&'static str, String)>,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(show).service(report);
}

#[get("/e/{event}/plaza/report/{id}")]
async fn show(house: House, visit: Visit, me: Participant, request: HttpRequest) -> Result<HttpResponse, Error> {
    let id = id_in_path(&request, "id")?;
    about(&house, visit.page, me, id, Form::default()).await
}

#[post("/e/{event}/plaza/report/{id}")]
async fn report(
    house: House,
    visit: Visit,
    me: Participant,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Error> {
    let id = id_in_path(&request, "id")?;
    let path = format!("/e/{}/plaza", me.event.slug);
    let who = me.clone();
    let outcome = async {
        let complaint: NewComplaint =
            body::read(json!({ "contribution_id": id, "reason": wrong::reason(&visit.page, &form) }))?;
        let reason = complaint.into_reason();
        house.run(async move |app| complain::complain(&app, &who, id, reason).await).await
    };
    match outcome.await {
        Ok(_) => see_saying(&path, "reported"),
        Err(error) => form.show_again(visit.page, error, |page, form| about(&house, page, me, id, form)).await,
    }
}

async fn about(house: &House, page: Page, me: Participant, id: Uuid, form: Form) -> Result<HttpResponse, Error> {
    let event = me.event.clone();
    let note = house.run(async move |app| {
        entrance::may_look(&app, &me)?;
        wall::one(app.database.reader(), me.event.id, id, me.registration.id, None).await
    });
    let note = note.await?;
    let note = Reader { app: house, page: &page, zone: event.zone(), now: house.now() }.contribution_view(note);
    page::answer(&Report { slug: event.slug, sorts: wrong::sorts(&page), note, form, page })
}
