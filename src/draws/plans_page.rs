//! Where draws are set up: in the office, and for the host beside the console.

use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, routes};
use askama::Template;
use chrono::{NaiveDateTime, TimeZone};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::place::{base, place};
use super::plan::{self, NewDraw};
use super::spoken;
use super::view::{self, DrawView};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::{Error, Fault};
use crate::events::access::Host;
use crate::events::heading::Heading;
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page, Tab};

/// How many prizes a form has room for.
const ROOM: usize = 5;
/// How a browser writes a moment of the event's own clock.
const TYPED: &str = "%Y-%m-%dT%H:%M";

/// The draws of an event, and the form for one more.
struct Listing {
    base: String,
    form: Form,
    draws: Vec<(DrawView, (&'static str, &'static str))>,
    quizzes: Vec<(String, String)>,
    /// Among whom, and by what, with the words a person chooses by.
    amongs: Vec<(String, String)>,
    sources: Vec<(String, String)>,
    /// The number of each prize the form has room for, and the names of its two inputs.
    prizes: Vec<(usize, String, String)>,
}

#[derive(Template)]
#[template(path = "draws/office.html")]
struct OfficeDraws {
    page: Page,
    heading: Heading,
    tabs: Vec<Tab>,
    it: Listing,
}

#[derive(Template)]
#[template(path = "draws/console.html")]
struct ConsoleDraws {
    page: Page,
    slug: String,
    title: String,
    it: Listing,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(all_draws).service(set_up);
}

/// Who: host; in the office organizers.
#[routes]
#[get("/office/e/{event}/draws")]
#[get("/e/{event}/console/draws")]
async fn all_draws(house: House, visit: Visit, by: Host, request: HttpRequest) -> Result<HttpResponse, Error> {
    let form = Form::filled([("among.kind", "inside"), ("source.kind", "hall"), ("present", "yes")]);
    list(&house, visit.page, &by, &request, form).await
}

async fn list(house: &House, page: Page, by: &Host, request: &HttpRequest, form: Form) -> Result<HttpResponse, Error> {
    let (at, event) = (place(&page, house, by, request)?, by.event.clone());
    let read = house.ask(async move |app| {
        let db = app.database.reader();
        Ok::<_, Fault>((view::of_event(db, event.id).await?, spoken::quizzes(db, event.id).await?))
    });
    let (views, quizzes) = read.await?;
    let it = Listing {
        base: base(by, request),
        form,
        draws: views
            .into_iter()
            .map(|view| (spoken::mark(view.state), view))
            .map(|(mark, view)| (view, mark))
            .collect(),
        quizzes: quizzes.into_iter().map(|(id, title)| (id.to_string(), title)).collect(),
        amongs: page.choices("draw-among", ["inside", "taking_part", "early", "quiz", "quizzes_of_day"]),
        sources: page.choices("draw-source", ["hall", "public"]),
        prizes: (0..ROOM).map(|at| (at + 1, prize_name(at), prize_seats(at))).collect(),
    };
    match at {
        Some(at) => page::answer(&OfficeDraws { heading: at.heading, tabs: at.tabs, it, page }),
        None => {
            let (slug, title) = (by.event.slug.clone(), by.event.titled(page.language).to_owned());
            page::answer(&ConsoleDraws { slug, title, it, page })
        }
    }
}

/// Sets a draw up. Who: organizer; host on the evening.
#[routes]
#[post("/office/e/{event}/draws")]
#[post("/e/{event}/console/draws")]
async fn set_up(house: House, visit: Visit, by: Host, request: HttpRequest, form: Form) -> Result<HttpResponse, Error> {
    place(&visit.page, &house, &by, &request)?;
    let who = by.clone();
    let planned = async {
        let wish: NewDraw = body::read(wish(&form, by.event.zone()))?;
        house.run(async move |app| plan::plan(&app, &who, wish).await).await
    };
    match planned.await {
        Ok(draw) => see_saying(&format!("{}/{}", base(&by, &request), draw.number), "draw-planned"),
        Err(error) => form.show_again(visit.page, error, |page, form| list(&house, page, &by, &request, form)).await,
    }
}

fn prize_name(at: usize) -> String {
    format!("prizes[{at}].name")
}

fn prize_seats(at: usize) -> String {
    format!("prizes[{at}].seats")
}

/// The request a program would send. Prizes left empty are none.
fn wish(form: &Form, zone: Tz) -> Value {
    let among = match form.value("among.kind") {
        "quiz" => json!({ "kind": "quiz", "quiz": form.value("among.quiz") }),
        "quizzes_of_day" => json!({ "kind": "quizzes_of_day", "day": form.value("among.day") }),
        "early" => json!({ "kind": "early", "before": moment(form.value("among.before"), zone) }),
        kind => json!({ "kind": kind }),
    };
    let source = match form.value("source.kind") {
        "public" => json!({ "kind": "public", "named": form.value("source.named") }),
        kind => json!({ "kind": kind }),
    };
    let typed = |at: &usize| !form.value(&prize_name(*at)).is_empty();
    let prize = |at: usize| {
        let seats = form.number(&prize_seats(at));
        let seats = if seats.is_null() { json!(1) } else { seats };
        json!({ "name": form.value(&prize_name(at)), "seats": seats })
    };
    json!({
        "name": form.value("name"),
        "among": among,
        "source": source,
        "prizes": (0..ROOM).filter(typed).map(prize).collect::<Vec<_>>(),
        "again": form.flag("again"),
        "present": form.flag("present"),
    })
}

/// A moment as it was typed on the event's clock; what is none stays as it is, and is refused.
fn moment(typed: &str, zone: Tz) -> Value {
    let local = NaiveDateTime::parse_from_str(typed, TYPED).ok();
    let at = local.and_then(|local| zone.from_local_datetime(&local).earliest());
    at.map_or_else(|| json!(typed), |at| json!(at.to_utc()))
}
