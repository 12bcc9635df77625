//! The calls of the reports: as JSON, and beside it as a workbook and a drawing.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::web::Json;
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;

use super::event::EventReport;
use super::plot::{EventDrawing, YearDrawing};
use super::report_request::{OfYear, of_event, of_house, of_year};
use super::table;
use super::workbook::{Leaf, bound};
use super::year::YearReport;
use crate::app::House;
use crate::body::Query;
use crate::error::{Error, Fault};
use crate::events::access::Organizer;
use crate::organizations::access::{Administrator, OrganizationStaff};
use crate::page::{Page, when};

pub(super) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// An event in figures, as far as it has come. Who: organizer.
#[utoipa::path(tag = "reports", security(("bearer" = [])),
    responses((status = 200, body = EventReport), (status = 403)))]
#[get("/events/{event}/report")]
pub async fn event_report(house: House, by: Organizer) -> Result<Json<EventReport>, Error> {
    of_event(&house, by).await.map(Json)
}

/// The same as a workbook. Who: organizer.
#[utoipa::path(tag = "reports", security(("bearer" = [])), responses(
    (status = 200, description = "An XLSX workbook", content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (status = 403)))]
#[get("/events/{event}/report.xlsx")]
pub async fn event_workbook(house: House, request: HttpRequest, by: Organizer) -> Result<HttpResponse, Error> {
    let (page, now) = (Page::of(&request), house.now());
    let report = of_event(&house, by).await?;
    let title = report.titled(page.language).to_owned();
    let held = when::stretch(page.language, report.zone(), report.starts_at, report.ends_at, now);
    let head = vec![title, format!("{held} · {}", report.venue), report.organization.clone()];
    let tables = table::of_event(&page, &report);
    let arrivals = [table::of_arrivals(&page, &report)];
    let leaves = [
        Leaf { name: page.t("figures-title"), head, tables: &tables },
        Leaf { name: page.t("figures-arrivals"), head: Vec::new(), tables: &arrivals },
    ];
    Ok(attached(XLSX, &format!("{}-report.xlsx", report.event), bound(&page, &leaves)?))
}

/// The same as a drawing: how many came how far, and when they arrived. Who: organizer.
#[utoipa::path(tag = "reports", security(("bearer" = [])), responses(
    (status = 200, description = "A drawing", content_type = "image/svg+xml"), (status = 403)))]
#[get("/events/{event}/report.svg")]
pub async fn event_figure(house: House, request: HttpRequest, by: Organizer) -> Result<HttpResponse, Error> {
    drawn(&EventDrawing::of(&Page::of(&request), &of_event(&house, by).await?))
}

/// A union's year in figures, with the sentence it publishes. Who: organizer of the union.
#[utoipa::path(tag = "reports", params(OfYear), security(("bearer" = [])),
    responses((status = 200, body = YearReport), (status = 403), (status = 422, description = "`invalid`")))]
#[get("/organizations/{organization}/report")]
pub async fn year_report(house: House, by: OrganizationStaff, of: Query<OfYear>) -> Result<Json<YearReport>, Error> {
    of_year(&house, by, &of).await.map(Json)
}

/// The same as a workbook. Who: organizer of the union.
#[utoipa::path(tag = "reports", params(OfYear), security(("bearer" = [])), responses(
    (status = 200, description = "An XLSX workbook", content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (status = 403), (status = 422, description = "`invalid`")))]
#[get("/organizations/{organization}/report.xlsx")]
pub async fn year_workbook(
    house: House,
    request: HttpRequest,
    by: OrganizationStaff,
    of: Query<OfYear>,
) -> Result<HttpResponse, Error> {
    let (page, slug) = (Page::of(&request), by.organization.slug.clone());
    let report = of_year(&house, by, &of).await?;
    let title = report.title(&page);
    let sentence = report.sentence.in_language(page.language).to_owned();
    let tables = [table::of_year(&page, &report)];
    let leaf = Leaf { name: title.clone(), head: vec![title, sentence], tables: &tables };
    Ok(attached(XLSX, &format!("{slug}-{}.xlsx", report.year), bound(&page, &[leaf])?))
}

/// The same as a drawing: who came to each event. Who: organizer of the union.
#[utoipa::path(tag = "reports", params(OfYear), security(("bearer" = [])), responses(
    (status = 200, description = "A drawing", content_type = "image/svg+xml"), (status = 403),
    (status = 422, description = "`invalid`")))]
#[get("/organizations/{organization}/report.svg")]
pub async fn year_figure(
    house: House,
    request: HttpRequest,
    by: OrganizationStaff,
    of: Query<OfYear>,
) -> Result<HttpResponse, Error> {
    drawn(&YearDrawing::of(&Page::of(&request), &of_year(&house, by, &of).await?))
}

/// The year of all unions, with the sentence of the whole. Who: administrator.
#[utoipa::path(tag = "reports", params(OfYear), security(("bearer" = [])),
    responses((status = 200, body = YearReport), (status = 403), (status = 422, description = "`invalid`")))]
#[get("/admin/report")]
pub async fn house_report(house: House, _: Administrator, of: Query<OfYear>) -> Result<Json<YearReport>, Error> {
    of_house(&house, &of).await.map(Json)
}

pub(super) fn attached(kind: &str, name: &str, bytes: Vec<u8>) -> HttpResponse {
    // Names are made of slugs.
    let named = (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""));
    HttpResponse::Ok().content_type(kind).insert_header(named).insert_header((CACHE_CONTROL, "no-store")).body(bytes)
}

fn drawn(drawing: &impl Template) -> Result<HttpResponse, Error> {
    let svg = drawing.render().map_err(Fault::of)?;
    Ok(HttpResponse::Ok().content_type("image/svg+xml").insert_header((CACHE_CONTROL, "no-store")).body(svg))
}
