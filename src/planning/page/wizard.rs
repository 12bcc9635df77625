//! A new event: its template and its evening first, then everything else, proposed by the template
//! and counted back from the evening.

use actix_web::{HttpResponse, get, post};
use askama::Template;
use serde_json::json;

use super::drawing::{Choices, Drawing, series_of};
use super::{filled, rows, typed};
use crate::accounts::visit::Visit;
use crate::app::{App, House};
use crate::body;
use crate::error::{Error, Refused};
use crate::events::access::Organizer;
use crate::events::host;
use crate::events::kind::Kind;
use crate::events::schedule::Schedule;
use crate::organizations::access::UnionStaff;
use crate::page::form::Form;
use crate::page::{self, Page, flash};
use crate::planning::draw_up::{draw_up, sketch};
use crate::planning::publish::publish;
use crate::planning::template;
use crate::planning::wish::NewEvent;

#[derive(Template)]
#[template(path = "planning/page/wizard.html")]
struct Wizard {
    page: Page,
    drawing: Drawing,
    /// Whether the template has been asked what it proposes.
    whole: bool,
    kinds: Vec<Proposed>,
    unions: Choices,
}

/// A template, for whoever chooses.
struct Proposed {
    kind: String,
    name: String,
    note: String,
    seats: String,
}

impl Wizard {
    async fn answer(house: &House, page: Page, by: &UnionStaff, form: Form) -> Result<HttpResponse, Error> {
        let named = page.clone();
        let unions = by.unions.iter().map(|union| union.id).collect();
        let series = house.ask(async move |app| series_of(app.database.reader(), &named, unions).await).await?;
        let proposed = |kind: Kind| {
            let (template, kind) = (template::Template::of(kind)?, kind.word().to_owned());
            Ok(Proposed {
                name: page.language.choose(template.title, template.title_en),
                note: page.t(&format!("template-{kind}")),
                seats: page.say("seats-open", &[("seats", template.seats.into())]),
                kind,
            })
        };
        let union = |union: &crate::organizations::organization::Model| {
            (union.slug.clone(), union.name_in(page.language).to_owned())
        };
        page::answer(&Self {
            kinds: Kind::all().map(proposed).collect::<Result<_, Error>>()?,
            unions: by.unions.iter().map(union).collect(),
            whole: !form.value("told").is_empty(),
            drawing: Drawing::new(&page, form, None, series),
            page,
        })
    }
}

/// The first step. Who: organizer of a union.
#[get("/office/new")]
pub async fn begin(house: House, visit: Visit, by: UnionStaff) -> Result<HttpResponse, Error> {
    let union = by.unions.first().map(|union| union.slug.clone()).unwrap_or_default();
    let form = [("template", "mixer".to_owned()), ("timezone", "Asia/Shanghai".to_owned()), ("organization", union)];
    Wizard::answer(&house, visit.page, &by, Form::filled(form)).await
}

/// Every button of the form: `then` says which.
#[post("/office/new")]
pub async fn draw(house: House, visit: Visit, by: UnionStaff, form: Form) -> Result<HttpResponse, Error> {
    let then = form.value("then").to_owned();
    let form = Form::filled(form.fields().filter(|(name, _)| *name != "then"));
    if let Some(button) = then.strip_prefix("add_") {
        let form = rows::with_row(&form, button);
        return Wizard::answer(&house, visit.page, &by, form).await;
    }
    let form = rows::closed_up(&form);
    let done = match then.as_str() {
        "fill" | "schedule" => match arranged(&house, &by, &form) {
            Ok(form) => return Wizard::answer(&house, visit.page, &by, form).await,
            Err(error) => Err(error),
        },
        _ => drawn_up(&house, &by, &form, then == "publish").await,
    };
    match done {
        Ok(answer) => Ok(answer),
        Err(error) => form.show_again(visit.page, error, |page, form| Wizard::answer(&house, page, &by, form)).await,
    }
}

/// The form with phases counted back from the evening; the first time also with everything else the
/// template proposes.
fn arranged(app: &App, by: &UnionStaff, form: &Form) -> Result<Form, Error> {
    let is_phase = |name: &str, value: &str| name.starts_with("phases[") || (name == "told" && value == "phases");
    let bare = Form::filled(form.fields().filter(|(name, value)| !is_phase(name, value)));
    let mut request = typed::wish(&bare);
    if let Some(request) = request.as_object_mut() {
        // The address is proposed with the rest; of the evening's own it is not the time to speak yet.
        request.insert("slug".to_owned(), "not-yet".into());
    }
    let wish: NewEvent = body::read(request).map_err(|error| typed::whole(error, form))?;
    let (event, faults) = sketch(app, &wish, uuid::Uuid::nil(), None)?;
    if !faults.is_empty() {
        return Err(Refused::invalid(faults).into());
    }
    let zone = event.zone();
    let mut fields: Vec<(String, String)> =
        bare.fields().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    if form.value("told").is_empty() {
        let template = template::Template::of(wish.template)?;
        let day = event.starts_at.with_timezone(&zone).format("%Y%m%d");
        let union = by.unions.iter().find(|union| union.slug == wish.organization);
        let host = union.map(|union| host::Line { role: host::Role::Organizer, name: union.name.clone() });
        fields.retain(|(name, _)| !["slug", "seats", "sides"].contains(&name.as_str()));
        fields.push(("slug".to_owned(), format!("{}-{day}", wish.template.word().replace('_', "-"))));
        fields.push(("seats".to_owned(), wish.seats.unwrap_or(template.seats).to_string()));
        fields.push(("sides".to_owned(), json!(template.sides).as_str().unwrap_or_default().to_owned()));
        fields.extend(filled::of_hosts(host.as_slice()));
        fields.extend(filled::of_plan(template.plan, template.seats));
    } else {
        fields.push(("told".to_owned(), "phases".to_owned()));
    }
    fields.extend(filled::of_schedule(&Schedule::of(&event), zone, |_| true));
    fields.retain(|(name, _)| name != "tight");
    if template::Template::of(wish.template)?.is_tight(event.starts_at, event.ends_at, zone, app.now()) {
        fields.push(("tight".to_owned(), "yes".to_owned()));
    }
    Ok(Form::filled(fields))
}

async fn drawn_up(house: &House, by: &UnionStaff, form: &Form, show: bool) -> Result<HttpResponse, Error> {
    let wish: NewEvent = body::read(typed::wish(form)).map_err(|error| typed::whole(error, form))?;
    let account = by.account;
    let drawn = house.run(async move |app| {
        let event = draw_up(&app, &account, wish).await?;
        let slug = event.slug.clone();
        let organizer = Organizer::of(app.database.reader(), account, event).await?;
        // The draft is there already and stays: what is left to put right is told on its own page.
        let published = show && publish(&app, &organizer).await.is_ok();
        Ok((slug, published))
    });
    let (slug, published) = drawn.await?;
    let key = match (show, published) {
        (true, true) => "event-published",
        (true, false) => "event-kept-as-draft",
        (false, _) => "event-drawn-up",
    };
    flash::see_saying(&format!("/office/e/{slug}"), key)
}
