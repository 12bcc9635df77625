//! Where a participant shows their face, and sees what became of it.

use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, get, post};
use askama::Template;
use uuid::Uuid;

use super::contribute::{self, NewContribution};
use super::contribution::{Kind, State};
use super::{entrance, page as plaza, photo_api, portrait};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::error::Error;
use crate::events::phase::Phase;
use crate::events::tabs;
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page, Tab};
use crate::picture::upload::{PhotoForm, Received};
use crate::registrations::access::Participant;

#[derive(Template)]
#[template(path = "plaza/portrait.html")]
struct Mine {
    page: Page,
    slug: String,
    tabs: Vec<Tab>,
    form: Form,
    open: bool,
    last: Option<Last>,
}

/// The last one put up.
struct Last {
    id: Uuid,
    photo: Uuid,
    standing: (&'static str, &'static str),
    reason: Option<String>,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(show).service(put_up);
}

#[get("/e/{event}/plaza/portrait")]
async fn show(house: House, visit: Visit, me: Participant) -> Result<HttpResponse, Error> {
    if let Some(early) = plaza::early(&house, &visit.page, &me) {
        return early;
    }
    mine(&house, visit.page, me, Form::default()).await
}

#[post("/e/{event}/plaza/portrait")]
async fn put_up(house: House, visit: Visit, me: Participant, form: PhotoForm) -> Result<HttpResponse, Error> {
    let path = format!("/e/{}/plaza/portrait", me.event.slug);
    entrance::may_put_up(&house, &me)?;
    let may = photo_api::may_today(&house, &me, Kind::Portrait).await;
    let Received { form, photos } = form.receive(me.account.account_id, 1, may).await?;
    let who = me.clone();
    let put = async {
        let photos = photos?;
        if photos.is_empty() {
            return Err(photo_api::no_photo());
        }
        let contribution = NewContribution { kind: Kind::Portrait, about: None, body: String::new(), photos };
        house.run(async move |app| contribute::contribute(&app, &who, contribution).await).await
    };
    match put.await {
        Ok(_) => see_saying(&path, "portrait-waits"),
        Err(error) => form.show_again(visit.page, error, |page, form| mine(&house, page, me, form)).await,
    }
}

async fn mine(house: &House, page: Page, me: Participant, form: Form) -> Result<HttpResponse, Error> {
    let now = house.now();
    let (event, id) = (me.event.clone(), me.registration.id);
    let last = house.run(async move |app| {
        entrance::may_look(&app, &me)?;
        Ok(portrait::last_of(app.database.reader(), id).await?)
    });
    let last = last.await?.map(|(of, frame)| Last {
        id: of.id,
        photo: frame.id,
        standing: match of.state {
            State::Pending => ("pill", "note-pending"),
            State::Approved => ("pill good", "portrait-shown"),
            State::Rejected => ("pill bad", "note-rejected"),
            State::Removed | State::Withdrawn => ("pill bad", "note-removed"),
        },
        reason: of.reason,
    });
    page::answer(&Mine {
        tabs: tabs::of_participant(&page, &event, "people"),
        open: event.phase(now) == Phase::Online,
        slug: event.slug,
        form,
        last,
        page,
    })
}
