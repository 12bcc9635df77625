//! Where programs issue badges and people see theirs.

use actix_web::http::StatusCode;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Json, Path};
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;

use super::badge;
use super::issue::{self, Issued};
use super::number::Number;
use super::own_badge::{self, OwnBadge};
use super::reissue::{self, Reissue};
use crate::app::House;
use crate::body::{Body, Query};
use crate::error::{Error, Refused};
use crate::events::access::Organizer;
use crate::paging::{Page, Paging};
use crate::registrations::access::Participant;
use crate::registrations::registration::Side;

/// What numbering did.
#[derive(Debug, Serialize, ToSchema)]
pub struct Numbered {
    /// How many were numbered now; 0 where everyone had a badge.
    issued: i32,
    /// How many men wear a number.
    men: i32,
    /// How many women wear a number.
    women: i32,
}

impl From<Issued> for Numbered {
    fn from(Issued { issued, men, women }: Issued) -> Self {
        Self { issued, men, women }
    }
}

/// A badge as the organizer's list shows it; never its code.
#[derive(Debug, Serialize, ToSchema)]
pub struct Worn {
    #[schema(example = "男013")]
    badge: String,
    side: Side,
    registration_id: Uuid,
    issued_at: DateTime<Utc>,
}

impl From<badge::Model> for Worn {
    fn from(badge: badge::Model) -> Self {
        Self {
            badge: badge.label(),
            side: badge.side,
            registration_id: badge.registration_id,
            issued_at: badge.issued_at,
        }
    }
}

/// Numbers everyone confirmed who has no badge yet, and mails each a QR. Who: organizer.
#[utoipa::path(
    tag = "badges",
    responses(
        (status = 200, body = Numbered),
        (status = 403),
        (status = 409, description = "`phase_closed`"),
    ),
    security(("bearer" = []))
)]
#[post("/events/{event}/badges")]
pub async fn issue_all(house: House, organizer: Organizer) -> Result<(Json<Numbered>, StatusCode), Error> {
    let (event_id, actor) = (organizer.event.id, organizer.account.account_id);
    let issued = |issued| (Numbered::from(issued), StatusCode::OK);
    house.tell(issued, async move |app| issue::issue(&app, event_id, Some(actor)).await).await
}

/// Every badge of the event, without codes. Who: organizer.
#[utoipa::path(
    tag = "badges",
    params(Paging),
    responses(
        (status = 200, body = Page<Worn>),
        (status = 403),
        (status = 422),
    ),
    security(("bearer" = []))
)]
#[get("/events/{event}/badges")]
pub async fn list(house: House, organizer: Organizer, paging: Query<Paging>) -> Result<Json<Page<Worn>>, Error> {
    let (limit, after) = (paging.limit()?, paging.after()?);
    let badges = house
        .ask(async move |app| {
            let mut badges = badge::Entity::of_event(organizer.event.id).order_by_asc(badge::Column::Id);
            if let Some(after) = after {
                badges = badges.filter(badge::Column::Id.gt(after));
            }
            badges.limit(limit + 1).all(app.database.reader()).await
        })
        .await?;
    Ok(Json(Page::of(badges, limit, |badge| badge.id, Worn::from)))
}

/// My number, my code and its QR. Who: participant with a badge.
#[utoipa::path(
    tag = "badges",
    responses(
        (status = 200, body = OwnBadge),
        (status = 403),
        (status = 404, description = "`no_badge`: not numbered yet, or the seat was given back"),
    ),
    security(("bearer" = []))
)]
#[get("/events/{event}/badges/me")]
pub async fn mine(house: House, participant: Participant) -> Result<HttpResponse, Error> {
    let badge = house.run(async move |app| own_badge::of(&app, &participant.registration).await).await?;
    // The code may lie in no cache between the phone and us.
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(badge))
}

/// Replaces the code of a badge; the old one opens nothing from now on. `badge` is the number, as
/// in 男013 or m13. Who: organizer.
#[utoipa::path(
    tag = "badges",
    request_body = Reissue,
    responses(
        (status = 200, body = Worn),
        (status = 400),
        (status = 403),
        (status = 413),
        (status = 415),
    ),
    security(("bearer" = []))
)]
#[post("/events/{event}/badges/{badge}/reissue")]
pub async fn replace_code(
    house: House,
    organizer: Organizer,
    path: Path<(String, String)>,
    body: Body<Reissue>,
) -> Result<(Json<Worn>, StatusCode), Error> {
    let number: Number = path.1.parse().map_err(|_| Refused::not_found())?;
    let worn = |badge| (Worn::from(badge), StatusCode::OK);
    house.tell(worn, async move |app| reissue::reissue(&app, &organizer, number, &body.reason).await).await
}
