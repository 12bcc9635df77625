//! Where organizers decide what stands in the chat.

use std::sync::Arc;

use actix_web::web::Json;
use actix_web::{HttpRequest, get, post};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::line::{self, State};
use super::moderate::{self, ChatVerdict};
use super::queue::{self, Queued, Show};
use super::transcript::Line;
use crate::app::{App, House};
use crate::body::{Body, Query};
use crate::error::Error;
use crate::events::access::{Organizer, id_in_path};
use crate::paging::{Page, Paging};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WhichQueuedChatLines {
    /// `waiting` where it is left out.
    #[param(inline)]
    show: Option<Show>,
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    cursor: Option<String>,
}

/// Something to decide about.
#[derive(Serialize, ToSchema)]
pub struct QueuedChatLine {
    #[serde(flatten)]
    line: Line,
    /// `all`, or the number of a group.
    room: String,
    /// What the organizer said when deciding.
    verdict: Option<String>,
    /// What is wrong with it, as those who reported it said; never who they are.
    reports: Vec<String>,
}

/// Pictures that wait and what was reported; or what stands, or what is hidden. Newest first.
///
/// Who: organizer.
#[utoipa::path(
    tag = "chat",
    params(WhichQueuedChatLines),
    responses(
        (status = 200, body = Page<QueuedChatLine>),
        (status = 403),
        (status = 409, description = "`phase_closed`, `chat_over`"),
        (status = 422),
    ),
    security(("bearer" = []))
)]
#[get("/events/{event}/chat/moderation")]
pub async fn chat_queue(
    house: House,
    by: Organizer,
    which: Query<WhichQueuedChatLines>,
) -> Result<Json<Page<QueuedChatLine>>, Error> {
    let WhichQueuedChatLines { show, limit, cursor } = which.into_inner();
    let read = async move |app: Arc<App>| {
        let paging = Paging { limit, cursor };
        queue::read(&app, &by.event, show.unwrap_or_default(), &paging).await
    };
    let Page { items, next } = house.run(read).await?;
    let view = |Queued { line, which, reason, reports }: Queued| QueuedChatLine {
        line,
        room: which.to_string(),
        verdict: reason,
        reports,
    };
    Ok(Json(Page { items: items.into_iter().map(view).collect(), next }))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ChatJudged {
    id: Uuid,
    number: i64,
    state: State,
}

/// Hides something, or shows it whoever reported it; the last word is the organizer's. Who: organizer.
#[utoipa::path(
    tag = "chat",
    params(("id" = Uuid, Path, description = "What was said")),
    request_body = ChatVerdict,
    responses(
        (status = 200, body = ChatJudged),
        (status = 400),
        (status = 403),
        (status = 409, description = "`phase_closed`, `chat_over`, `withdrawn`"),
        (status = 413),
        (status = 415),
    ),
    security(("bearer" = []))
)]
#[post("/events/{event}/chat/moderation/{id}")]
pub async fn decide_chat_line(
    house: House,
    by: Organizer,
    request: HttpRequest,
    verdict: Body<ChatVerdict>,
) -> Result<Json<ChatJudged>, Error> {
    let id = id_in_path(&request, "id")?;
    let ChatVerdict { decision, reason } = verdict.into_inner();
    let decided = house.run(async move |app| moderate::decide(&app, &by, id, decision, reason).await).await?;
    let line::Model { id, number, state, .. } = decided;
    Ok(Json(ChatJudged { id, number, state }))
}
