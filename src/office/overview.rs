//! `/office/e/{event}`: where one event stands, the balance of its sides, and its next boundary.

use actix_web::{HttpResponse, get, post};
use askama::Template;
use serde_json::json;

use super::dashboard::{MatterView, next, shown_matters};
use super::matters::matters;
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::checkin::presence;
use crate::error::Error;
use crate::events::access::Organizer;
use crate::events::event::Sides;
use crate::events::heading::Heading;
use crate::events::move_phase::{Move, may_go, move_phase};
use crate::events::phase::Phase;
use crate::events::tabs;
use crate::page::form::Form;
use crate::page::{self, Page, Tab, flash};
use crate::planning::poster::poster;
use crate::planning::publish::publish;
use crate::planning::spoken::{Place, Speaker, Step};
use crate::registrations::roll::{self, Count};
use crate::registrations::stages::reached;

#[derive(Template)]
#[template(path = "office/overview.html")]
struct Overview {
    page: Page,
    heading: Heading,
    tabs: Vec<Tab>,
    matters: Vec<MatterView>,
    next: String,
    path: Vec<Step>,
    stages: Vec<Stage>,
    two_sided: bool,
    seats: i32,
    form: Form,
    /// Where the event may be moved by hand.
    phases: Vec<(String, String)>,
}

/// How many came as far as this.
struct Stage {
    name: String,
    men: i64,
    women: i64,
    all: i64,
    /// Of 1000: how long its bars are.
    men_bar: i64,
    women_bar: i64,
}

impl Overview {
    async fn answer(house: &House, page: Page, by: &Organizer, form: Form) -> Result<HttpResponse, Error> {
        let (event, now) = (by.event.clone(), house.now());
        let of = event.clone();
        let read = house.run(async move |app| {
            let db = app.database.reader();
            let waiting = matters(db, std::slice::from_ref(&of), now).await?;
            let counts = roll::counts(db, of.id).await?;
            Ok((waiting, counts, presence::counts(db, of.id).await?, poster(db, of, now).await?))
        });
        let (waiting, counts, inside, poster) = read.await?;
        let present = event.phase(now);
        let movable = |phase: &Phase| event.is_published(now) && *phase != present && may_go(present, *phase);
        let phases = Phase::SCHEDULED.into_iter().filter(movable);
        let phases = phases.map(|phase| (phase.word().to_owned(), page.t(&format!("step-{}", phase.word()))));
        page::answer(&Self {
            matters: shown_matters(&page, std::slice::from_ref(&event), &waiting),
            next: next(&page, &event, now),
            path: Speaker { page: &page, now }.path(&poster),
            stages: stages(&page, &counts, inside),
            two_sided: event.sides == Sides::Two,
            seats: event.seats,
            phases: phases.collect(),
            heading: Heading::of(&page, &event, now),
            tabs: tabs::of_organizer(&page, &event.slug, "overview"),
            form,
            page,
        })
    }
}

/// From everybody who ever applied to those who are here.
fn stages(page: &Page, counts: &[Count], inside: presence::Counts) -> Vec<Stage> {
    let reached = reached(counts).map(|reached| (reached.stage.key(), reached.men, reached.women));
    let mut rows = Vec::from(reached);
    rows.push(("stage-inside", inside.men, inside.women));
    let most = rows.iter().map(|(_, men, women)| (*men).max(*women)).max().unwrap_or_default().max(1);
    let stage = |(key, men, women): (&str, i64, i64)| Stage {
        name: page.t(key),
        all: men + women,
        men_bar: men * 1000 / most,
        women_bar: women * 1000 / most,
        men,
        women,
    };
    rows.into_iter().map(stage).collect()
}

/// Who: organizer.
#[get("/office/e/{event}")]
pub async fn show_overview(house: House, visit: Visit, by: Organizer) -> Result<HttpResponse, Error> {
    Overview::answer(&house, visit.page, &by, Form::default()).await
}

/// Shows a draft to the world. Who: organizer.
#[post("/office/e/{event}/publish")]
pub async fn published(house: House, visit: Visit, by: Organizer, form: Form) -> Result<HttpResponse, Error> {
    let who = by.clone();
    match house.run(async move |app| publish(&app, &who).await).await {
        Ok(event) => flash::see_saying(&format!("/office/e/{}", event.slug), "event-published"),
        Err(error) => form.show_again(visit.page, error, |page, form| Overview::answer(&house, page, &by, form)).await,
    }
}

/// Begins a phase now, and says why. Who: organizer.
#[post("/office/e/{event}/phase")]
pub async fn moved(house: House, visit: Visit, by: Organizer, form: Form) -> Result<HttpResponse, Error> {
    let who = by.clone();
    let request = json!({ "phase": form.value("phase"), "reason": form.value("reason") });
    let moved = async {
        let wish: Move = body::read(request)?;
        house.run(async move |app| move_phase(&app, &who, wish).await).await
    };
    match moved.await {
        Ok(event) => flash::see_saying(&format!("/office/e/{}", event.slug), "phase-moved"),
        Err(error) => form.show_again(visit.page, error, |page, form| Overview::answer(&house, page, &by, form)).await,
    }
}
