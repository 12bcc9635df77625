//! The calls that put an evening off.

use actix_web::post;
use actix_web::web::Json;

use super::poster::{Poster, poster};
use super::postpone::postpone;
use super::postponement::{self, Difference, PHASES, Postponement};
use crate::app::House;
use crate::body::Body;
use crate::error::Error;
use crate::events::access::Organizer;
use crate::paging::Page;

/// What putting the evening off would move; nothing is done. Who: organizer.
#[utoipa::path(tag = "events", params(("event" = String, Path)), request_body = Postponement, responses(
    (status = 200, body = Page<Difference>),
    (status = 403, description = "`wrong_role`"),
    (status = 409, description = "`phase_closed`"),
    (status = 422, description = "`invalid`: `nothing_moves`, `in_the_past`, `out_of_order`, …"),
), security(("bearer" = [])))]
#[post("/events/{event}/postponement/preview")]
pub async fn preview_postponement(
    house: House,
    by: Organizer,
    wish: Body<Postponement>,
) -> Result<Json<Page<Difference>>, Error> {
    let now = house.now();
    by.event.requires_one_of(now, &PHASES)?;
    let moved = wish.into_inner().moves(&by.event, now)?;
    Ok(Json(Page::whole(postponement::between(&by.event, &moved)?)))
}

/// Puts the evening off, or holds it elsewhere: phases that have not begun move with it, everybody concerned is
/// written to, and calendars take the new time. Who: organizer.
#[utoipa::path(tag = "events", params(("event" = String, Path)), request_body = Postponement, responses(
    (status = 200, body = Poster),
    (status = 403, description = "`wrong_role`"),
    (status = 409, description = "`phase_closed`"),
    (status = 422, description = "`invalid`: `nothing_moves`, `in_the_past`, `out_of_order`, …"),
), security(("bearer" = [])))]
#[post("/events/{event}/postponement")]
pub async fn postpone_event(house: House, by: Organizer, wish: Body<Postponement>) -> Result<Json<Poster>, Error> {
    let postponed = house.run(async move |app| {
        let event = postpone(&app, &by, wish.into_inner()).await?;
        Ok(poster(app.database.reader(), event, app.now()).await?)
    });
    postponed.await.map(Json)
}
