//! A volunteer's calendar: its secret address, and what a calendar reads there.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use serde::Deserialize;

use super::{calendar, renew_calendar};
use crate::accounts::SignedIn;
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::error::{Error, Refused};
use crate::page::flash::see_saying;
use crate::page::{self, Page};

#[derive(Template)]
#[template(path = "volunteers/calendar.html")]
struct Calendar {
    page: Page,
    address: Option<String>,
}

#[derive(Deserialize)]
struct Came {
    token: Option<String>,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(calendar_page).service(renew_address).service(calendar_file);
}

/// Who: account.
#[get("/volunteer/calendar")]
async fn calendar_page(house: House, visit: Visit, account: SignedIn) -> Result<HttpResponse, Error> {
    let read = house.ask(async move |app| {
        let own = calendar::of(app.database.reader(), account.account_id).await;
        own.map(|own| own.map(|own| app.public_url(&format!("/volunteer/calendar.ics?token={}", own.token(&app)))))
    });
    page::answer(&Calendar { page: visit.page, address: read.await? })
}

#[post("/volunteer/calendar")]
async fn renew_address(house: House, account: SignedIn) -> Result<HttpResponse, Error> {
    house.run(async move |app| renew_calendar::renew(&app, account).await).await?;
    see_saying("/volunteer/calendar", "calendar-renewed")
}

/// Who: whoever knows the address.
#[get("/volunteer/calendar.ics")]
async fn calendar_file(house: House, request: HttpRequest, came: Query<Came>) -> Result<HttpResponse, Error> {
    house.rate_limit.check(&request)?;
    let token = came.into_inner().token.unwrap_or_default();
    let read = house.run(async move |app| {
        let db = app.database.reader();
        let Some(own) = calendar::find(db, &app, &token).await? else { return Ok(None) };
        Ok(calendar::write(db, &own).await?)
    });
    let file = read.await?.ok_or_else(Refused::not_found)?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/calendar; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(file))
}
