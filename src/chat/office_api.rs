//! Where hosts and organizers look after the rooms of a chat.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::web::Json;
use actix_web::{HttpRequest, HttpResponse, get, post, put};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::announce::{self, NewChatAnnouncement};
use super::close::{self, ChatClosing};
use super::line;
use super::lines_api::room_in_path;
use super::rooms::{self, RoomState};
use super::set_rules::{self, ChatRules};
use crate::app::{App, House};
use crate::body::Body;
use crate::error::Error;
use crate::events::access::Host;
use crate::paging::Page;

/// The rooms of the chat and how each is held: everybody's, and those of the groups that are formed. Who: host,
/// organizer.
#[utoipa::path(
    tag = "chat",
    responses(
        (status = 200, body = Page<RoomState>),
        (status = 403),
        (status = 409, description = "`phase_closed`, `chat_over`"),
    ),
    security(("bearer" = []))
)]
#[get("/events/{event}/chat")]
pub async fn chat_rooms(house: House, by: Host) -> Result<Json<Page<RoomState>>, Error> {
    let rooms = house.run(async move |app: Arc<App>| rooms::read(&app, &by.event).await).await?;
    Ok(Json(Page::whole(rooms)))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ChatAnnounced {
    id: Uuid,
    number: i64,
}

/// Says something to a room, marked as the organizer's (主办方), whether or not others may. Who: host, organizer.
#[utoipa::path(
    tag = "chat",
    params(("room" = String, Path, description = "`all`, or the number of a group")),
    request_body = NewChatAnnouncement,
    responses(
        (status = 201, body = ChatAnnounced),
        (status = 400),
        (status = 403),
        (status = 409, description = "`phase_closed`, `chat_over`"),
        (status = 413),
        (status = 415),
    ),
    security(("bearer" = []))
)]
#[post("/events/{event}/chat/{room}/announcements")]
pub async fn announce_in_chat(
    house: House,
    by: Host,
    request: HttpRequest,
    announcement: Body<NewChatAnnouncement>,
) -> Result<(Json<ChatAnnounced>, StatusCode), Error> {
    let which = room_in_path(&request)?;
    let body = announcement.into_inner().body;
    let announced = |line::Model { id, number, .. }| (ChatAnnounced { id, number }, StatusCode::CREATED);
    house.tell(announced, async move |app| announce::announce(&app, &by, which, body).await).await
}

/// Says how a room is held from now on. Who: host, organizer.
#[utoipa::path(
    tag = "chat",
    params(("room" = String, Path, description = "`all`, or the number of a group")),
    request_body = ChatRules,
    responses(
        (status = 204),
        (status = 400),
        (status = 403),
        (status = 409, description = "`phase_closed`, `chat_over`"),
        (status = 413),
        (status = 415),
    ),
    security(("bearer" = []))
)]
#[put("/events/{event}/chat/{room}/rules")]
pub async fn set_chat_rules(
    house: House,
    by: Host,
    request: HttpRequest,
    rules: Body<ChatRules>,
) -> Result<HttpResponse, Error> {
    let (which, rules) = (room_in_path(&request)?, rules.into_inner());
    house.run(async move |app| set_rules::set_rules(&app, &by, which, &rules).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Closes a room now, for good; what was said there is erased. Who: host, organizer.
#[utoipa::path(
    tag = "chat",
    params(("room" = String, Path, description = "`all`, or the number of a group")),
    request_body = ChatClosing,
    responses(
        (status = 204),
        (status = 400),
        (status = 403),
        (status = 409, description = "`phase_closed`, `chat_over`"),
        (status = 413),
        (status = 415),
    ),
    security(("bearer" = []))
)]
#[post("/events/{event}/chat/{room}/close")]
pub async fn close_chat(
    house: House,
    by: Host,
    request: HttpRequest,
    closing: Body<ChatClosing>,
) -> Result<HttpResponse, Error> {
    let which = room_in_path(&request)?;
    house.done(async move |app| close::close(&app, &by, which, &closing.reason).await).await
}
