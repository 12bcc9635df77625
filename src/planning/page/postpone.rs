//! Another time or place for an evening: what that moves is shown before it is done.

use actix_web::{HttpResponse, get, post};
use askama::Template;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::moment;
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::Error;
use crate::events::access::Organizer;
use crate::events::heading::Heading;
use crate::events::{event, tabs};
use crate::page::form::{Form, needed, put};
use crate::page::{self, Page, Tab, flash, when};
use crate::planning::postpone::postpone;
use crate::planning::postponement::{Difference, PHASES, Postponement, between};

#[derive(Template)]
#[template(path = "planning/page/postpone.html")]
struct Sheet {
    page: Page,
    heading: Heading,
    tabs: Vec<Tab>,
    form: Form,
    /// Whether the phase allows it.
    open: bool,
    /// What would move, once it was asked.
    lines: Vec<Line>,
}

/// What is another than it was, in words.
struct Line {
    name: String,
    old: String,
    new: String,
}

impl Sheet {
    fn answer(
        house: &House,
        page: Page,
        by: &Organizer,
        (form, moves): (Form, &[Difference]),
    ) -> Result<HttpResponse, Error> {
        let now = house.now();
        page::answer(&Self {
            heading: Heading::of(&page, &by.event, now),
            tabs: tabs::of_organizer(&page, &by.event.slug, "overview"),
            open: by.event.requires_one_of(now, &PHASES).is_ok(),
            lines: moves.iter().map(|one| line(&page, &by.event, one, now)).collect(),
            form,
            page,
        })
    }
}

fn line(page: &Page, event: &event::Model, difference: &Difference, now: DateTime<Utc>) -> Line {
    let text = |value: &Value| match (value.as_str(), serde_json::from_value::<DateTime<Utc>>(value.clone())) {
        (_, Ok(at)) => when::moment(page.language, event.zone(), at, now),
        (text, Err(_)) => text.unwrap_or_default().to_owned(),
    };
    let name = match difference.field.split_once('.') {
        Some(("phases", phase)) => page.t(&format!("step-{}", phase)),
        Some((_, board)) => board.to_owned(),
        None => page.t(&format!("postpone-{}", difference.field.replace('_', "-"))),
    };
    Line { name, old: text(&difference.old), new: text(&difference.new) }
}

/// The evening as it is. Who: organizer.
#[get("/office/e/{event}/postpone")]
pub async fn show_postponement(house: House, visit: Visit, by: Organizer) -> Result<HttpResponse, Error> {
    let (event, zone) = (&by.event, by.event.zone());
    let fields = [
        ("starts_at", moment::local(zone, event.starts_at)),
        ("ends_at", moment::local(zone, event.ends_at)),
        ("venue", event.venue.clone()),
    ];
    Sheet::answer(&house, visit.page, &by, (Form::filled(fields), &[]))
}

/// Shows what it moves, or does it. Who: organizer.
#[post("/office/e/{event}/postpone")]
pub async fn postponed(house: House, visit: Visit, by: Organizer, form: Form) -> Result<HttpResponse, Error> {
    let (who, now) = (by.clone(), house.now());
    let wish = body::read::<Postponement>(typed(&form, &by.event));
    if form.value("then") == "look" {
        let moves = wish.and_then(|wish| {
            by.event.requires_one_of(now, &PHASES)?;
            Ok(between(&by.event, &wish.moves(&by.event, now)?)?)
        });
        return match moves {
            Ok(moves) => Sheet::answer(&house, visit.page, &by, (form, &moves)),
            Err(error) => {
                form.show_again(visit.page, error, async |page, form| Sheet::answer(&house, page, &by, (form, &[])))
                    .await
            }
        };
    }
    let postponed = async {
        let wish = wish?;
        house.run(async move |app| postpone(&app, &who, wish).await).await
    };
    match postponed.await {
        Ok(event) => flash::see_saying(&format!("/office/e/{}", event.slug), "event-postponed"),
        Err(error) => {
            form.show_again(visit.page, error, async |page, form| Sheet::answer(&house, page, &by, (form, &[]))).await
        }
    }
}

/// What is typed, by the clock of the event. An end that was left as it is goes with the start.
fn typed(form: &Form, event: &event::Model) -> Value {
    let clock = |name: &str, stored| moment::moment_in(event.zone(), form, name, Some(stored));
    let mut request = Map::new();
    request.insert("starts_at".to_owned(), needed(clock("starts_at", event.starts_at)));
    put(&mut request, "ends_at", Some(clock("ends_at", event.ends_at)).filter(|at| *at != json!(event.ends_at)).into());
    put(&mut request, "venue", form.text("venue"));
    request.insert("reason".to_owned(), json!(form.value("reason")));
    Value::Object(request)
}
