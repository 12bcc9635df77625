//! Where phones bless.

use actix_web::post;
use actix_web::web::Json;

use super::bless::{self, Blessings, Taken};
use crate::app::House;
use crate::body::Body;
use crate::error::Error;
use crate::registrations::access::Participant;

/// Blesses the couple on the bridge. Taps beyond what one phone may give are let go. Who: participant
/// who is in the hall.
#[utoipa::path(tag = "stage", request_body = Blessings, responses(
    (status = 200, body = Taken),
    (status = 403),
    (status = 409, description = "`nobody_on_the_bridge`, `not_inside`, `stage_moved`"),
),
    security(("bearer" = [])))]
#[post("/events/{event}/blessings")]
pub async fn bless_couple(house: House, me: Participant, blessings: Body<Blessings>) -> Result<Json<Taken>, Error> {
    let blessings = blessings.into_inner();
    house.run(async move |app| bless::bless(&app, &me, blessings).await).await.map(Json)
}
