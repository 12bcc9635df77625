//! The calls of this room.

use actix_web::web::Json;
use actix_web::{get, put};

use super::put_in_order::{self, Wishes};
use super::wished::{self, Wished};
use crate::app::House;
use crate::body::Body;
use crate::error::Error;
use crate::registrations::access::Participant;

/// The boards I would come to, the dearest first. Who: participant.
#[utoipa::path(tag = "boards", params(("event" = String, Path)), responses(
    (status = 200, body = Wished),
    (status = 403, description = "`not_registered`"),
    (status = 409, description = "`no_boards`"),
), security(("bearer" = [])))]
#[get("/events/{event}/registrations/me/boards")]
pub async fn my_boards(house: House, me: Participant) -> Result<Json<Wished>, Error> {
    house.run(async move |app| wished::read(&app, &me).await).await.map(Json)
}

/// Puts boards in the order of my wish, until the points are frozen; boards left out I would not come to.
/// Who: participant.
#[utoipa::path(tag = "boards", params(("event" = String, Path)), request_body = Wishes, responses(
    (status = 200, body = Wished),
    (status = 403, description = "`not_registered`"),
    (status = 409, description = "`no_boards`, `wishes_fixed`"),
    (status = 422, description = "`invalid`"),
), security(("bearer" = [])))]
#[put("/events/{event}/registrations/me/boards")]
pub async fn wish_for_boards(house: House, me: Participant, wishes: Body<Wishes>) -> Result<Json<Wished>, Error> {
    let wishes = wishes.into_inner();
    house.run(async move |app| put_in_order::put_in_order(&app, &me, wishes).await).await.map(Json)
}
