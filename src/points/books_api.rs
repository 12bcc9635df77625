//! Where organizers keep the books.

use actix_web::http::StatusCode;
use actix_web::web::Json;
use actix_web::{HttpRequest, get, post};
use chrono::{DateTime, NaiveDate, Utc};
use garde::Validate;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::api::Freeze;
use super::award_by_hand::{self, AwardedByHand, Lines};
use super::fold::Awarded;
use super::rules::Rule;
use super::{entry, freeze, reverse};
use crate::app::House;
use crate::body::{Body, Query, one_line};
use crate::error::Error;
use crate::events::access::{Organizer, id_in_path};
use crate::paging::{Page, Paging};

/// Closes the ledger for good, before the screening. Who: organizer.
#[utoipa::path(
    tag = "points",
    responses(
        (status = 200, body = Freeze),
        (status = 403),
        (status = 409, description = "`phase_closed`"),
    ),
    security(("bearer" = []))
)]
#[post("/events/{event}/ledger/freeze")]
pub async fn freeze_ledger(house: House, by: Organizer) -> Result<(Json<Freeze>, StatusCode), Error> {
    let frozen = |frozen| (Freeze::from(frozen), StatusCode::OK);
    house.tell(frozen, async move |app| freeze::freeze(&app, &by).await).await
}

/// Enters one line for each of some people, under the same rules and caps. Who: organizer.
#[utoipa::path(
    tag = "points",
    request_body = Lines,
    responses(
        (status = 201, body = AwardedByHand),
        (status = 400),
        (status = 403),
        (status = 409, description = "`ledger_frozen`, `phase_closed`"),
        (status = 413),
        (status = 415),
    ),
    security(("bearer" = []))
)]
#[post("/events/{event}/ledger/entries")]
pub async fn enter_lines(
    house: House,
    by: Organizer,
    lines: Body<Lines>,
) -> Result<(Json<AwardedByHand>, StatusCode), Error> {
    let (lines, entered) = (lines.into_inner(), |entered| (entered, StatusCode::CREATED));
    house.tell(entered, async move |app| award_by_hand::award_by_hand(&app, &by, lines).await).await
}

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reversal {
    /// Stands in the ledger and in the audit log.
    #[garde(custom(one_line(1, 200)))]
    #[schema(min_length = 1, max_length = 200)]
    reason: String,
}

/// Takes a line back by another line; reversing that one restores it. Who: organizer.
#[utoipa::path(
    tag = "points",
    params(("id" = Uuid, Path, description = "The line")),
    request_body = Reversal,
    responses(
        (status = 201, body = Awarded),
        (status = 400),
        (status = 403),
        (status = 409, description = "`already_reversed`, `ledger_frozen`"),
        (status = 413),
        (status = 415),
    ),
    security(("bearer" = []))
)]
#[post("/events/{event}/ledger/entries/{id}/reversal")]
pub async fn reverse_line(
    house: House,
    by: Organizer,
    request: HttpRequest,
    reversal: Body<Reversal>,
) -> Result<(Json<Awarded>, StatusCode), Error> {
    let line = id_in_path(&request, "id")?;
    let changed = |changed| (changed, StatusCode::CREATED);
    house.tell(changed, async move |app| reverse::reverse(&app, &by, line, &reversal.reason).await).await
}

/// A line as the auditor reads it.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditLine {
    id: Uuid,
    registration_id: Uuid,
    rule: Rule,
    day: NaiveDate,
    at: DateTime<Utc>,
    effect: i32,
    reverses: Option<Uuid>,
    reason: Option<String>,
    /// The bytes the digest is taken over, without the line feed.
    canonical: String,
}

impl From<entry::Model> for AuditLine {
    fn from(line: entry::Model) -> Self {
        let canonical = line.canonical();
        let entry::Model { id, registration_id, rule, day, at, effect, reverses, reason, .. } = line;
        Self { id, registration_id, rule, day, at, effect, reverses, reason, canonical }
    }
}

/// Every line of the event, oldest first. Who: organizer.
#[utoipa::path(
    tag = "points",
    params(Paging),
    responses(
        (status = 200, body = Page<AuditLine>),
        (status = 403),
        (status = 422),
    ),
    security(("bearer" = []))
)]
#[get("/events/{event}/ledger/entries")]
pub async fn every_line(house: House, by: Organizer, paging: Query<Paging>) -> Result<Json<Page<AuditLine>>, Error> {
    let (limit, after) = (paging.limit()?, paging.after()?);
    let lines = house
        .ask(async move |app| {
            let mut lines = entry::Entity::of_event(by.event.id).order_by_asc(entry::Column::Id);
            if let Some(after) = after {
                lines = lines.filter(entry::Column::Id.gt(after));
            }
            lines.limit(limit + 1).all(app.database.reader()).await
        })
        .await?;
    Ok(Json(Page::of(lines, limit, |line| line.id, AuditLine::from)))
}
