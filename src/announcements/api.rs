//! The calls of this room.

use actix_web::http::StatusCode;
use actix_web::web::{Json, Path};
use actix_web::{get, post};
use chrono::{DateTime, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::announce::announce;
use super::history::{self, AnnouncementView};
use super::message::Message;
use super::whom::{self, Whom};
use crate::app::House;
use crate::body::{Body, Query};
use crate::error::Error;
use crate::events::access::Organizer;
use crate::paging::{Page, Paging};

/// What was sent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AnnouncementSent)]
pub struct Announced {
    pub id: Uuid,
    pub sent_at: DateTime<Utc>,
    /// Letters written now; 0 where everybody meant had this message already.
    pub written: usize,
    /// How many had it already and did not get it again.
    pub already: usize,
}

/// To whom it would go.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[schema(as = AnnouncementReach)]
#[serde(deny_unknown_fields)]
pub struct Reach {
    #[serde(default)]
    #[garde(dive)]
    pub to: Whom,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AnnouncementReached)]
pub struct Reached {
    pub people: usize,
}

/// Writes to many at once; the same message reaches a person once. Who: organizer.
#[utoipa::path(tag = "announcements", params(("event" = String, Path)), request_body = Message, responses(
    (status = 201, body = Announced),
    (status = 403, description = "`wrong_role`"),
    (status = 409, description = "`nobody_to_write_to`"),
    (status = 422, description = "`invalid`"),
), security(("bearer" = [])))]
#[post("/events/{event}/announcements")]
pub async fn send(
    house: House,
    by: Organizer,
    _event: Path<String>,
    message: Body<Message>,
) -> Result<(Json<Announced>, StatusCode), Error> {
    let sent = house.run(async move |app| announce(&app, &by, message.into_inner()).await).await?;
    let (id, sent_at) = (sent.announcement.id, sent.announcement.sent_at);
    Ok((Json(Announced { id, sent_at, written: sent.written, already: sent.already }), StatusCode::CREATED))
}

/// How many people a message would go to. Who: organizer.
#[utoipa::path(tag = "announcements", params(("event" = String, Path)), request_body = Reach, responses(
    (status = 200, body = Reached),
    (status = 403, description = "`wrong_role`"),
    (status = 422, description = "`invalid`"),
), security(("bearer" = [])))]
#[post("/events/{event}/announcements/count")]
pub async fn count(
    house: House,
    by: Organizer,
    _event: Path<String>,
    reach: Body<Reach>,
) -> Result<Json<Reached>, Error> {
    let people = house.run(async move |app| {
        let people = whom::readers(app.database.reader(), &app, by.event.id, &reach.to).await?;
        Ok(people.len())
    });
    Ok(Json(Reached { people: people.await? }))
}

/// What was announced, the latest first, and what became of the letters. Who: organizer.
#[utoipa::path(tag = "announcements", params(("event" = String, Path), Paging), responses(
    (status = 200, body = Page<AnnouncementView>),
    (status = 403, description = "`wrong_role`"),
    (status = 422, description = "`invalid`"),
), security(("bearer" = [])))]
#[get("/events/{event}/announcements")]
pub async fn list(
    house: House,
    by: Organizer,
    _event: Path<String>,
    paging: Query<Paging>,
) -> Result<Json<Page<AnnouncementView>>, Error> {
    let sent = house.run(async move |app| history::page(&app, app.database.reader(), by.event.id, &paging).await);
    sent.await.map(Json)
}
