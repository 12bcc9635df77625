//! Where organizers decide what is shown.

use actix_web::http::StatusCode;
use actix_web::web::Json;
use actix_web::{HttpRequest, get, post};
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::contribution::{self, Kind, State};
use super::moderate::{self, Verdict};
use super::wall::{self, Author};
use crate::app::House;
use crate::body::{Body, Query};
use crate::error::Error;
use crate::events::access::{Organizer, id_in_path};
use crate::paging::{Page, Paging};
use crate::points::fold::Awarded;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// `pending` where it is left out.
    state: Option<State>,
    kind: Option<Kind>,
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    cursor: Option<String>,
}

/// Something to decide about.
#[derive(Debug, Serialize, ToSchema)]
pub struct Queued {
    id: Uuid,
    kind: Kind,
    state: State,
    /// None where the person has erased their account.
    author: Option<Author>,
    registration_id: Uuid,
    body: String,
    at: DateTime<Utc>,
    reason: Option<String>,
}

/// What waits for a decision, oldest first; or what stands in another state. Who: organizer.
#[utoipa::path(
    tag = "plaza",
    params(Which),
    responses(
        (status = 200, body = Page<Queued>),
        (status = 403),
        (status = 422),
    ),
    security(("bearer" = []))
)]
#[get("/events/{event}/moderation")]
pub async fn queue(house: House, by: Organizer, which: Query<Which>) -> Result<Json<Page<Queued>>, Error> {
    let Which { state, kind, limit, cursor } = which.into_inner();
    let paging = Paging { limit, cursor };
    let (limit, after) = (paging.limit()?, paging.after()?);
    let (rows, authors) = house
        .run(async move |app| {
            let db = app.database.reader();
            let mut rows = contribution::Entity::of_event(by.event.id)
                .filter(contribution::Column::State.eq(state.unwrap_or(State::Pending)));
            if let Some(kind) = kind {
                rows = rows.filter(contribution::Column::Kind.eq(kind));
            }
            if let Some(after) = after {
                rows = rows.filter(contribution::Column::Id.gt(after));
            }
            let rows = rows.order_by_asc(contribution::Column::Id).limit(limit + 1).all(db).await?;
            let authors = wall::authors(db, rows.iter().map(|row| row.registration_id), Uuid::nil()).await?;
            Ok((rows, authors))
        })
        .await?;
    let queued = |row: contribution::Model| Queued {
        author: authors.get(&row.registration_id).cloned(),
        id: row.id,
        kind: row.kind,
        state: row.state,
        registration_id: row.registration_id,
        body: row.body,
        at: row.at,
        reason: row.reason,
    };
    Ok(Json(Page::of(rows, limit, |row| row.id, queued)))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Judged {
    id: Uuid,
    state: State,
    /// What it changed for the author; negative where an approved post was taken down.
    awarded: Awarded,
}

/// Approves, rejects or takes down a post, comment or declaration. Who: organizer.
#[utoipa::path(
    tag = "plaza",
    params(("id" = Uuid, Path, description = "The post, comment or declaration")),
    request_body = Verdict,
    responses(
        (status = 200, body = Judged),
        (status = 400),
        (status = 403),
        (status = 409, description = "`wrong_state`, `ledger_frozen` (approving a post)"),
        (status = 413),
        (status = 415),
    ),
    security(("bearer" = []))
)]
#[post("/events/{event}/moderation/{id}/decision")]
pub async fn decide(
    house: House,
    by: Organizer,
    request: HttpRequest,
    verdict: Body<Verdict>,
) -> Result<(Json<Judged>, StatusCode), Error> {
    let id = id_in_path(&request, "id")?;
    let Verdict { decision, reason } = verdict.into_inner();
    let judged = |moderate::Decided { contribution, awarded }| {
        (Judged { id: contribution.id, state: contribution.state, awarded }, StatusCode::OK)
    };
    house.tell(judged, async move |app| moderate::moderate(&app, &by, id, decision, reason).await).await
}
