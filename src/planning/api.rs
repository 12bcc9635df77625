//! The calls of organizers who set up events: each is answered with what anybody would read.

use actix_web::http::StatusCode;
use actix_web::web::Json;
use actix_web::{get, patch, post};
use serde::Serialize;
use utoipa::ToSchema;

use super::amend::amend;
use super::changes::Changes;
use super::draw_up::draw_up;
use super::move_on::move_on;
use super::plan::Plan;
use super::poster::{Poster, poster};
use super::publish::publish;
use super::template::Template;
use super::wish::NewEvent;
use crate::accounts::SignedIn;
use crate::app::House;
use crate::body::Body;
use crate::error::Error;
use crate::events::access::Organizer;
use crate::events::event::Sides;
use crate::events::kind::Kind;
use crate::events::move_phase::Move;
use crate::paging::Page;

/// Draws up an event from a template. It is a draft until it is published. Who: organizer of the union.
#[utoipa::path(tag = "events", request_body = NewEvent, responses(
    (status = 201, body = Poster),
    (status = 403, description = "`wrong_role`"),
    (status = 409, description = "`slug_taken`"),
    (status = 422, description = "`invalid`: fields with `in_the_past`, `out_of_order`, `before_start`, `seats_not_met`, …"),
), security(("bearer" = [])))]
#[post("/events")]
pub async fn draw_up_event(
    house: House,
    account: SignedIn,
    wish: Body<NewEvent>,
) -> Result<(Json<Poster>, StatusCode), Error> {
    let drawn = house
        .run(async move |app| {
            let event = draw_up(&app, &account, wish.into_inner()).await?;
            Ok(poster(app.database.reader(), event, app.now()).await?)
        })
        .await?;
    Ok((Json(drawn), StatusCode::CREATED))
}

/// Changes an event; what is left out stays. Who: organizer.
#[utoipa::path(tag = "events", params(("event" = String, Path)), request_body = Changes, responses(
    (status = 200, body = Poster),
    (status = 403, description = "`wrong_role`"),
    (status = 409, description = "`slug_taken`, `too_late` with the fields, `event_closed`"),
    (status = 422, description = "`invalid`"),
), security(("bearer" = [])))]
#[patch("/events/{event}")]
pub async fn amend_event(house: House, by: Organizer, changes: Body<Changes>) -> Result<Json<Poster>, Error> {
    let amended = house.run(async move |app| {
        let event = amend(&app, &by, changes.into_inner()).await?;
        Ok(poster(app.database.reader(), event, app.now()).await?)
    });
    amended.await.map(Json)
}

/// Shows an event to the world. Who: organizer.
#[utoipa::path(tag = "events", params(("event" = String, Path)), responses(
    (status = 200, body = Poster),
    (status = 403, description = "`wrong_role`"),
    (status = 409, description = "`already_published`, `not_ready` with the fields"),
), security(("bearer" = [])))]
#[post("/events/{event}/publish")]
pub async fn publish_event(house: House, by: Organizer) -> Result<Json<Poster>, Error> {
    let published = house.run(async move |app| {
        let event = publish(&app, &by).await?;
        Ok(poster(app.database.reader(), event, app.now()).await?)
    });
    published.await.map(Json)
}

/// Begins a phase now, with a reason; written into the audit log. Who: organizer.
#[utoipa::path(tag = "events", params(("event" = String, Path)), request_body = Move, responses(
    (status = 200, body = Poster),
    (status = 403, description = "`wrong_role`"),
    (status = 409, description = "`already_there`, `phase_passed`, `not_published`"),
    (status = 422, description = "`invalid`"),
), security(("bearer" = [])))]
#[post("/events/{event}/phase")]
pub async fn move_event(house: House, by: Organizer, wish: Body<Move>) -> Result<Json<Poster>, Error> {
    let moved = house.run(async move |app| {
        let event = move_on(&app, &by, wish.into_inner()).await?;
        Ok(poster(app.database.reader(), event, app.now()).await?)
    });
    moved.await.map(Json)
}

/// What a template proposes.
#[derive(Serialize, ToSchema)]
pub struct Proposal {
    pub template: Kind,
    pub title: String,
    pub title_en: String,
    pub sides: Sides,
    pub seats: i32,
    pub plan: Plan,
}

/// The templates an event can be drawn up from. Who: anyone.
#[utoipa::path(tag = "events", responses((status = 200, body = Page<Proposal>)))]
#[get("/event-templates")]
pub async fn event_templates() -> Result<Json<Page<Proposal>>, Error> {
    let proposal = |kind: Kind| {
        let of = Template::of(kind)?;
        let (title, title_en) = (of.title, of.title_en);
        Ok(Proposal { template: kind, title, title_en, sides: of.sides, seats: of.seats, plan: of.plan })
    };
    Kind::all().map(proposal).collect::<Result<Vec<_>, Error>>().map(|all| Json(Page::whole(all)))
}
