//! The outbox as pages.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use actix_web::web::{Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use chrono::{DateTime, Utc};
use chrono_tz::Asia::Shanghai;
use uuid::Uuid;

use super::drawer::{self, Listed, Opened, Standing, Wanted};
use super::post_again;
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::error::{Error, Refused};
use crate::organizations::access::Administrator;
use crate::page::{self, Page, Tab, when};

#[derive(Template)]
#[template(path = "office/outbox.html")]
struct Outbox {
    page: Page,
    now: DateTime<Utc>,
    tabs: Vec<Tab>,
    letters: Vec<Listed>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "office/letter.html")]
struct Letter {
    page: Page,
    now: DateTime<Utc>,
    letter: Opened,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(outbox).service(one_letter).service(inside).service(again);
}

#[get("/admin/outbox")]
async fn outbox(house: House, visit: Visit, _: Administrator, wanted: Query<Wanted>) -> Result<HttpResponse, Error> {
    let wanted = wanted.into_inner();
    let state = wanted.state;
    let read = house.run(async move |app| {
        let counts = drawer::counts(app.database.reader()).await?;
        Ok((drawer::list(&app, &wanted).await?, counts))
    });
    let (letters, counts) = read.await?;
    let count = |standing| counts.get(&standing).copied().unwrap_or(0);
    let page = visit.page;
    let tab = |key: &str, address: &str, count, of: Option<Standing>| Tab {
        name: page.t(key),
        address: address.to_owned(),
        count: Some(count),
        open: state == of,
    };
    let tabs = vec![
        tab("outbox-all", "/admin/outbox", counts.values().sum(), None),
        tab("outbox-waiting", "/admin/outbox?state=waiting", count(Standing::Waiting), Some(Standing::Waiting)),
        tab("outbox-sent", "/admin/outbox?state=sent", count(Standing::Sent), Some(Standing::Sent)),
        tab("outbox-failed", "/admin/outbox?state=failed", count(Standing::Failed), Some(Standing::Failed)),
    ];
    let here = tabs.iter().find(|tab| tab.open).map_or("/admin/outbox", |tab| tab.address.as_str());
    let joint = if here.contains('?') { '&' } else { '?' };
    let next = letters.next.map(|cursor| format!("{here}{joint}cursor={cursor}"));
    page::answer(&Outbox { tabs, letters: letters.items, next, now: house.now(), page })
}

#[get("/admin/outbox/{id}")]
async fn one_letter(house: House, visit: Visit, _: Administrator, id: Path<String>) -> Result<HttpResponse, Error> {
    let id: Uuid = id.parse().map_err(|_| Refused::not_found())?;
    let letter = house.run(async move |app| drawer::open(&app, id).await).await?;
    page::answer(&Letter { letter, now: house.now(), page: visit.page })
}

/// What the frame of a letter's page shows: the letter alone, which may fetch nothing, run nothing
/// and lead nowhere.
#[get("/admin/outbox/{id}/inside")]
async fn inside(house: House, _: Administrator, id: Path<String>) -> Result<HttpResponse, Error> {
    let id: Uuid = id.parse().map_err(|_| Refused::not_found())?;
    let html = house.run(async move |app| drawer::shown(&app, id).await).await?;
    let nothing = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_SECURITY_POLICY, nothing))
        .insert_header((CACHE_CONTROL, "no-store"))
        .content_type("text/html; charset=utf-8")
        .body(html))
}

#[post("/admin/outbox/{id}/retry")]
async fn again(house: House, by: Administrator, id: Path<String>) -> Result<HttpResponse, Error> {
    let id: Uuid = id.parse().map_err(|_| Refused::not_found())?;
    house.run(async move |app| post_again::post_again(&app, &by, id).await).await?;
    Ok(page::see(&format!("/admin/outbox/{id}")))
}

impl Outbox {
    fn when(&self, at: &DateTime<Utc>) -> String {
        when::moment(self.page.language, Shanghai, *at, self.now)
    }
}

impl Letter {
    fn when(&self, at: &DateTime<Utc>) -> String {
        when::moment(self.page.language, Shanghai, *at, self.now)
    }
}

impl Standing {
    fn pill(self) -> &'static str {
        match self {
            Self::Waiting => "pill",
            Self::Sent => "pill good",
            Self::Failed => "pill bad",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Waiting => "standing-waiting",
            Self::Sent => "standing-sent",
            Self::Failed => "standing-failed",
        }
    }
}
