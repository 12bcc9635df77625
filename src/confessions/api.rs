//! Where phones ask.

use actix_web::web::{Json, Path};
use actix_web::{HttpResponse, delete, get, post, put};
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::ask::{self, Wish};
use super::mine::{self, Mine};
use super::{respond, withdraw};
use crate::app::House;
use crate::body::Body;
use crate::error::Error;
use crate::registrations::access::Participant;

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConfessionAsked)]
pub struct Taken {
    id: Uuid,
}

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ConfessionAnswer)]
pub struct ConfessionAnswer {
    #[garde(skip)]
    agrees: bool,
}

/// What I asked and what I am asked. Who: participant.
#[utoipa::path(tag = "stage", responses(
    (status = 200, body = Mine),
    (status = 403),
),
    security(("bearer" = [])))]
#[get("/events/{event}/confessions")]
pub async fn my_confessions(house: House, me: Participant) -> Result<Json<Mine>, Error> {
    house.ask(async move |app| mine::mine(&app, app.database.reader(), &me).await).await.map(Json)
}

/// Asks to speak to somebody on stage. The answer is the same whatever comes of it. Who: participant
/// who is in the hall.
#[utoipa::path(tag = "stage", request_body = Wish, responses(
    (status = 201, body = Taken),
    (status = 403),
    (status = 409, description = "`phase_closed`, `no_confessions`, `not_inside`, `confessions_spent`"),
    (status = 422, description = "on `to`: `unknown_badge`, `oneself`, `same_side`, `not_here`")),
    security(("bearer" = [])))]
#[post("/events/{event}/confessions")]
pub async fn ask_to_speak(house: House, me: Participant, wish: Body<Wish>) -> Result<HttpResponse, Error> {
    let wish = wish.into_inner();
    let id = house.run(async move |app| ask::ask(&app, &me, &wish).await).await?;
    Ok(HttpResponse::Created().json(Taken { id }))
}

/// Takes a wish back. Who: participant who asked.
#[utoipa::path(tag = "stage", responses(
    (status = 204, description = "Nobody is asked any more"),
    (status = 403),
),
    params(("confession" = Uuid, Path)),
    security(("bearer" = [])))]
#[delete("/events/{event}/confessions/{confession}")]
pub async fn withdraw_confession(
    house: House,
    me: Participant,
    path: Path<(String, Uuid)>,
) -> Result<HttpResponse, Error> {
    let (_, confession) = path.into_inner();
    house.run(async move |app| withdraw::withdraw(&app, &me, confession).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Says yes or no to whoever would like to speak. A yes may become a no; a no is forgotten at once.
/// Who: participant who is asked.
#[utoipa::path(tag = "stage", request_body = ConfessionAnswer, responses(
    (status = 204, description = "Said"),
    (status = 403),
),
    params(("confession" = Uuid, Path)),
    security(("bearer" = [])))]
#[put("/events/{event}/confessions/{confession}/answer")]
pub async fn answer_confession(
    house: House,
    me: Participant,
    path: Path<(String, Uuid)>,
    body: Body<ConfessionAnswer>,
) -> Result<HttpResponse, Error> {
    let ((_, confession), ConfessionAnswer { agrees }) = (path.into_inner(), body.into_inner());
    house.run(async move |app| respond::respond(&app, &me, confession, agrees).await).await?;
    Ok(HttpResponse::NoContent().finish())
}
