//! 介绍 as somebody who asked sees it: what they ask, somebody to say yes or no to, and whom they were introduced to.

use actix_web::web::{Path, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use chrono::{DateTime, Utc};
use serde_json::json;
use uuid::Uuid;

use super::ask::{self, NewIntroductionRequest};
use super::card::Card;
use super::exchange;
use super::mine::{self, Introduced, Mine};
use super::reply::{self, IntroductionReply};
use super::request::Facet;
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::couples::exchange::ContactOffer;
use crate::couples::mine::details;
use crate::couples::offer::Field;
use crate::error::Error;
use crate::events::access::Guest;
use crate::events::event;
use crate::events::tabs;
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page, Tab, when};
use crate::people::band::Band;
use crate::registrations::access::Participant;

#[derive(Template)]
#[template(path = "introductions/page.html")]
struct Introductions {
    page: Page,
    tabs: Vec<Tab>,
    event: event::Model,
    form: Form,
    mine: Mine,
    /// The event is over, or took place without them.
    may_ask: bool,
    /// What I have to give, as far as my profile says.
    own: Vec<(Field, bool)>,
    now: DateTime<Utc>,
}

/// Whoever was proposed and whoever was not are sent a page of the same size.
const BLOCK: usize = 32 * 1024;

pub fn pages(config: &mut ServiceConfig) {
    config.service(introductions_page).service(ask_for_introduction).service(take_back);
    config.service(answer_introduction).service(give_contact).service(take_contact_back);
}

async fn render(house: &House, page: Page, me: Participant, form: Option<Form>) -> Result<HttpResponse, Error> {
    let event = me.event.clone();
    let read = house.run(async move |app| {
        let db = app.database.reader();
        let mine = mine::of(db, &app, me.event.organization_id, me.account.account_id).await?;
        let all = [Field::Wechat, Field::Phone, Field::Email];
        let own = details(db, &app, &me.registration, &all).await?;
        let is_there = |value: Option<String>| value.is_some_and(|value| !value.trim().is_empty());
        let own = vec![
            (Field::Wechat, is_there(own.wechat)),
            (Field::Phone, is_there(own.phone)),
            (Field::Email, is_there(own.email)),
        ];
        Ok((mine, own, ask::may_ask(&app, &me).is_ok()))
    });
    let (mine, own, may_ask) = read.await?;
    let now = house.now();
    let tabs = tabs::of_hour(&page, &event, now, "introductions");
    let form = form.unwrap_or_else(|| filled(&mine));
    page::answer_padded(&Introductions { page, tabs, event, form, mine, may_ask, own, now }, BLOCK)
}

/// The form with what is asked now; at first with what people seldom mind to show.
fn filled(mine: &Mine) -> Form {
    let mut fields: Vec<(String, String)> = Vec::new();
    let mut shows = vec![Facet::Age, Facet::Education, Facet::Interests, Facet::About];
    if let Some((wish, own)) = &mine.request {
        shows.clone_from(own);
        fields.extend(wish.ages.iter().map(|age| ("ages".to_owned(), age.clone())));
        for (name, value) in [("education", &wish.education), ("district", &wish.district), ("words", &wish.words)] {
            fields.push((name.to_owned(), value.clone()));
        }
    }
    fields.extend(shows.into_iter().map(|facet| ("shows".to_owned(), facet.word().to_owned())));
    Form::filled(fields)
}

#[get("/e/{event}/introductions")]
async fn introductions_page(house: House, visit: Visit, me: Participant) -> Result<HttpResponse, Error> {
    render(&house, visit.page, me, None).await
}

#[post("/e/{event}/introductions")]
async fn ask_for_introduction(house: House, visit: Visit, me: Participant, form: Form) -> Result<HttpResponse, Error> {
    let path = format!("/e/{}/introductions", me.event.slug);
    let asking = me.clone();
    let asked_now = async {
        let new: NewIntroductionRequest = body::read(json!({
            "wish": {
                "ages": form.list("ages"),
                "education": form.value("education"),
                "district": form.value("district"),
                "words": form.value("words"),
            },
            "shows": form.list("shows"),
            "agrees": form.flag("agrees"),
        }))?;
        house.run(async move |app| ask::ask(&app, &asking, new).await).await
    };
    match asked_now.await {
        Ok(()) => see_saying(&path, "introduction-asked"),
        Err(error) => {
            let show = async |page, form| render(&house, page, me, Some(form)).await;
            form.show_again(visit.page, error, show).await
        }
    }
}

