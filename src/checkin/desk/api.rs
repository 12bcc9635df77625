//! What the desk's page asks for besides scanning.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETag, EntityTag, IfNoneMatch};
use actix_web::web::{Header, Json, Payload};
use actix_web::{HttpRequest, HttpResponse, get, post};
use serde::Serialize;
use utoipa::ToSchema;

use super::decode;
use super::roster::{self, Roster};
use crate::app::House;
use crate::body::too_large;
use crate::checkin::refusals::NO_PICTURE;
use crate::error::Error;
use crate::error::refusal::UNREADABLE_BODY;
use crate::events::access::{By, Desk};

/// What the QRs in a picture say.
#[derive(Debug, Serialize, ToSchema)]
pub struct Seen {
    codes: Vec<String>,
}

/// The roster for the hour without a link: every badge, each record openable only with the code
/// that was scanned. Answers 304 to `If-None-Match` with the version held. Who: desk.
#[utoipa::path(
    tag = "check-in",
    responses(
        (status = 200, body = Roster),
        (status = 304, description = "this version is held already"),
        (status = 403),
    ),
    security(("bearer" = []))
)]
#[get("/events/{event}/check-ins/roster")]
pub async fn fetch_roster(house: House, desk: Desk, unless: Header<IfNoneMatch>) -> Result<HttpResponse, Error> {
    let held: Vec<String> = match &*unless {
        IfNoneMatch::Items(held) => held.iter().map(|mark| mark.tag().to_owned()).collect(),
        IfNoneMatch::Any => Vec::new(),
    };
    let roster = house.run(async move |app| roster::roster(&app, &desk, &held).await).await?;
    let Some(roster) = roster else { return Ok(HttpResponse::NotModified().finish()) };
    let mark = ETag(EntityTag::new_strong(roster.version.clone()));
    Ok(HttpResponse::Ok().insert_header(mark).insert_header((CACHE_CONTROL, "no-store")).json(roster))
}

/// Reads the QRs in a picture from a camera, for browsers that cannot. Nothing is kept, and nobody
/// is checked in. Who: desk.
#[utoipa::path(
    tag = "check-in",
    request_body(content = Vec<u8>, content_type = "image/jpeg"),
    responses(
        (status = 200, body = Seen),
        (status = 403),
        (status = 413),
        (status = 415),
        (status = 422, description = "`not_a_picture`"),
    ),
    security(("bearer" = []))
)]
#[post("/events/{event}/check-ins/pictures")]
pub async fn read_picture(
    house: House,
    desk: Desk,
    request: HttpRequest,
    payload: Payload,
) -> Result<Json<Seen>, Error> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !["image/jpeg", "image/png"].contains(&kind) {
        return Err(NO_PICTURE.into());
    }
    let who = match desk.by {
        By::Person(person) => person.account_id,
        By::Device(device) => device.id,
    };
    let limit = decode::MOST_BYTES;
    let picture = payload.to_bytes_limited(limit).await.map_err(|_| too_large(limit))?.map_err(|_| UNREADABLE_BODY)?;
    let codes = house.run(async move |app| decode::decode(&app, who, picture).await).await?;
    Ok(Json(Seen { codes }))
}
