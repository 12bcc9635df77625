//! The rules in the studio: moved, tried, adopted as they could be met, and saved.

use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, post};
use askama::Template;

use super::change_rules::change_rules;
use super::page::{address, render_studio};
use super::rules_form;
use super::studio::{self, View};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::error::Error;
use crate::events::access::Organizer;
use crate::events::event;
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page};

pub fn pages(config: &mut ServiceConfig) {
    config.service(tried_rules).service(preview_rules);
}

/// What stands beside the controls; the small module asks for it alone.
#[derive(Template)]
#[template(path = "screening/comparison.html")]
struct Preview {
    page: Page,
    form: Form,
    view: Option<View>,
}

#[post("/office/e/{event}/screening")]
async fn tried_rules(house: House, visit: Visit, by: Organizer, form: Form) -> Result<HttpResponse, Error> {
    let (page, event) = (visit.page, by.event.clone());
    match form.value("act") {
        "save" => save(&house, page, by, form).await,
        "adopt" => {
            let form = adopted(&house, &event, form).await?;
            render_judged(&house, page, event, form).await
        }
        _ => render_judged(&house, page, event, form).await,
    }
}

#[post("/office/e/{event}/screening/preview")]
async fn preview_rules(house: House, visit: Visit, by: Organizer, form: Form) -> Result<HttpResponse, Error> {
    let (page, event) = (visit.page, by.event);
    match rules_form::typed_rules(&form, &event) {
        Ok(rules) => {
            let form = rules_form::settled(&form, &rules);
            let view = house.run(async move |app| studio::preview(&app, &event, rules).await).await?;
            page::answer(&Preview { page, form, view: Some(view) })
        }
        Err(error) => {
            let show = async |page, form| page::answer(&Preview { page, form, view: None });
            form.show_again(page, error, show).await
        }
    }
}

async fn save(house: &House, page: Page, by: Organizer, form: Form) -> Result<HttpResponse, Error> {
    let event = by.event.clone();
    let saved = async {
        let changes = rules_form::changes(&form, &event)?;
        rules_form::rules(&event, &changes)?;
        house.run(async move |app| change_rules(&app, &by, changes).await).await
    };
    match saved.await {
        Ok(event) => see_saying(&address(&event), "screening-rules-saved"),
        Err(error) => render_refused(house, page, event, form, error).await,
    }
}

/// The form with the numbers changed that keep its rules from being met; as it is where it has no rules.
async fn adopted(house: &House, event: &event::Model, form: Form) -> Result<Form, Error> {
    let Ok(rules) = rules_form::typed_rules(&form, event) else { return Ok(form) };
    let (of, form) = (event.clone(), rules_form::settled(&form, &rules));
    let preview = house.run(async move |app| studio::preview(&app, &of, rules).await).await?;
    Ok(match preview.infeasible {
        Some(why) => rules_form::adopted(&form, &why.smallest_change),
        None => form,
    })
}

/// The studio with the rules of a form and what they would come to, or with what is wrong about them.
async fn render_judged(house: &House, page: Page, event: event::Model, form: Form) -> Result<HttpResponse, Error> {
    match rules_form::typed_rules(&form, &event) {
        Ok(rules) => {
            let form = rules_form::settled(&form, &rules);
            render_studio(house, page, event, (form, Some(rules)), Form::default()).await
        }
        Err(error) => render_refused(house, page, event, form, error).await,
    }
}

async fn render_refused(
    house: &House,
    page: Page,
    event: event::Model,
    form: Form,
    error: Error,
) -> Result<HttpResponse, Error> {
    form.show_again(page, error, |page, form| render_studio(house, page, event, (form, None), Form::default())).await
}
