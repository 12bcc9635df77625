//! What each action earns, and how much anybody can have in all.

use actix_web::{HttpResponse, get, post};
use askama::Template;

use super::drawing::Drawing;
use super::{filled, typed};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::Error;
use crate::events::access::Organizer;
use crate::events::heading::Heading;
use crate::events::{event, tabs};
use crate::page::form::Form;
use crate::page::{self, Page, Tab, flash};
use crate::planning::amend::amend;
use crate::planning::changes::Changes;
use crate::planning::plan::Plan;

#[derive(Template)]
#[template(path = "planning/page/points.html")]
struct Points {
    page: Page,
    heading: Heading,
    tabs: Vec<Tab>,
    drawing: Drawing,
}

impl Points {
    fn new(house: &House, page: Page, event: &event::Model, form: Form) -> Self {
        let now = house.now();
        Self {
            heading: Heading::of(&page, event, now),
            tabs: tabs::of_organizer(&page, &event.slug, "rules"),
            drawing: Drawing::new(&page, form, Some((event, now)), Vec::new()),
            page,
        }
    }
}

/// The rules as they are. Who: organizer.
#[get("/office/e/{event}/points")]
pub async fn show_points_rules(house: House, visit: Visit, by: Organizer) -> Result<HttpResponse, Error> {
    let plan = filled::of_plan(Plan::of(&by.event)?, by.event.seats).into_iter();
    let form = Form::filled(plan.filter(|(name, _)| name.starts_with("points.")));
    page::answer(&Points::new(&house, visit.page, &by.event, form))
}

/// Changes them, as long as nobody has earned anything by them. Who: organizer.
#[post("/office/e/{event}/points")]
pub async fn amended(house: House, visit: Visit, by: Organizer, form: Form) -> Result<HttpResponse, Error> {
    let event = by.event.clone();
    let changed = async {
        let changes: Changes = body::read(typed::changes(&form, &event))?;
        house.run(async move |app| amend(&app, &by, changes).await).await
    };
    match changed.await {
        Ok(event) => flash::see_saying(&format!("/office/e/{}/points", event.slug), "saved"),
        Err(error) => {
            let show = async |page, form| page::answer(&Points::new(&house, page, &event, form));
            form.show_again(visit.page, error, show).await
        }
    }
}
