//! The steps in the studio, from the frozen ledger to the letters.

use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, post};
use serde_json::json;

use super::commit_run::{Draw, commit_run};
use super::page::{address, render_standing};
use super::publish_list::{Announcement, publish_list};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::Error;
use crate::events::access::Organizer;
use crate::events::event;
use crate::page::Page;
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::points::freeze;

pub fn pages(config: &mut ServiceConfig) {
    config.service(freeze_points).service(fix_list).service(screen_for_good);
}

#[post("/office/e/{event}/screening/freeze")]
async fn freeze_points(house: House, visit: Visit, by: Organizer, form: Form) -> Result<HttpResponse, Error> {
    let event = by.event.clone();
    let frozen = house.run(async move |app| freeze::freeze(&app, &by).await).await;
    stepped(&house, visit.page, event, form, frozen.map(|_| "points-frozen")).await
}

#[post("/office/e/{event}/screening/list")]
async fn fix_list(house: House, visit: Visit, by: Organizer, form: Form) -> Result<HttpResponse, Error> {
    let event = by.event.clone();
    let published = async {
        let announcement: Announcement = body::read(json!({ "draw": form.text("draw") }))?;
        house.run(async move |app| publish_list(&app, &by, announcement).await).await
    };
    let published = published.await.map(|_| "screening-list-published");
    stepped(&house, visit.page, event, form, published).await
}

#[post("/office/e/{event}/screening/runs")]
async fn screen_for_good(house: House, visit: Visit, by: Organizer, form: Form) -> Result<HttpResponse, Error> {
    let event = by.event.clone();
    let screened = async {
        let draw: Draw = body::read(json!({ "beacon": form.text("beacon") }))?;
        house.run(async move |app| commit_run(&app, &by, draw).await).await
    };
    let screened = screened.await.map(|_| "screened");
    stepped(&house, visit.page, event, form, screened).await
}

/// Goes on after a step, or shows the studio with the reason it was refused.
async fn stepped(
    house: &House,
    page: Page,
    event: event::Model,
    form: Form,
    done: Result<&'static str, Error>,
) -> Result<HttpResponse, Error> {
    match done {
        Ok(flash) => see_saying(&address(&event), flash),
        Err(error) => form.show_again(page, error, |page, step| render_standing(house, page, event, step)).await,
    }
}
