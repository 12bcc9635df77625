//! What an organizer may still change about an event, and why not the rest.

use actix_web::{HttpResponse, get, post};
use askama::Template;

use super::drawing::{Drawing, series_of};
use super::{filled, moment, rows, typed};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::Error;
use crate::events::access::Organizer;
use crate::events::heading::Heading;
use crate::events::phase::Phase;
use crate::events::schedule::Schedule;
use crate::events::{event, host, series, tabs};
use crate::page::form::Form;
use crate::page::{self, Page, Tab, flash};
use crate::planning::amend::amend;
use crate::planning::changes::Changes;
use crate::planning::plan::Plan;
use crate::screening::promised;
use sea_orm::EntityTrait;

#[derive(Template)]
#[template(path = "planning/page/settings.html")]
struct Settings {
    page: Page,
    heading: Heading,
    tabs: Vec<Tab>,
    drawing: Drawing,
    closed: bool,
}

impl Settings {
    async fn answer(house: &House, page: Page, event: &event::Model, form: Form) -> Result<HttpResponse, Error> {
        let (named, of) = (page.clone(), event.clone());
        let read = house.run(async move |app| {
            let db = app.database.reader();
            let series = series_of(db, &named, vec![of.organization_id]).await?;
            Ok((series, promised::used(db, &of).await?))
        });
        let (series, used) = read.await?;
        let now = house.now();
        page::answer(&Self {
            heading: Heading::of(&page, event, now),
            tabs: tabs::of_organizer(&page, &event.slug, "settings"),
            closed: event.phase(now) == Phase::Closed,
            drawing: Drawing::new(&page, form, Some((event, now)), series).screened(&page, &used),
            page,
        })
    }
}

/// The event as it is. Who: organizer.
#[get("/office/e/{event}/settings")]
pub async fn show_settings(house: House, visit: Visit, by: Organizer) -> Result<HttpResponse, Error> {
    let event = by.event.clone();
    let loaded = house.run(async move |app| {
        let db = app.database.reader();
        let series = match event.series_id {
            Some(id) => series::Entity::find_by_id(id).one(db).await?,
            None => None,
        };
        Ok((host::of_event(db, event.id).await?, series))
    });
    let (hosts, series) = loaded.await?;
    let (event, now) = (&by.event, house.now());
    let zone = event.zone();
    let mut fields: Vec<(String, String)> = [
        ("slug", event.slug.clone()),
        ("title", event.title.clone()),
        ("title_en", event.title_en.clone().unwrap_or_default()),
        ("summary", event.summary.clone()),
        ("venue", event.venue.clone()),
        ("timezone", event.timezone.clone()),
        ("series", series.map(|series| series.slug).unwrap_or_default()),
        ("starts_at", moment::local(zone, event.starts_at)),
        ("ends_at", moment::local(zone, event.ends_at)),
        ("seats", event.seats.to_string()),
        ("sides", serde_json::json!(event.sides).as_str().unwrap_or_default().to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec();
    fields.extend(filled::of_hosts(&hosts));
    fields.extend(filled::by_the_clock(filled::of_plan(Plan::of(event)?, event.seats), zone));
    let present = event.phase(now);
    fields.extend(filled::of_schedule(&Schedule::of(event), zone, |phase| phase > present));
    Settings::answer(&house, visit.page, event, Form::filled(fields)).await
}

/// Changes it, all or nothing. Who: organizer.
#[post("/office/e/{event}/settings")]
pub async fn amended(house: House, visit: Visit, by: Organizer, form: Form) -> Result<HttpResponse, Error> {
    let event = by.event.clone();
    if let Some(button) = form.value("then").strip_prefix("add_") {
        let form = rows::with_row(&form, button);
        return Settings::answer(&house, visit.page, &event, form).await;
    }
    let form = rows::closed_up(&form);
    let changed = async {
        let changes: Changes = body::read(typed::changes(&form, &event)).map_err(|error| typed::whole(error, &form))?;
        house.run(async move |app| amend(&app, &by, changes).await).await
    };
    match changed.await {
        Ok(now) => {
            // Whoever applied hears of it only from the organizer.
            let moved = now.published_at.is_some()
                && (now.starts_at, now.ends_at, &now.venue) != (event.starts_at, event.ends_at, &event.venue);
            let flash_key = if moved { "saved-moved" } else { "saved" };
            flash::see_saying(&format!("/office/e/{}/settings", now.slug), flash_key)
        }
        Err(error) => {
            form.show_again(visit.page, error, |page, form| Settings::answer(&house, page, &event, form)).await
        }
    }
}
