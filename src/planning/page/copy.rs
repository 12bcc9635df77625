//! The next edition after one that is at hand, and the end of a draft.

use actix_web::{HttpResponse, get, post};
use askama::Template;
use serde_json::json;

use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::Error;
use crate::events::access::Organizer;
use crate::events::heading::Heading;
use crate::events::tabs;
use crate::page::form::{Form, put};
use crate::page::{self, Page, Tab, flash};
use crate::planning::copy::{CopyWish, copy};
use crate::planning::discard::discard;

#[derive(Template)]
#[template(path = "planning/page/copy.html")]
struct Copy {
    page: Page,
    heading: Heading,
    tabs: Vec<Tab>,
    form: Form,
    /// Whether it may be thrown away, as far as can be seen.
    draft: bool,
}

impl Copy {
    fn answer(house: &House, page: Page, by: &Organizer, form: Form) -> Result<HttpResponse, Error> {
        page::answer(&Self {
            heading: Heading::of(&page, &by.event, house.now()),
            tabs: tabs::of_organizer(&page, &by.event.slug, "overview"),
            draft: by.event.published_at.is_none(),
            form,
            page,
        })
    }
}

/// Who: organizer.
#[get("/office/e/{event}/copy")]
pub async fn show_copy(house: House, visit: Visit, by: Organizer) -> Result<HttpResponse, Error> {
    let form = Form::filled([("title", by.event.title.as_str())]);
    Copy::answer(&house, visit.page, &by, form)
}

/// Draws up a draft like it. Who: organizer.
#[post("/office/e/{event}/copy")]
pub async fn copied(house: House, visit: Visit, by: Organizer, form: Form) -> Result<HttpResponse, Error> {
    let who = by.clone();
    let mut request = serde_json::Map::from_iter([("slug".to_owned(), json!(form.value("slug").trim()))]);
    // The same title keeps its other language.
    if form.value("title").trim() != by.event.title {
        put(&mut request, "title", form.text("title"));
    }
    let copied = async {
        let wish: CopyWish = body::read(request.into())?;
        house.run(async move |app| copy(&app, &who, wish).await).await
    };
    match copied.await {
        Ok(event) => flash::see_saying(&format!("/office/e/{}/settings", event.slug), "event-copied"),
        Err(error) => {
            form.show_again(visit.page, error, async |page, form| Copy::answer(&house, page, &by, form)).await
        }
    }
}

/// Throws a draft away. Who: organizer.
#[post("/office/e/{event}/discard")]
pub async fn discarded(house: House, visit: Visit, by: Organizer, form: Form) -> Result<HttpResponse, Error> {
    let who = by.clone();
    match house.run(async move |app| discard(&app, &who).await).await {
        Ok(()) => flash::see_saying("/office", "event-discarded"),
        Err(error) => {
            form.show_again(visit.page, error, async |page, form| Copy::answer(&house, page, &by, form)).await
        }
    }
}
