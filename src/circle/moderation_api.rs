//! Where organizers decide what stands in a circle.

use std::sync::Arc;

use actix_web::web::Json;
use actix_web::{HttpRequest, get, post};
use chrono::{DateTime, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::member::Member;
use super::moderate::{self, Decision};
use super::note::State;
use super::queue::{self, Queued, Show};
use crate::app::{App, House};
use crate::body::{Body, Query, one_line};
use crate::error::Error;
use crate::events::access::{Organizer, id_in_path};
use crate::paging::{Page, Paging};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WhichCircleNotes {
    /// `reported` where it is left out.
    #[param(inline)]
    show: Option<Show>,
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    cursor: Option<String>,
}

/// Something to decide about.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueuedCircleNote {
    id: Uuid,
    announcement: bool,
    /// None where the organizer speaks, or the person has erased their account.
    author: Option<Member>,
    /// What it answers.
    about: Option<Uuid>,
    body: String,
    at: DateTime<Utc>,
    state: State,
    /// What the organizer said when deciding.
    reason: Option<String>,
    /// What is wrong with it, as those who reported it said; never who they are.
    reports: Vec<String>,
}

/// What members reported and nobody has decided about; or what stands, or what is out of sight. Newest first.
///
/// Who: organizer.
#[utoipa::path(
    tag = "circle",
    params(WhichCircleNotes),
    responses(
        (status = 200, body = Page<QueuedCircleNote>),
        (status = 403),
        (status = 409, description = "`phase_closed`, `circle_over`"),
        (status = 422),
    ),
    security(("bearer" = []))
)]
#[get("/events/{event}/circle/moderation")]
pub async fn circle_queue(
    house: House,
    by: Organizer,
    which: Query<WhichCircleNotes>,
) -> Result<Json<Page<QueuedCircleNote>>, Error> {
    let WhichCircleNotes { show, limit, cursor } = which.into_inner();
    let read = async move |app: Arc<App>| {
        let paging = Paging { limit, cursor };
        queue::read(&app, &by.event, show.unwrap_or_default(), &paging).await
    };
    let Page { items, next } = house.run(read).await?;
    let view = |Queued { note, author, reports }: Queued| QueuedCircleNote {
        announcement: note.registration_id.is_none(),
        id: note.id,
        author,
        about: note.about,
        body: note.body,
        at: note.at,
        state: note.state,
        reason: note.reason,
        reports,
    };
    Ok(Json(Page { items: items.into_iter().map(view).collect(), next }))
}

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CircleVerdict {
    #[garde(skip)]
    decision: Decision,
    /// Told to the author, and stands in the audit log.
    #[garde(custom(one_line(1, 200)))]
    #[schema(min_length = 1, max_length = 200)]
    reason: String,
}

impl CircleVerdict {
    pub fn into_parts(self) -> (Decision, String) {
        (self.decision, self.reason)
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CircleJudged {
    id: Uuid,
    state: State,
}

/// Hides something, or shows it whoever reported it; the last word is the organizer's. Who: organizer.
#[utoipa::path(
    tag = "circle",
    params(("id" = Uuid, Path, description = "What was said")),
    request_body = CircleVerdict,
    responses(
        (status = 200, body = CircleJudged),
        (status = 400),
        (status = 403),
        (status = 409, description = "`phase_closed`, `circle_over`, `withdrawn`"),
        (status = 413),
        (status = 415),
    ),
    security(("bearer" = []))
)]
#[post("/events/{event}/circle/notes/{id}/decision")]
pub async fn decide_circle_note(
    house: House,
    by: Organizer,
    request: HttpRequest,
    verdict: Body<CircleVerdict>,
) -> Result<Json<CircleJudged>, Error> {
    let id = id_in_path(&request, "id")?;
    let (decision, reason) = verdict.into_inner().into_parts();
    let note = house.run(async move |app| moderate::decide(&app, &by, id, decision, &reason).await).await?;
    Ok(Json(CircleJudged { id: note.id, state: note.state }))
}
