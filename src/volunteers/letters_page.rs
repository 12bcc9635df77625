//! 志愿者来信 as one of the two reads it: answer, or stop.

use actix_web::web::{Path, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use chrono::{DateTime, Utc};
use serde_json::json;
use uuid::Uuid;

use super::answer_letter::{self, NewCaseReply};
use super::my_letters::{self, Mine};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::{Error, Refused};
use crate::events::event;
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page, when};
use crate::registrations::access::Participant;

#[derive(Template)]
#[template(path = "volunteers/letters.html")]
struct Letters {
    page: Page,
    form: Form,
    event: event::Model,
    match_id: Uuid,
    mine: Mine,
    now: DateTime<Utc>,
}

/// Whoever was written to and whoever was not are sent a page of the same size.
const BLOCK: usize = 32 * 1024;

pub fn pages(config: &mut ServiceConfig) {
    config.service(letters_page).service(answer_volunteer).service(stop_letters).service(take_letters_again);
}

async fn render_letters(
    house: &House,
    page: Page,
    me: Participant,
    match_id: Uuid,
    form: Form,
) -> Result<HttpResponse, Error> {
    let account_id = me.account.account_id;
    let read = house.run(async move |app| my_letters::of(app.database.reader(), &app, account_id, match_id).await);
    let mine = read.await?;
    if mine.event_id != me.event.id {
        return Err(Refused::not_found().into());
    }
    page::answer_padded(&Letters { page, form, event: me.event, match_id, mine, now: house.now() }, BLOCK)
}

#[get("/e/{event}/matches/{id}/letters")]
async fn letters_page(
    house: House,
    visit: Visit,
    me: Participant,
    path: Path<(String, Uuid)>,
) -> Result<HttpResponse, Error> {
    let (_, id) = path.into_inner();
    render_letters(&house, visit.page, me, id, Form::default()).await
}

#[post("/e/{event}/matches/{id}/letters")]
async fn answer_volunteer(
    house: House,
    visit: Visit,
    me: Participant,
    path: Path<(String, Uuid)>,
    form: Form,
) -> Result<HttpResponse, Error> {
    let (slug, id) = path.into_inner();
    let account = me.account;
    let answered = async {
        let NewCaseReply { body } = body::read(json!({ "body": form.value("body") }))?;
        house.run(async move |app| answer_letter::answer(&app, account, id, body).await).await
    };
    match answered.await {
        Ok(()) => see_saying(&format!("/e/{slug}/matches/{id}/letters"), "case-letter-sent"),
        Err(error) => form.show_again(visit.page, error, |page, form| render_letters(&house, page, me, id, form)).await,
    }
}

#[post("/e/{event}/matches/{id}/letters/stop")]
async fn stop_letters(house: House, me: Participant, path: Path<(String, Uuid)>) -> Result<HttpResponse, Error> {
    let (slug, id) = path.into_inner();
    house.run(async move |app| answer_letter::stop(&app, me.account, id, true).await).await?;
    see_saying(&format!("/e/{slug}/matches/{id}/letters"), "case-letters-stopped")
}

#[post("/e/{event}/matches/{id}/letters/resume")]
async fn take_letters_again(house: House, me: Participant, path: Path<(String, Uuid)>) -> Result<HttpResponse, Error> {
    let (slug, id) = path.into_inner();
    house.run(async move |app| answer_letter::stop(&app, me.account, id, false).await).await?;
    see_saying(&format!("/e/{slug}/matches/{id}/letters"), "case-letters-resumed")
}

impl Letters {
    fn action(&self) -> String {
        format!("/e/{}/matches/{}/letters", self.event.slug, self.match_id)
    }

    fn moment(&self, at: &DateTime<Utc>) -> String {
        when::moment(self.page.language, self.event.zone(), *at, self.now)
    }
}
