//! Where participants report something and organizers answer.

use actix_web::http::StatusCode;
use actix_web::web::Json;
use actix_web::{CustomizeResponder, HttpRequest, HttpResponse, Responder, get, post};
use chrono::{DateTime, Utc};
use garde::Validate;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::contribution::{self, Kind};
use super::{complain, complaint};
use crate::app::House;
use crate::body::{Body, Query, one_line};
use crate::error::Error;
use crate::events::access::{Organizer, id_in_path};
use crate::paging::{Page, Paging};
use crate::registrations::access::Participant;

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewComplaint {
    /// A post, comment or declaration that is shown.
    #[garde(skip)]
    contribution_id: Uuid,
    #[garde(custom(one_line(1, 200)))]
    #[schema(min_length = 1, max_length = 200)]
    reason: String,
}

impl NewComplaint {
    pub fn into_reason(self) -> String {
        self.reason
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Reported {
    id: Uuid,
}

/// Reports something to the organizer, who alone learns from whom. Who: approved participant, online phase.
#[utoipa::path(
    tag = "plaza",
    request_body = NewComplaint,
    responses(
        (status = 201, body = Reported),
        (status = 400),
        (status = 403, description = "`not_registered`, `not_approved`"),
        (status = 409, description = "`phase_closed`, `already_reported`"),
        (status = 413),
        (status = 415),
    ),
    security(("bearer" = []))
)]
#[post("/events/{event}/complaints")]
pub async fn report_contribution(
    house: House,
    me: Participant,
    complaint: Body<NewComplaint>,
) -> Result<CustomizeResponder<Json<Reported>>, Error> {
    let NewComplaint { contribution_id, reason } = complaint.into_inner();
    let id = house.run(async move |app| complain::complain(&app, &me, contribution_id, reason).await).await?;
    Ok(Json(Reported { id }).customize().with_status(StatusCode::CREATED))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WhichComplaints {
    /// `open` where it is left out.
    state: Option<complaint::State>,
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    cursor: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Complaint {
    id: Uuid,
    state: complaint::State,
    at: DateTime<Utc>,
    reason: String,
    contribution_id: Uuid,
    kind: Option<Kind>,
    /// What it is about.
    body: Option<String>,
}

/// What participants reported, oldest first. Taking the thing down settles it. Who: organizer.
#[utoipa::path(
    tag = "plaza",
    params(WhichComplaints),
    responses(
        (status = 200, body = Page<Complaint>),
        (status = 403),
        (status = 422),
    ),
    security(("bearer" = []))
)]
#[get("/events/{event}/complaints")]
pub async fn complaints(
    house: House,
    by: Organizer,
    which: Query<WhichComplaints>,
) -> Result<Json<Page<Complaint>>, Error> {
    let WhichComplaints { state, limit, cursor } = which.into_inner();
    let paging = Paging { limit, cursor };
    let (limit, after) = (paging.limit()?, paging.after()?);
    let (rows, about) = house
        .run(async move |app| {
            let db = app.database.reader();
            let mut rows = complaint::Entity::of_event(by.event.id)
                .filter(complaint::Column::State.eq(state.unwrap_or(complaint::State::Open)));
            if let Some(after) = after {
                rows = rows.filter(complaint::Column::Id.gt(after));
            }
            let rows = rows.order_by_asc(complaint::Column::Id).limit(limit + 1).all(db).await?;
            let about = contribution::Entity::of_event(by.event.id)
                .filter(contribution::Column::Id.is_in(rows.iter().map(|row| row.contribution_id)))
                .all(db)
                .await?;
            Ok((rows, about))
        })
        .await?;
    let view = |row: complaint::Model| {
        let about = about.iter().find(|about| about.id == row.contribution_id);
        Complaint {
            kind: about.map(|about| about.kind),
            body: about.map(|about| about.body.clone()),
            id: row.id,
            state: row.state,
            at: row.at,
            reason: row.reason,
            contribution_id: row.contribution_id,
        }
    };
    Ok(Json(Page::of(rows, limit, |row| row.id, view)))
}

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Dismissal {
    /// Stands in the audit log.
    #[garde(custom(one_line(1, 200)))]
    #[schema(min_length = 1, max_length = 200)]
    reason: String,
}

impl Dismissal {
    pub fn into_reason(self) -> String {
        self.reason
    }
}

/// Leaves what was reported as it is; again changes nothing. Who: organizer.
#[utoipa::path(
    tag = "plaza",
    params(("id" = Uuid, Path, description = "The complaint")),
    request_body = Dismissal,
    responses(
        (status = 204),
        (status = 400),
        (status = 403),
        (status = 409, description = "`already_upheld`"),
        (status = 413),
        (status = 415),
    ),
    security(("bearer" = []))
)]
#[post("/events/{event}/complaints/{id}/dismissal")]
pub async fn dismiss_complaint(
    house: House,
    by: Organizer,
    request: HttpRequest,
    dismissal: Body<Dismissal>,
) -> Result<HttpResponse, Error> {
    let id = id_in_path(&request, "id")?;
    house.done(async move |app| complain::dismiss(&app, &by, id, &dismissal.reason).await).await
}
