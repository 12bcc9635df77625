//! The evening's run sheet on a phone: what runs now, my group, with whom I break the ice, what I show.

use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, get, post};
use askama::Template;
use serde_json::json;

use super::guest_api::{self, MyProgramme};
use super::offer_talent::{self, Offer};
use super::run_sheet::{self, Line, RunSheet, Standing};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::Error;
use crate::events::phase::Phase;
use crate::events::{event, tabs};
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page, Tab, when};
use crate::registrations::access::Participant;
use crate::registrations::registration::Status;

#[derive(Template)]
#[template(path = "programme/my_programme.html")]
struct Evening {
    page: Page,
    slug: String,
    tabs: Vec<Tab>,
    event: event::Model,
    form: Form,
    sheet: RunSheet,
    mine: MyProgramme,
    /// Whether this person may offer to show something now.
    may_show: bool,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(open_programme).service(offer).service(withdraw);
}

fn address(me: &Participant) -> String {
    format!("/e/{}/programme", me.event.slug)
}

async fn render_my_programme(
    house: &House,
    page: Page,
    me: Participant,
    form: Option<Form>,
) -> Result<HttpResponse, Error> {
    let now = house.now();
    let event = me.event.clone();
    let may_show = matches!(event.phase(now), Phase::Confirmation | Phase::OnSite)
        && me.registration.status_at(now) == Status::Confirmed;
    let read = house.run(async move |app| {
        let db = app.database.reader();
        Ok((run_sheet::of(db, &me.event, now).await?, guest_api::mine(db, &me).await?))
    });
    let (sheet, mine) = read.await?;
    let form = form.unwrap_or_else(|| Form::filled([("title", mine.talent.clone().unwrap_or_default())]));
    let tabs = tabs::of_night(&page, &event, now, "programme");
    let slug = event.slug.clone();
    page::answer(&Evening { page, slug, tabs, event, form, sheet, mine, may_show })
}

#[get("/e/{event}/programme")]
async fn open_programme(house: House, visit: Visit, me: Participant) -> Result<HttpResponse, Error> {
    render_my_programme(&house, visit.page, me, None).await
}

#[post("/e/{event}/programme/talent")]
async fn offer(house: House, visit: Visit, me: Participant, form: Form) -> Result<HttpResponse, Error> {
    let (by, back) = (me.clone(), address(&me));
    let offered = async {
        let offer: Offer = body::read(json!({ "title": form.value("title") }))?;
        house.run(async move |app| offer_talent::offer(&app, &by, &offer).await).await
    };
    match offered.await {
        Ok(()) => see_saying(&back, "talent-offered"),
        Err(error) => {
            form.show_again(visit.page, error, |page, form| render_my_programme(&house, page, me, Some(form))).await
        }
    }
}

#[post("/e/{event}/programme/talent/withdraw")]
async fn withdraw(house: House, me: Participant) -> Result<HttpResponse, Error> {
    let back = address(&me);
    house.run(async move |app| offer_talent::withdraw(&app, &me).await).await?;
    see_saying(&back, "talent-withdrawn")
}

impl Evening {
    fn title<'a>(&'a self, line: &'a Line) -> &'a str {
        self.page.language.choose(line.title.as_str(), line.title_en.as_deref().unwrap_or(&line.title))
    }

    /// What a listener hears when the evening moves on.
    fn live_text(&self) -> &str {
        self.sheet.segments.iter().find(|line| self.is_running(line)).map_or("", |line| self.title(line))
    }

    fn at(&self, line: &Line) -> String {
        when::clock(self.event.zone(), line.starts_at)
    }

    fn is_running(&self, line: &Line) -> bool {
        line.state == Standing::Running
    }

    fn is_past(&self, line: &Line) -> bool {
        matches!(line.state, Standing::Over | Standing::Skipped)
    }
}
