//! Where a draw is fixed and held: in the office, and for the host beside the console.

use std::collections::HashMap;

use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, routes};
use askama::Template;
use serde_json::{Value, json};
use uuid::Uuid;

use super::call_off::{self, DrawCallingOff};
use super::call_out::{self, NewDrawCall};
use super::draw::State;
use super::fix;
use super::hold_draw::{self, DrawBeacon};
use super::place::{base, place};
use super::spoken::{self, Speaker};
use super::view::{self, DrawView, DrawWinner};
use super::{call, draw};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::{Error, Refused};
use crate::events::access::Host;
use crate::events::heading::Heading;
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page, Tab};

/// One draw, and what can be done about it.
struct Sheet {
    base: String,
    slug: String,
    form: Form,
    draw: DrawView,
    mark: (&'static str, &'static str),
    among: String,
    source: String,
    rules: Vec<String>,
    fixed: Option<String>,
    held: Option<String>,
    organizer: bool,
}

#[derive(Template)]
#[template(path = "draws/office_one.html")]
struct OfficeDraw {
    page: Page,
    heading: Heading,
    tabs: Vec<Tab>,
    it: Sheet,
}

#[derive(Template)]
#[template(path = "draws/console_one.html")]
struct ConsoleDraw {
    page: Page,
    title: String,
    it: Sheet,
}

impl Sheet {
    fn shown_winner(&self, winner: &DrawWinner) -> String {
        spoken::winner(winner)
    }

    fn is(&self, state: &str) -> bool {
        let own = match self.draw.state {
            State::Planned => "planned",
            State::Fixed => "fixed",
            State::Held => "held",
            State::CalledOff => "called_off",
        };
        own == state
    }

    fn by_hall(&self) -> bool {
        self.draw.source.named().is_none()
    }

    fn may_hold(&self) -> bool {
        !self.by_hall() || self.draw.calls.len() >= call::FEWEST
    }
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(one).service(fix_list).service(type_number).service(untype_number).service(hold_now).service(off);
}

fn number_in(request: &HttpRequest) -> Result<i32, Error> {
    let number = request.match_info().get("n").and_then(|number| number.parse().ok());
    number.ok_or_else(|| Refused::not_found().into())
}

/// Who: host; in the office organizers.
#[routes]
#[get("/office/e/{event}/draws/{n}")]
#[get("/e/{event}/console/draws/{n}")]
async fn one(house: House, visit: Visit, by: Host, request: HttpRequest) -> Result<HttpResponse, Error> {
    sheet(&house, visit.page, &by, &request, Form::default()).await
}

async fn sheet(house: &House, page: Page, by: &Host, request: &HttpRequest, form: Form) -> Result<HttpResponse, Error> {
    let (at, event, number) = (place(&page, house, by, request)?, by.event.clone(), number_in(request)?);
    let read = house.run(async move |app| {
        let db = app.database.reader();
        let draw = draw::find(db, event.id, number).await?;
        Ok((view::of_draw(db, draw).await?, spoken::quizzes(db, event.id).await?))
    });
    let (draw, quizzes) = read.await?;
    let quizzes: HashMap<Uuid, String> = quizzes.into_iter().collect();
    let speaker = Speaker { page: &page, event: &by.event, quizzes, now: house.now() };
    let it = Sheet {
        base: format!("{}/{number}", base(by, request)),
        slug: by.event.slug.clone(),
        mark: spoken::mark(draw.state),
        among: speaker.among(&draw.among),
        source: speaker.source(&draw.source),
        rules: speaker.rules(&draw),
        fixed: draw.fixed_at.map(|at| speaker.moment(at)),
        held: draw.held_at.map(|at| speaker.moment(at)),
        organizer: by.organizer,
        form,
        draw,
    };
    match at {
        Some(at) => page::answer(&OfficeDraw { heading: at.heading, tabs: at.tabs, it, page }),
        None => page::answer(&ConsoleDraw { title: by.event.titled(page.language).to_owned(), it, page }),
    }
}

