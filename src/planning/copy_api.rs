//! The calls that draw up an event after another one, and that throw a draft away.

use actix_web::http::StatusCode;
use actix_web::web::Json;
use actix_web::{HttpResponse, delete, post};

use super::copy::{CopyWish, copy};
use super::discard::discard;
use super::poster::{Poster, poster};
use crate::app::House;
use crate::body::Body;
use crate::error::Error;
use crate::events::access::Organizer;

/// Draws up a draft like this event, without its people, at a proposed date. Who: organizer.
#[utoipa::path(tag = "events", params(("event" = String, Path)), request_body = CopyWish, responses(
    (status = 201, body = Poster),
    (status = 403, description = "`wrong_role`"),
    (status = 409, description = "`slug_taken`"),
    (status = 422, description = "`invalid`"),
), security(("bearer" = [])))]
#[post("/events/{event}/copies")]
pub async fn copy_event(
    house: House,
    by: Organizer,
    wish: Body<CopyWish>,
) -> Result<(Json<Poster>, StatusCode), Error> {
    let copied = house.run(async move |app| {
        let event = copy(&app, &by, wish.into_inner()).await?;
        Ok(poster(app.database.reader(), event, app.now()).await?)
    });
    copied.await.map(|copy| (Json(copy), StatusCode::CREATED))
}

/// Throws a draft away that was never published, with everything of it. Who: organizer.
#[utoipa::path(tag = "events", params(("event" = String, Path)), responses(
    (status = 204),
    (status = 403, description = "`wrong_role`"),
    (status = 409, description = "`already_published`"),
), security(("bearer" = [])))]
#[delete("/events/{event}")]
pub async fn discard_event(house: House, by: Organizer) -> Result<HttpResponse, Error> {
    house.run(async move |app| discard(&app, &by).await).await?;
    Ok(HttpResponse::NoContent().finish())
}
