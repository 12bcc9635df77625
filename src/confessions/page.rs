//! 真情告白 on a phone: what I am asked, and whom I would like to speak to.

use actix_web::web::{Path, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use serde_json::json;
use uuid::Uuid;

use super::ask::{self, Wish};
use super::mine::{self, Mine, Question};
use super::terms::Terms;
use super::{respond, withdraw};
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

#[derive(Template)]
#[template(path = "confessions/page.html")]
struct Confessions {
    page: Page,
    slug: String,
    tabs: Vec<Tab>,
    event: event::Model,
    form: Form,
    mine: Mine,
    /// None where this event has none.
    terms: Option<Terms>,
    on_site: bool,
    /// The badge that was typed and is yet to be confirmed: one may ask so few.
    checked: Option<String>,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(confessions_page).service(ask_form).service(withdraw_form).service(answer_form);
}

fn address(me: &Participant) -> String {
    format!("/e/{}/confessions", me.event.slug)
}

async fn render_confessions(
    house: &House,
    page: Page,
    me: Participant,
    form: Form,
    checked: Option<String>,
) -> Result<HttpResponse, Error> {
    let event = me.event.clone();
    let mine = house.ask(async move |app| mine::mine(&app, app.database.reader(), &me).await).await?;
    let on_site = event.phase(house.now()) == Phase::OnSite;
    let tabs = tabs::of_night(&page, &event, house.now(), "confessions");
    let terms = Terms::of(&event)?;
    let slug = event.slug.clone();
    page::answer(&Confessions { page, slug, tabs, event, form, mine, terms, on_site, checked })
}

#[get("/e/{event}/confessions")]
async fn confessions_page(house: House, visit: Visit, me: Participant) -> Result<HttpResponse, Error> {
    render_confessions(&house, visit.page, me, Form::default(), None).await
}

/// What was typed is read back first, and asked when it comes again with `sure`.
#[post("/e/{event}/confessions")]
async fn ask_form(house: House, visit: Visit, me: Participant, form: Form) -> Result<HttpResponse, Error> {
    let (by, back, sure) = (me.clone(), address(&me), form.has("sure", "yes"));
    let judged = async {
        let wish: Wish = body::read(json!({ "to": form.value("to") }))?;
        let judged = house.run(async move |app| {
            if sure {
                return ask::ask(&app, &by, &wish).await.map(|_| None);
            }
            let wears = ask::addressed(app.database.reader(), &by.event, &by.registration, &wish).await?;
            Ok(Some(wears.label()))
        });
        judged.await
    };
    match judged.await {
        Ok(None) => see_saying(&back, "confession-asked"),
        Ok(checked) => render_confessions(&house, visit.page, me, form, checked).await,
        Err(error) => {
            form.show_again(visit.page, error, |page, form| render_confessions(&house, page, me, form, None)).await
        }
    }
}

#[post("/e/{event}/confessions/{confession}/withdraw")]
async fn withdraw_form(house: House, me: Participant, path: Path<(String, Uuid)>) -> Result<HttpResponse, Error> {
    let ((_, confession), back) = (path.into_inner(), address(&me));
    house.run(async move |app| withdraw::withdraw(&app, &me, confession).await).await?;
    see_saying(&back, "confession-withdrawn")
}

#[post("/e/{event}/confessions/{confession}/answer")]
async fn answer_form(
    house: House,
    me: Participant,
    path: Path<(String, Uuid)>,
    form: Form,
) -> Result<HttpResponse, Error> {
    let ((_, confession), back) = (path.into_inner(), address(&me));
    let agrees = form.value("agrees") == "yes";
    match house.run(async move |app| respond::respond(&app, &me, confession, agrees).await).await {
        Ok(()) => see_saying(&back, if agrees { "confession-yes" } else { "confession-no" }),
        // Taken back meanwhile, or too late: the page shows what is left of it.
        Err(Error::Refused(_)) => see_saying(&back, "confession-gone"),
        Err(fault) => Err(fault),
    }
}

impl Confessions {
    fn until(&self, question: &Question) -> String {
        when::clock(self.event.zone(), question.answer_by)
    }

    /// What a listener hears when something is asked.
    fn live_text(&self) -> String {
        let open = self.mine.questions.iter().filter(|question| !question.agreed).count();
        if open == 0 { String::new() } else { self.page.t("confession-waits") }
    }

    fn may_ask(&self) -> bool {
        self.on_site && self.mine.left > 0
    }
}
