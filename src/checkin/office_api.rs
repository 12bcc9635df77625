//! Where organizers look at what happened at the door.

use std::collections::HashMap;

use actix_web::web::Json;
use actix_web::{HttpRequest, get, post};
use chrono::{DateTime, Utc};
use garde::Validate;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::attempt::{self, Reason, Verdict};
use super::owners::{self, Owner};
use super::{review, settle_review};
use crate::app::House;
use crate::body::{Body, Query, one_line};
use crate::error::{Error, Fault};
use crate::events::access::{Organizer, id_in_path};
use crate::paging::{Page, Paging};

/// An attempt on record; what was scanned is kept as a digest only, and not shown.
#[derive(Debug, Serialize, ToSchema)]
pub struct Recorded {
    id: Uuid,
    kind: attempt::Kind,
    result: Verdict,
    /// Why it was refused; of an offline scan, why it would have been.
    reason: Option<Reason>,
    device: String,
    registration_id: Option<Uuid>,
    /// By the desk's clock.
    at: DateTime<Utc>,
    /// By ours.
    received_at: DateTime<Utc>,
    offline: bool,
    skew_seconds: Option<i64>,
    undoes: Option<Uuid>,
    note: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Review {
    id: Uuid,
    kind: review::Kind,
    reason: Option<Reason>,
    attempt: Uuid,
    /// Whose badge was scanned; of an old code, who carried it once. Null where nobody's of this event was.
    #[schema(example = "男013")]
    badge: Option<String>,
    nickname: Option<String>,
    /// Of a conflict: the attempt that was first.
    against: Option<Uuid>,
    opened_at: DateTime<Utc>,
    settled_at: Option<DateTime<Utc>>,
    note: Option<String>,
}

impl Review {
    fn of(its: review::Model, owners: &HashMap<Uuid, Owner>) -> Self {
        let owner = owners.get(&its.attempt_id);
        Self {
            id: its.id,
            kind: its.kind,
            reason: its.reason,
            attempt: its.attempt_id,
            badge: owner.map(Owner::badge),
            nickname: owner.and_then(|owner| owner.nickname.clone()),
            against: its.against_id,
            opened_at: its.opened_at,
            settled_at: its.settled_at,
            note: its.note,
        }
    }
}

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Settlement {
    /// What came of it.
    #[garde(custom(one_line(1, 200)))]
    #[schema(min_length = 1, max_length = 200)]
    pub note: String,
}

/// Every attempt at the door, oldest first. Who: organizer.
#[utoipa::path(
    tag = "check-in",
    params(Paging),
    responses(
        (status = 200, body = Page<Recorded>),
        (status = 403),
        (status = 422),
    ),
    security(("bearer" = []))
)]
#[get("/events/{event}/check-ins")]
pub async fn attempts(
    house: House,
    organizer: Organizer,
    paging: Query<Paging>,
) -> Result<Json<Page<Recorded>>, Error> {
    let (limit, after) = (paging.limit()?, paging.after()?);
    let attempts = house
        .ask(async move |app| {
            let mut attempts = attempt::Entity::of_event(organizer.event.id).order_by_asc(attempt::Column::Id);
            if let Some(after) = after {
                attempts = attempts.filter(attempt::Column::Id.gt(after));
            }
            attempts.limit(limit + 1).all(app.database.reader()).await
        })
        .await?;
    Ok(Json(Page::of(
        attempts,
        limit,
        |attempt| attempt.id,
        |its| Recorded {
            id: its.id,
            kind: its.kind,
            result: its.result,
            reason: its.reason,
            device: its.device,
            registration_id: its.registration_id,
            at: its.at,
            received_at: its.received_at,
            offline: its.offline,
            skew_seconds: its.skew_seconds,
            undoes: its.undoes,
            note: its.note,
        },
    )))
}

/// What at the door somebody should look at and nobody has settled. Who: organizer.
#[utoipa::path(
    tag = "check-in",
    params(Paging),
    responses(
        (status = 200, body = Page<Review>),
        (status = 403),
        (status = 422),
    ),
    security(("bearer" = []))
)]
#[get("/events/{event}/check-ins/reviews")]
pub async fn reviews(house: House, organizer: Organizer, paging: Query<Paging>) -> Result<Json<Page<Review>>, Error> {
    let (limit, after) = (paging.limit()?, paging.after()?);
    let (reviews, owners) = house
        .run(async move |app| {
            let db = app.database.reader();
            let mut reviews = review::Entity::unsettled(organizer.event.id).order_by_asc(review::Column::Id);
            if let Some(after) = after {
                reviews = reviews.filter(review::Column::Id.gt(after));
            }
            let reviews = reviews.limit(limit + 1).all(db).await?;
            let owners = owners(db, reviews.iter().map(|review| review.attempt_id)).await?;
            Ok((reviews, owners))
        })
        .await?;
    Ok(Json(Page::of(reviews, limit, |review| review.id, |its| Review::of(its, &owners))))
}

/// Takes a review off the list. Who: organizer.
#[utoipa::path(
    tag = "check-in",
    request_body = Settlement,
    responses(
        (status = 200, body = Review),
        (status = 400),
        (status = 403),
        (status = 409, description = "`already_settled`"),
        (status = 413),
        (status = 415),
    ),
    security(("bearer" = []))
)]
#[post("/events/{event}/check-ins/reviews/{review}/settle")]
pub async fn settle_one(
    house: House,
    request: HttpRequest,
    organizer: Organizer,
    body: Body<Settlement>,
) -> Result<Json<Review>, Error> {
    let id = id_in_path(&request, "review")?;
    let (settled, owners) = house
        .run(async move |app| {
            let settled = settle_review::settle_review(&app, &organizer, id, &body.note).await?;
            let owners = owners(app.database.reader(), [settled.attempt_id]).await?;
            Ok((settled, owners))
        })
        .await?;
    Ok(Json(Review::of(settled, &owners)))
}

async fn owners(
    db: &impl ConnectionTrait,
    scanned: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, Owner>, Fault> {
    let scans = attempt::Entity::find().filter(attempt::Column::Id.is_in(scanned)).all(db).await?;
    Ok(owners::find(db, &scans).await?)
}
