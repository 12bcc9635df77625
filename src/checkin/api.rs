//! Where desks ask.

use actix_web::http::header::ContentType;
use actix_web::web::Json;
use actix_web::{HttpRequest, HttpResponse, get, post};
use serde::Serialize;
use utoipa::ToSchema;

use super::admit;
use super::presence::{self, Counts};
use super::scan::Scan;
use super::scan_answer::Answer;
use super::search::{self, Found, Name};
use super::undo::{self, Undo, Undone};
use super::upload::{self, Queue, Uploaded};
use crate::app::House;
use crate::body::Body;
use crate::error::Error;
use crate::events::access::{Desk, id_in_path};

/// The answers to a queue, in its order.
#[derive(Debug, Serialize, ToSchema)]
pub struct Answers {
    items: Vec<Uploaded>,
}

/// The very bytes on record.
fn as_it_is(bytes: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::json()).body(bytes)
}

/// Scans a badge at the door. Always 200 when the desk may ask: `result` says whether the person
/// may pass. The same `device` and `nonce` again get the first answer byte for byte. Who: desk.
#[utoipa::path(
    tag = "check-in",
    request_body = Scan,
    responses(
        (status = 200, body = Answer),
        (status = 400),
        (status = 403, description = "`not_your_name`: of a paired device"),
        (status = 409, description = "`nonce_reused`"),
        (status = 413),
        (status = 415),
    ),
    security(("bearer" = []))
)]
#[post("/events/{event}/check-ins")]
pub async fn check_in(house: House, desk: Desk, scan: Body<Scan>) -> Result<HttpResponse, Error> {
    let request = admit::Request { desk, scan: scan.into_inner(), sent_at: None };
    let answered = house.run(async move |app| admit::admit(&app, request).await).await?;
    Ok(as_it_is(answered))
}

/// Uploads a desk's queue, answered one by one, each recorded by itself. Sending it again changes
/// nothing. Who: desk.
#[utoipa::path(
    tag = "check-in",
    request_body = Queue,
    responses(
        (status = 200, body = Answers),
        (status = 400),
        (status = 403),
        (status = 413),
        (status = 415),
    ),
    security(("bearer" = []))
)]
#[post("/events/{event}/check-ins/batch")]
pub async fn check_in_many(house: House, desk: Desk, queue: Body<Queue>) -> Result<Json<Answers>, Error> {
    let items = house.run(async move |app| upload::upload(&app, &desk, queue.into_inner()).await).await?;
    Ok(Json(Answers { items }))
}

/// Takes an admitted attempt back. Who: desk, the same device within 15 minutes; organizer, with a
/// reason.
#[utoipa::path(
    tag = "check-in",
    request_body = Undo,
    responses(
        (status = 200, body = Undone),
        (status = 400),
        (status = 403, description = "`not_your_scan`, `not_your_name`"),
        (
            status = 409,
            description = "`too_late`, `not_admitted`, `already_undone`, `overtaken`, `nonce_reused`"
        ),
        (status = 413),
        (status = 415),
    ),
    security(("bearer" = []))
)]
#[post("/events/{event}/check-ins/{attempt}/undo")]
pub async fn take_back(
    house: House,
    request: HttpRequest,
    desk: Desk,
    undo: Body<Undo>,
) -> Result<HttpResponse, Error> {
    let attempt = id_in_path(&request, "attempt")?;
    let answered = house.run(async move |app| undo::undo(&app, &desk, attempt, &undo).await).await?;
    Ok(as_it_is(answered))
}

/// Finds the badge of somebody who says a name: from two Chinese characters or three others, at
/// most five rows, on record. A POST, because a name does not belong in an address. Who: desk.
#[utoipa::path(
    tag = "check-in",
    request_body = Name,
    responses(
        (status = 200, body = Found),
        (status = 400),
        (status = 403),
        (status = 413),
        (status = 415),
    ),
    security(("bearer" = []))
)]
#[post("/events/{event}/check-ins/search")]
pub async fn find_guest(house: House, desk: Desk, name: Body<Name>) -> Result<Json<Found>, Error> {
    house.run(async move |app| search::search(&app, &desk, &name.name).await).await.map(Json)
}

/// How many are inside. Who: desk.
#[utoipa::path(
    tag = "check-in",
    responses(
        (status = 200, body = Counts),
        (status = 403),
    ),
    security(("bearer" = []))
)]
#[get("/events/{event}/check-ins/counts")]
pub async fn count(house: House, desk: Desk) -> Result<Json<Counts>, Error> {
    let counted = house.ask(async move |app| presence::counts(app.database.reader(), desk.event.id).await).await?;
    Ok(Json(counted))
}
