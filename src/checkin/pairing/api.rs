//! Devices, for programs.

use actix_web::http::StatusCode;
use actix_web::web::Json;
use actix_web::{HttpRequest, HttpResponse, delete, get, post, put};
use chrono::{DateTime, Utc};
use sea_orm::{QueryOrder, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::assign::{self, DeskBoard};
use super::pair::{self, Pairing};
use super::{invite, revoke};
use crate::app::House;
use crate::body::Body;
use crate::error::Error;
use crate::events::access::{Organizer, id_in_path};
use crate::events::device::{self, Standing};
use crate::paging::Page;

/// More than an evening has doors.
const MOST_LISTED: u64 = 200;

#[derive(Debug, Serialize, ToSchema)]
pub struct Device {
    id: Uuid,
    /// Null until it is paired.
    name: Option<String>,
    standing: Stands,
    invited_at: DateTime<Utc>,
    paired_at: Option<DateTime<Utc>>,
    seen_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
    /// Whose guests it admits, at an event with boards; null: those of the day.
    board: Option<String>,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stands {
    Invited,
    Lapsed,
    Paired,
    Revoked,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Invited {
    id: Uuid,
    /// What the QR says; its last part is the token. It works once, until `ends_at`.
    url: String,
    token: String,
    ends_at: DateTime<Utc>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PairedDevice {
    id: Uuid,
    name: Option<String>,
    /// The slug of the event it may check in at.
    event: String,
    /// Shown as a bearer token, at the check-in of this event only. Told once.
    token: String,
}

impl Device {
    fn new(its: device::Model, now: DateTime<Utc>) -> Self {
        let standing = match its.standing(now) {
            Standing::Invited => Stands::Invited,
            Standing::Lapsed => Stands::Lapsed,
            Standing::Paired => Stands::Paired,
            Standing::Revoked => Stands::Revoked,
        };
        Self {
            id: its.id,
            name: its.name,
            standing,
            invited_at: its.invited_at,
            paired_at: its.paired_at,
            seen_at: its.seen_at,
            revoked_at: its.revoked_at,
            board: its.board,
        }
    }
}

/// The devices of an event, the latest first. Who: organizer.
#[utoipa::path(tag = "devices", responses(
    (status = 200, body = Page<Device>),
    (status = 403, description = "`wrong_role`"),
), security(("bearer" = [])))]
#[get("/events/{event}/devices")]
pub async fn devices(house: House, organizer: Organizer) -> Result<Json<Page<Device>>, Error> {
    let now = house.now();
    let read = house.ask(async move |app| {
        let devices = device::Entity::of_event(organizer.event.id).order_by_desc(device::Column::Id);
        devices.limit(MOST_LISTED).all(app.database.reader()).await
    });
    Ok(Json(Page::whole(read.await?.into_iter().map(|its| Device::new(its, now)).collect())))
}

/// Invites one device; the answer holds what its QR says. Who: organizer.
#[utoipa::path(tag = "devices", responses(
    (status = 201, body = Invited),
    (status = 403, description = "`wrong_role`"),
), security(("bearer" = [])))]
#[post("/events/{event}/devices")]
pub async fn invite_device(house: House, organizer: Organizer) -> Result<(Json<Invited>, StatusCode), Error> {
    let invited = house.run(async move |app| invite::invite(&app, &organizer).await).await?;
    let token = invite::token(&house, invited.id, invited.event_id);
    let url = house.public_url(&format!("/pair/{token}"));
    let view = Invited { id: invited.id, url, token, ends_at: invited.invitation_ends_at };
    Ok((Json(view), StatusCode::CREATED))
}

/// Turns whoever holds an invitation into a desk, once. Who: anyone with an invitation.
#[utoipa::path(tag = "devices", request_body = Pairing, responses(
    (status = 201, body = PairedDevice),
    (status = 400),
    (status = 404, description = "`no_invitation`"),
    (status = 413),
    (status = 415),
    (status = 422, description = "`invalid`: `name_taken`"),
    (status = 429),
))]
#[post("/devices/pair")]
pub async fn pair_device(
    house: House,
    request: HttpRequest,
    pairing: Body<Pairing>,
) -> Result<(Json<PairedDevice>, StatusCode), Error> {
    house.rate_limit.check(&request)?;
    let paired = house.run(async move |app| pair::pair(&app, &pairing).await).await?;
    let view =
        PairedDevice { id: paired.device.id, name: paired.device.name, event: paired.event.slug, token: paired.token };
    Ok((Json(view), StatusCode::CREATED))
}

/// Says whose guests a device admits, at an event with several boards. Who: organizer.
#[utoipa::path(tag = "devices", request_body = DeskBoard, responses(
    (status = 204),
    (status = 400),
    (status = 403, description = "`wrong_role`"),
    (status = 409, description = "`no_boards`"),
    (status = 413),
    (status = 415),
    (status = 422, description = "`invalid`: `unknown_board`"),
), security(("bearer" = [])))]
#[put("/events/{event}/devices/{device}/board")]
pub async fn assign_board(
    house: House,
    request: HttpRequest,
    organizer: Organizer,
    given: Body<DeskBoard>,
) -> Result<HttpResponse, Error> {
    let id = id_in_path(&request, "device")?;
    house.run(async move |app| assign::assign(&app, &organizer, id, given.into_inner()).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Shuts a device out, at once and for good. Who: organizer.
#[utoipa::path(tag = "devices", responses(
    (status = 204),
    (status = 403, description = "`wrong_role`"),
), security(("bearer" = [])))]
#[delete("/events/{event}/devices/{device}")]
pub async fn revoke_device(house: House, request: HttpRequest, organizer: Organizer) -> Result<HttpResponse, Error> {
    let id = id_in_path(&request, "device")?;
    house.run(async move |app| revoke::revoke(&app, &organizer, id).await).await?;
    Ok(HttpResponse::NoContent().finish())
}