/// The page of the draw after a deed, or the form again with what is wrong with it.
async fn redirect_or_refuse(
    house: &House,
    page: Page,
    (by, request): (Host, HttpRequest),
    form: Form,
    done: Result<draw::Model, Error>,
    flash: &'static str,
) -> Result<HttpResponse, Error> {
    match done {
        Ok(draw) => see_saying(&format!("{}/{}", base(&by, &request), draw.number), flash),
        Err(error) => form.show_again(page, error, |page, form| sheet(house, page, &by, &request, form)).await,
    }
}

/// Fixes the list. Who: organizer; host on the evening.
#[routes]
#[post("/office/e/{event}/draws/{n}/fix")]
#[post("/e/{event}/console/draws/{n}/fix")]
async fn fix_list(
    house: House,
    visit: Visit,
    by: Host,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Error> {
    place(&visit.page, &house, &by, &request)?;
    let (who, number) = (by.clone(), number_in(&request)?);
    let done = house.run(async move |app| fix::fix(&app, &who, number).await).await;
    redirect_or_refuse(&house, visit.page, (by, request), form, done, "draw-fixed").await
}

/// Takes down a number that was called. Who: organizer; host on the evening.
#[routes]
#[post("/office/e/{event}/draws/{n}/calls")]
#[post("/e/{event}/console/draws/{n}/calls")]
async fn type_number(
    house: House,
    visit: Visit,
    by: Host,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Error> {
    place(&visit.page, &house, &by, &request)?;
    let (who, number) = (by.clone(), number_in(&request)?);
    let done = async {
        let called = match form.number("number") {
            Value::Null => json!(""),
            called => called,
        };
        let wish = json!({ "badge": form.value("badge"), "number": called, "from": form.number("from") });
        let wish: NewDrawCall = body::read(wish)?;
        house.run(async move |app| call_out::call_out(&app, &who, number, wish).await).await
    };
    let done = done.await;
    redirect_or_refuse(&house, visit.page, (by, request), form, done, "draw-called").await
}

/// Takes the last number back. Who: organizer, host.
#[routes]
#[post("/office/e/{event}/draws/{n}/calls/undo")]
#[post("/e/{event}/console/draws/{n}/calls/undo")]
async fn untype_number(
    house: House,
    visit: Visit,
    by: Host,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Error> {
    place(&visit.page, &house, &by, &request)?;
    let (who, number) = (by.clone(), number_in(&request)?);
    let from = form.value("from").parse().unwrap_or(-1);
    let done = house.run(async move |app| call_out::take_back(&app, &who, number, from).await).await;
    redirect_or_refuse(&house, visit.page, (by, request), form, done, "draw-uncalled").await
}

/// Holds the draw. Who: organizer; host on the evening.
#[routes]
#[post("/office/e/{event}/draws/{n}/hold")]
#[post("/e/{event}/console/draws/{n}/hold")]
async fn hold_now(
    house: House,
    visit: Visit,
    by: Host,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Error> {
    place(&visit.page, &house, &by, &request)?;
    let (who, number) = (by.clone(), number_in(&request)?);
    let done = async {
        let wish: DrawBeacon = body::read(json!({ "beacon": form.text("beacon") }))?;
        house.run(async move |app| hold_draw::hold_draw(&app, &who, number, wish).await).await
    };
    let done = done.await;
    redirect_or_refuse(&house, visit.page, (by, request), form, done, "draw-held").await
}

/// Calls it off. Who: organizer; host on the evening.
#[routes]
#[post("/office/e/{event}/draws/{n}/call-off")]
#[post("/e/{event}/console/draws/{n}/call-off")]
async fn off(house: House, visit: Visit, by: Host, request: HttpRequest, form: Form) -> Result<HttpResponse, Error> {
    place(&visit.page, &house, &by, &request)?;
    let (who, number) = (by.clone(), number_in(&request)?);
    let done = async {
        let wish: DrawCallingOff = body::read(json!({ "reason": form.value("reason") }))?;
        house.run(async move |app| call_off::call_off(&app, &who, number, &wish.reason).await).await
    };
    let done = done.await;
    redirect_or_refuse(&house, visit.page, (by, request), form, done, "draw-off").await
}
