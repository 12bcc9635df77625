//! Badges as the organizer handles them: number everybody, replace a lost code, print.

use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use chrono::{DateTime, Utc};
use serde_json::json;

use super::number::Number;
use super::reissue::{self, Reissue};
use super::size::Size;
use super::wearers::{self, Wearer};
use super::{badge, issue};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::{Error, Refused};
use crate::events::access::Organizer;
use crate::events::heading::Heading;
use crate::events::phase::Phase;
use crate::events::{event, tabs};
use crate::page::flash::{see_counting, see_saying};
use crate::page::form::Form;
use crate::page::{self, Page, Tab, when};
use crate::registrations::registration::Side;

pub fn pages(config: &mut ServiceConfig) {
    // `print` before the name of a badge: it would be taken for one.
    config
        .service(open_badges)
        .service(number_everybody)
        .configure(super::print_page::pages)
        .service(open_badge)
        .service(replace_badge_code);
}

#[derive(Template)]
#[template(path = "badges/office.html")]
struct Office {
    page: Page,
    heading: Heading,
    tabs: Vec<Tab>,
    event: event::Model,
    now: DateTime<Utc>,
    form: Form,
    wearers: Vec<Wearer>,
    /// Confirmed and not numbered yet.
    waiting: usize,
}

#[derive(Template)]
#[template(path = "badges/one.html")]
struct One {
    page: Page,
    heading: Heading,
    tabs: Vec<Tab>,
    event: event::Model,
    now: DateTime<Utc>,
    form: Form,
    wearer: Wearer,
}

fn address(event: &event::Model) -> String {
    format!("/office/e/{}/badges", event.slug)
}

async fn render_badges(house: &House, page: Page, event: event::Model, form: Form) -> Result<HttpResponse, Error> {
    let of = event.id;
    let read = house.run(async move |app| {
        let db = app.database.reader();
        Ok((wearers::of_event(db, of).await?, issue::waiting(db, of).await?.len()))
    });
    let (wearers, waiting) = read.await?;
    let tabs = tabs::of_organizer(&page, &event.slug, "badges");
    let now = house.now();
    let heading = Heading::of(&page, &event, now);
    page::answer(&Office { heading, tabs, now, page, event, form, wearers, waiting })
}

#[get("/office/e/{event}/badges")]
async fn open_badges(house: House, visit: Visit, by: Organizer) -> Result<HttpResponse, Error> {
    let form = Form::filled([("size", Size::Card.name())]);
    render_badges(&house, visit.page, by.event, form).await
}

#[post("/office/e/{event}/badges")]
async fn number_everybody(house: House, visit: Visit, by: Organizer, form: Form) -> Result<HttpResponse, Error> {
    let (event_id, actor) = (by.event.id, by.account.account_id);
    match house.run(async move |app| issue::issue(&app, event_id, Some(actor)).await).await {
        Ok(issued) => see_counting(&address(&by.event), "badges-issued", u64::try_from(issued.issued).unwrap_or(0)),
        Err(error) => {
            form.show_again(visit.page, error, |page, form| render_badges(&house, page, by.event, form)).await
        }
    }
}

fn number_in_path(request: &HttpRequest) -> Result<Number, Error> {
    let named = request.match_info().get("badge").and_then(|badge| badge.parse().ok());
    named.ok_or_else(|| Refused::not_found().into())
}

async fn shown_one(
    house: &House,
    page: Page,
    event: event::Model,
    worn: Number,
    form: Form,
) -> Result<HttpResponse, Error> {
    let of = event.id;
    let wearer = house.run(async move |app| {
        let db = app.database.reader();
        let badge = badge::wearing(db, of, worn).await?.ok_or_else(Refused::not_found)?;
        let wearer = wearers::worn(db, vec![badge]).await?.pop();
        wearer.ok_or_else(|| Refused::not_found().into())
    });
    let wearer = wearer.await?;
    let tabs = tabs::of_organizer(&page, &event.slug, "badges");
    let now = house.now();
    let heading = Heading::of(&page, &event, now);
    page::answer(&One { heading, tabs, now, page, event, form, wearer })
}

#[get("/office/e/{event}/badges/{badge}")]
async fn open_badge(house: House, visit: Visit, by: Organizer, request: HttpRequest) -> Result<HttpResponse, Error> {
    shown_one(&house, visit.page, by.event, number_in_path(&request)?, Form::default()).await
}

#[post("/office/e/{event}/badges/{badge}/reissue")]
async fn replace_badge_code(
    house: House,
    visit: Visit,
    by: Organizer,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Error> {
    let (event, worn) = (by.event.clone(), number_in_path(&request)?);
    let replaced = async {
        let Reissue { reason } = body::read(json!({ "reason": form.value("reason") }))?;
        house.run(async move |app| reissue::reissue(&app, &by, worn, &reason).await).await
    };
    match replaced.await {
        Ok(badge) => see_saying(&format!("{}/{}", address(&event), plain(badge.worn())), "badge-reissued"),
        Err(error) => form.show_again(visit.page, error, |page, form| shown_one(&house, page, event, worn, form)).await,
    }
}

/// A number as it stands in addresses: `m13`.
fn plain(worn: Number) -> String {
    match worn.side {
        Side::Men => format!("m{}", worn.number),
        Side::Women => format!("w{}", worn.number),
    }
}

impl Office {
    fn here(&self) -> String {
        address(&self.event)
    }

    fn when(&self, at: &DateTime<Utc>) -> String {
        when::moment(self.page.language, self.event.zone(), *at, self.now)
    }

    fn may_number(&self) -> bool {
        matches!(self.event.phase(self.now), Phase::Confirmation | Phase::OnSite)
    }

    fn waiting(&self) -> String {
        self.page.say("badges-waiting", &[("count", self.waiting.into())])
    }

    fn numbered(&self) -> String {
        let men = self.wearers.iter().filter(|one| one.worn.side == Side::Men).count();
        let gaps = [("men", men.into()), ("women", (self.wearers.len() - men).into())];
        self.page.say("badges-numbered", &gaps)
    }

    fn link(&self, wearer: &Wearer) -> String {
        format!("{}/{}", self.here(), plain(wearer.worn))
    }

    fn sizes(&self) -> Vec<(&'static str, String)> {
        Size::ALL.into_iter().map(|size| (size.name(), size.label(&self.page))).collect()
    }

    fn sides(&self) -> [(&'static str, String); 3] {
        [("", self.page.t("badges-both")), ("men", self.page.t("side-men")), ("women", self.page.t("side-women"))]
    }
}

impl One {
    fn here(&self) -> String {
        format!("{}/{}", address(&self.event), plain(self.wearer.worn))
    }

    fn when(&self, at: &DateTime<Utc>) -> String {
        when::moment(self.page.language, self.event.zone(), *at, self.now)
    }

    fn print(&self) -> String {
        format!("{}/print?badge={}", address(&self.event), plain(self.wearer.worn))
    }
}
