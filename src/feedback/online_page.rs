//! The questions to those who took part online and were not selected.

use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, get, post};
use askama::Template;
use sea_orm::EntityTrait;
use serde_json::json;

use super::online_sheet::{self, Effort};
use super::submit_online::{self, Answers};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::checkin::presence;
use crate::error::Error;
use crate::events::phase::Phase;
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page};
use crate::registrations::access::Participant;

#[derive(Template)]
#[template(path = "feedback/online.html")]
struct Mine {
    page: Page,
    slug: String,
    title: String,
    form: Form,
    /// The event is over, and the person was not selected.
    is_asked: bool,
    answered: bool,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(online_feedback_page).service(send_online_feedback);
}

async fn render_feedback(
    house: &House,
    page: Page,
    me: Participant,
    form: Option<Form>,
) -> Result<HttpResponse, Error> {
    let (slug, title) = (me.event.slug.clone(), me.event.titled(page.language).to_owned());
    let over = me.event.phase(house.now()) == Phase::Closed;
    let (event, status) = (me.event.clone(), me.registration.status);
    let read = house.run(async move |app| {
        let db = app.database.reader();
        let came = presence::Entity::find_by_id(me.registration.id).one(db).await?.is_some();
        let author = online_sheet::author(&app, me.registration.id);
        Ok((came, online_sheet::Entity::find_by_id((me.event.id, author)).one(db).await?))
    });
    let (came, sheet) = read.await?;
    let is_asked = over && online_sheet::is_asked(&event, status, came);
    let answered = sheet.is_some();
    let form = form.unwrap_or_else(|| sheet.map(|sheet| filled(&sheet)).unwrap_or_default());
    page::answer(&Mine { page, slug, title, form, is_asked, answered })
}

fn filled(sheet: &online_sheet::Model) -> Form {
    let yes = |yes_given: bool| if yes_given { "yes" } else { "no" };
    Form::filled([
        ("overall", sheet.overall.to_string()),
        ("effort", sheet.effort.word().to_owned()),
        ("clear", yes(sheet.clear).to_owned()),
        ("again", yes(sheet.again).to_owned()),
        ("words", sheet.comment.clone().unwrap_or_default()),
    ])
}

#[get("/e/{event}/feedback/online")]
async fn online_feedback_page(house: House, visit: Visit, me: Participant) -> Result<HttpResponse, Error> {
    render_feedback(&house, visit.page, me, None).await
}

#[post("/e/{event}/feedback/online")]
async fn send_online_feedback(house: House, visit: Visit, me: Participant, form: Form) -> Result<HttpResponse, Error> {
    let by = me.clone();
    let answered = async {
        let given = |name| match form.value(name) {
            "yes" => json!(true),
            "no" => json!(false),
            other => json!(other),
        };
        let answers: Answers = body::read(json!({
            "overall": form.number("overall"),
            "effort": form.value("effort"),
            "clear": given("clear"),
            "again": given("again"),
            "words": form.text("words"),
        }))?;
        house.run(async move |app| submit_online::submit(&app, &by, answers).await).await
    };
    match answered.await {
        Ok(()) => see_saying(&format!("/e/{}/feedback/online", me.event.slug), "feedback-kept"),
        Err(error) => {
            form.show_again(visit.page, error, |page, form| render_feedback(&house, page, me, Some(form))).await
        }
    }
}

impl Mine {
    fn stars(&self) -> Vec<(String, String)> {
        self.page.choices("feedback-stars", ["1", "2", "3", "4", "5"])
    }

    fn efforts(&self) -> Vec<(String, String)> {
        self.page.choices("feedback-effort", Effort::ALL.map(Effort::word))
    }

    fn yes_no(&self) -> Vec<(String, String)> {
        self.page.choices("feedback", ["yes", "no"])
    }
}
