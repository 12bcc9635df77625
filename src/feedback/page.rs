//! The questions on a phone, and what came of them in the office.

use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, get, post};
use askama::Template;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use super::online_sheet::{self, Effort};
use super::online_summary;
use super::sheet::{self, Pace};
use super::submit::{self, Answers};
use super::summary::{self, Summary};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::checkin::presence;
use crate::error::Error;
use crate::events::access::Organizer;
use crate::events::heading::Heading;
use crate::events::phase::Phase;
use crate::events::tabs;
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page, Tab};
use crate::registrations::access::Participant;
use crate::small_counts::FEWEST;

#[derive(Template)]
#[template(path = "feedback/mine.html")]
struct Mine {
    page: Page,
    slug: String,
    title: String,
    form: Form,
    /// The event is over and the person was there.
    is_asked: bool,
    answered: bool,
}

#[derive(Template)]
#[template(path = "feedback/office.html")]
struct Office {
    page: Page,
    tabs: Vec<Tab>,
    heading: Heading,
    summary: Summary,
    online: online_summary::Summary,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(feedback_page).service(send_feedback).service(feedback_office);
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
        let author = sheet::author(&app, me.registration.id);
        Ok((came, sheet::Entity::find_by_id((me.event.id, author)).one(db).await?))
    });
    let (came, sheet) = read.await?;
    if over && online_sheet::is_asked(&event, status, came) && form.is_none() {
        return Ok(page::see(&format!("/e/{slug}/feedback/online")));
    }
    let answered = sheet.is_some();
    let form = form.unwrap_or_else(|| sheet.map(|sheet| filled(&sheet)).unwrap_or_default());
    page::answer(&Mine { page, slug, title, form, is_asked: over && came, answered })
}

fn filled(sheet: &sheet::Model) -> Form {
    let yes = |yes_given: bool| if yes_given { "yes" } else { "no" };
    Form::filled([
        ("overall", sheet.overall.to_string()),
        ("pace", sheet.pace.word().to_owned()),
        ("met", yes(sheet.met).to_owned()),
        ("again", yes(sheet.again).to_owned()),
        ("words", sheet.comment.clone().unwrap_or_default()),
    ])
}

#[get("/e/{event}/feedback")]
async fn feedback_page(house: House, visit: Visit, me: Participant) -> Result<HttpResponse, Error> {
    render_feedback(&house, visit.page, me, None).await
}

#[post("/e/{event}/feedback")]
async fn send_feedback(house: House, visit: Visit, me: Participant, form: Form) -> Result<HttpResponse, Error> {
    let by = me.clone();
    let answered = async {
        let given = |name| match form.value(name) {
            "yes" => json!(true),
            "no" => json!(false),
            other => json!(other),
        };
        let answers: Answers = body::read(json!({
            "overall": form.number("overall"),
            "pace": form.value("pace"),
            "met": given("met"),
            "again": given("again"),
            "words": form.text("words"),
        }))?;
        house.run(async move |app| submit::submit(&app, &by, answers).await).await
    };
    match answered.await {
        Ok(()) => see_saying(&format!("/e/{}/feedback", me.event.slug), "feedback-kept"),
        Err(error) => {
            form.show_again(visit.page, error, |page, form| render_feedback(&house, page, me, Some(form))).await
        }
    }
}

#[get("/office/e/{event}/feedback")]
async fn feedback_office(house: House, visit: Visit, by: Organizer) -> Result<HttpResponse, Error> {
    let of = by.event.id;
    let read = house.ask(async move |app| {
        let sheets = sheet::Entity::find().filter(sheet::Column::EventId.eq(of));
        let online = online_summary::read(app.database.reader(), of).await?;
        Ok::<_, sea_orm::DbErr>((sheets.all(app.database.reader()).await?, online))
    });
    let (sheets, online) = read.await?;
    let summary = summary::of(sheets);
    let page = visit.page;
    let heading = Heading::of(&page, &by.event, house.now());
    page::answer(&Office {
        tabs: tabs::of_organizer(&page, &by.event.slug, "feedback"),
        heading,
        summary,
        online,
        page,
    })
}

impl Mine {
    fn stars(&self) -> Vec<(String, String)> {
        (1..=5).map(|stars| (stars.to_string(), self.page.t(&format!("feedback-stars-{stars}")))).collect()
    }

    fn paces(&self) -> Vec<(&'static str, String)> {
        Pace::ALL
            .into_iter()
            .map(|pace| (pace.word(), self.page.t(&format!("feedback-pace-{}", pace.word()))))
            .collect()
    }

    fn yes_no(&self) -> Vec<(&'static str, String)> {
        vec![("yes", self.page.t("feedback-yes")), ("no", self.page.t("feedback-no"))]
    }
}

impl Office {
    fn too_few(&self) -> String {
        self.page.say("feedback-too-few", &[("count", FEWEST.into())])
    }

    /// As [`Self::questions`], of those who were not selected.
    fn online_questions(&self) -> Vec<(String, Vec<(String, usize)>)> {
        let Some(shares) = &self.online.shares else { return Vec::new() };
        let t = |key: &str| self.page.t(key);
        let stars = (1..=5).zip(shares.overall).map(|(stars, share)| (t(&format!("feedback-stars-{stars}")), share));
        let efforts = Effort::ALL.into_iter().zip(shares.effort);
        let efforts = efforts.map(|(effort, share)| (t(&format!("feedback-effort-{}", effort.word())), share));
        vec![
            (t("feedback-online-overall"), stars.collect()),
            (t("feedback-effort"), efforts.collect()),
            (t("feedback-clear"), vec![(t("feedback-yes"), shares.clear)]),
            (t("feedback-online-again"), vec![(t("feedback-yes"), shares.again)]),
        ]
    }

    /// Every share by its words, question by question.
    fn questions(&self) -> Vec<(String, Vec<(String, usize)>)> {
        let Some(shares) = &self.summary.shares else { return Vec::new() };
        let t = |key: &str| self.page.t(key);
        let stars = (1..=5).zip(shares.overall).map(|(stars, share)| (t(&format!("feedback-stars-{stars}")), share));
        let paces = Pace::ALL.into_iter().zip(shares.pace);
        let paces = paces.map(|(pace, share)| (t(&format!("feedback-pace-{}", pace.word())), share));
        vec![
            (t("feedback-overall"), stars.collect()),
            (t("feedback-pace"), paces.collect()),
            (t("feedback-met"), vec![(t("feedback-yes"), shares.met)]),
            (t("feedback-again"), vec![(t("feedback-yes"), shares.again)]),
        ]
    }
}
