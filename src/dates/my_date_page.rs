//! One of my dates on a phone: what I noted, whether it took place, and whom not to meet again.

use actix_web::web::{Path, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use serde_json::json;

use super::date_round::State;
use super::exclude::{self, Whom};
use super::mine::{self, Met};
use super::my_row::Row;
use super::{date_note, jot, miss};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::refusal::MALFORMED_FORM;
use crate::error::{Error, Refused};
use crate::events::tabs;
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page, Tab};
use crate::registrations::access::Participant;
use crate::registrations::exclusion::{self, Because};

#[derive(Template)]
#[template(path = "dates/my_date.html")]
struct MyDate {
    page: Page,
    slug: String,
    tabs: Vec<Tab>,
    form: Form,
    row: Row,
    partner: Met,
    kept_apart: Option<Because>,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(date_page).service(keep_note).service(tell_missed).service(keep_apart).service(allow_again);
}

/// My table in the round a path names.
async fn my_row(house: &House, me: &Participant, round: i32) -> Result<(Row, Met, Option<Because>), Error> {
    let me = me.clone();
    house
        .run(async move |app| {
            let db = app.database.reader();
            let seat = mine::seat(db, &me, round).await?.ok_or_else(Refused::not_found)?;
            let partner = seat.partner.clone().ok_or_else(Refused::not_found)?;
            let mut notes = date_note::written_by(db, &app, me.registration.id).await?;
            let said = exclusion::said_by(db, me.registration.id).await?;
            let kept = said.iter().find(|said| said.about == partner.registration_id).map(|said| said.because);
            Ok((Row::of(seat, &mut notes), partner, kept))
        })
        .await
}

async fn render_my_date(
    house: &House,
    page: Page,
    me: &Participant,
    round: i32,
    form: Option<Form>,
) -> Result<HttpResponse, Error> {
    let (row, partner, kept_apart) = my_row(house, me, round).await?;
    let slug = me.event.slug.clone();
    let tabs = tabs::of_night(&page, &me.event, house.now(), "dates");
    let form = form.unwrap_or_else(|| Form::filled([("words", row.note.clone().unwrap_or_default())]));
    page::answer(&MyDate { page, slug, tabs, form, row, partner, kept_apart })
}

#[get("/e/{event}/dates/{round}")]
async fn date_page(
    house: House,
    visit: Visit,
    me: Participant,
    path: Path<(String, i32)>,
) -> Result<HttpResponse, Error> {
    render_my_date(&house, visit.page, &me, path.1, None).await
}

#[post("/e/{event}/dates/{round}/note")]
async fn keep_note(
    house: House,
    visit: Visit,
    me: Participant,
    path: Path<(String, i32)>,
    form: Form,
) -> Result<HttpResponse, Error> {
    let (slug, round) = path.into_inner();
    let by = me.clone();
    let noted = async {
        let note = body::read(json!({ "words": form.value("words") }))?;
        house.run(async move |app| jot::jot(&app, &by, round, note).await).await
    };
    match noted.await {
        Ok(()) => see_saying(&format!("/e/{slug}/dates"), "date-noted"),
        Err(error) => {
            form.show_again(visit.page, error, |page, form| render_my_date(&house, page, &me, round, Some(form))).await
        }
    }
}

#[post("/e/{event}/dates/{round}/missed")]
async fn tell_missed(
    house: House,
    visit: Visit,
    me: Participant,
    path: Path<(String, i32)>,
    form: Form,
) -> Result<HttpResponse, Error> {
    let (slug, round) = path.into_inner();
    let by = me.clone();
    match house.run(async move |app| miss::miss(&app, &by, round).await).await {
        Ok(()) => see_saying(&format!("/e/{slug}/dates"), "date-missed"),
        Err(error) => {
            form.show_again(visit.page, error, |page, form| render_my_date(&house, page, &me, round, Some(form))).await
        }
    }
}

#[post("/e/{event}/dates/{round}/apart")]
async fn keep_apart(
    house: House,
    me: Participant,
    path: Path<(String, i32)>,
    form: Form,
) -> Result<HttpResponse, Error> {
    let (slug, round) = path.into_inner();
    let (because, said) = match form.value("because") {
        "blocked" => (Because::Blocked, "blocked"),
        "acquainted" => (Because::Acquainted, "kept-apart"),
        _ => return Err(MALFORMED_FORM.saying("Say why.").into()),
    };
    let (_, partner, _) = my_row(&house, &me, round).await?;
    let whom = Whom::Registered(partner.registration_id);
    house.run(async move |app| exclude::exclude(&app, &me, whom, because).await).await?;
    see_saying(&format!("/e/{slug}/dates"), said)
}

#[post("/e/{event}/dates/{round}/together")]
async fn allow_again(house: House, me: Participant, path: Path<(String, i32)>) -> Result<HttpResponse, Error> {
    let (slug, round) = path.into_inner();
    let (_, partner, _) = my_row(&house, &me, round).await?;
    let whom = Whom::Registered(partner.registration_id);
    house.run(async move |app| exclude::take_back(&app, &me, whom).await).await?;
    see_saying(&format!("/e/{slug}/dates/{round}"), "taken-back")
}