#[post("/e/{event}/introductions/take-back")]
async fn take_back(house: House, me: Guest) -> Result<HttpResponse, Error> {
    let path = format!("/e/{}/introductions", me.event.slug);
    house.run(async move |app| ask::take_back(&app, &me).await).await?;
    see_saying(&path, "introduction-taken-back")
}

#[post("/e/{event}/introductions/{id}/answer")]
async fn answer_introduction(
    house: House,
    visit: Visit,
    me: Participant,
    path: Path<(String, Uuid)>,
    form: Form,
) -> Result<HttpResponse, Error> {
    let (slug, id) = path.into_inner();
    let account = me.account;
    let answered = async {
        let answer: IntroductionReply = body::read(json!({ "yes": form.value("answer") == "yes" }))?;
        house.run(async move |app| reply::reply(&app, account, id, answer).await).await
    };
    match answered.await {
        Ok(()) => see_saying(&format!("/e/{slug}/introductions"), "introduction-answered"),
        Err(error) => {
            let show = async |page, form| render(&house, page, me, Some(form)).await;
            form.show_again(visit.page, error, show).await
        }
    }
}

#[post("/e/{event}/introductions/{id}/contact")]
async fn give_contact(
    house: House,
    visit: Visit,
    me: Participant,
    path: Path<(String, Uuid)>,
    form: Form,
) -> Result<HttpResponse, Error> {
    let (slug, id) = path.into_inner();
    let account = me.account;
    let offered = async {
        let offer: ContactOffer = body::read(json!({ "fields": form.list("fields") }))?;
        house.run(async move |app| exchange::offer(&app, account, id, offer).await).await
    };
    match offered.await {
        Ok(()) => see_saying(&format!("/e/{slug}/introductions"), "contact-offered"),
        Err(error) => {
            let show = async |page, form| render(&house, page, me, Some(form)).await;
            form.show_again(visit.page, error, show).await
        }
    }
}

#[post("/e/{event}/introductions/{id}/contact/withdraw")]
async fn take_contact_back(
    house: House,
    visit: Visit,
    me: Participant,
    path: Path<(String, Uuid)>,
    form: Form,
) -> Result<HttpResponse, Error> {
    let (slug, id) = path.into_inner();
    let (account, offer) = (me.account, ContactOffer { fields: Vec::new(), withdraw: true });
    match house.run(async move |app| exchange::offer(&app, account, id, offer).await).await {
        Ok(()) => see_saying(&format!("/e/{slug}/introductions"), "contact-withdrawn"),
        Err(error) => {
            let show = async |page, form| render(&house, page, me, Some(form)).await;
            form.show_again(visit.page, error, show).await
        }
    }
}

/// What is said of somebody in one line: band, education, district.
pub(super) fn line(page: &Page, card: &Card) -> String {
    let band = card.band.map(|band| page.t(&format!("band-{}", band.word())));
    let said_of = [band, card.education.clone(), card.district.clone()];
    said_of.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

impl Introductions {
    fn action(&self) -> String {
        format!("/e/{}/introductions", self.event.slug)
    }

    fn line(&self, card: &Card) -> String {
        line(&self.page, card)
    }

    fn day(&self, at: &DateTime<Utc>) -> String {
        when::day(self.page.language, self.event.zone(), *at, self.now)
    }

    fn bands(&self) -> Vec<(&'static str, String)> {
        Band::ALL.into_iter().map(|band| (band.word(), self.page.t(&format!("band-{}", band.word())))).collect()
    }

    fn facets(&self) -> Vec<(&'static str, String)> {
        let facet = |facet: Facet| (facet.word(), self.page.t(&format!("facet-{}", facet.word())));
        Facet::ALL.into_iter().map(facet).collect()
    }

    fn word(field: &Field) -> &'static str {
        match field {
            Field::Wechat => "wechat",
            Field::Phone => "phone",
            Field::Email => "email",
        }
    }

    fn name(&self, field: &Field) -> String {
        self.page.t(&format!("contact-{}", Self::word(field)))
    }

    fn offered(&self, one: &Introduced) -> String {
        self.page.list(one.offered.iter().map(|field| self.name(field)))
    }

    /// What the other one gave, by the name of the field.
    fn given(&self, one: &Introduced) -> Vec<(String, String)> {
        let Some(given) = one.given.clone() else { return Vec::new() };
        let fields = [(Field::Wechat, given.wechat), (Field::Phone, given.phone), (Field::Email, given.email)];
        fields.into_iter().filter_map(|(field, value)| Some((self.name(&field), value?))).collect()
    }
}
