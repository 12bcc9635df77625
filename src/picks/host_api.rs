//! What the host does with pick rounds.

use actix_web::http::StatusCode;
use actix_web::post;
use actix_web::web::{Json, Path};
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::api::{Bulletin, RoundShown};
use super::plan::Plan;
use super::{close, open, plan, void};
use crate::app::House;
use crate::body::Body;
use crate::error::Error;
use crate::events::access::Host;
use crate::events::event::Sides;

/// A round to be planned.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PickRoundPlan)]
pub struct PlanWish {
    /// How many people one ballot may name, 1 to 10; 3 is a good number.
    #[garde(skip)]
    #[schema(minimum = 1, maximum = 10)]
    limit: i32,
    /// Who may pick whom; the event's own where left out, and never anything else.
    #[garde(skip)]
    sides: Option<Sides>,
}

/// A round as it stands after what was done to it.
type RoundAnswer = Result<(Json<RoundShown>, StatusCode), Error>;

/// Plans the next round. Who: host.
#[utoipa::path(tag = "picks", request_body = PlanWish, responses(
    (status = 201, body = RoundShown),
    (status = 403),
    (status = 409, description = "`phase_closed`, `too_many_picks`"),
),
    security(("bearer" = [])))]
#[post("/events/{event}/pick-rounds")]
pub async fn plan_round(house: House, host: Host, wish: Body<PlanWish>) -> RoundAnswer {
    let PlanWish { limit, sides } = wish.into_inner();
    let planned = |planned| (RoundShown::from(planned), StatusCode::CREATED);
    house.tell(planned, async move |app| plan::plan(&app, &host, Plan { limit, sides }).await).await
}

/// Opens a planned round. Who: host.
#[utoipa::path(tag = "picks", responses(
    (status = 200, body = RoundShown),
    (status = 403),
    (status = 409, description = "`round_open`, `round_closed`, `another_round_open`, `keys_apart`, `phase_closed`"),
    (status = 503, description = "`key_store_away`")),
    params(("n" = i32, Path, description = "Number of the round")),
    security(("bearer" = [])))]
#[post("/events/{event}/pick-rounds/{n}/open")]
pub async fn open_round(house: House, host: Host, path: Path<(String, i32)>) -> RoundAnswer {
    let (_, number) = path.into_inner();
    let opened = |opened| (RoundShown::from(opened), StatusCode::OK);
    house.tell(opened, async move |app| open::open(&app, &host, number).await).await
}

/// Closes a round, tallies it and gives its bulletin; once more gives the same. Who: host.
#[utoipa::path(tag = "picks", responses(
    (status = 200, body = Bulletin),
    (status = 403),
    (status = 409, description = "`round_not_open`, `round_void`, `ballots_unreadable`"),
    (status = 503, description = "`key_unavailable`, `key_wrong`, with where the key is (`key`); the ballots stay sealed")),
    params(("n" = i32, Path, description = "Number of the round")),
    security(("bearer" = [])))]
#[post("/events/{event}/pick-rounds/{n}/close")]
pub async fn close_round(house: House, host: Host, path: Path<(String, i32)>) -> Result<Json<Bulletin>, Error> {
    let (_, number) = path.into_inner();
    let tallied = house.run(async move |app| close::close(&app, &host, number).await).await?;
    Ok(Json(tallied.into()))
}

/// How sure the host is.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PickRoundVoid)]
pub struct VoidWish {
    /// That the host has read what will be destroyed, and means it.
    #[garde(skip)]
    #[serde(default)]
    confirm: bool,
}

/// Declares a round void whose ballots cannot be opened, and destroys them; once more gives the same.
/// Who: host.
///
/// Without `confirm` it is refused (`void_unconfirmed`) with how many ballots lie there sealed and
/// where their key was kept.
#[utoipa::path(tag = "picks", request_body = VoidWish, responses(
    (status = 200, body = RoundShown),
    (status = 403),
    (status = 409, description = "`void_unconfirmed`, `round_can_be_counted`, `key_is_safe`, `round_not_open`, `round_closed`"),
    (status = 503, description = "`key_store_away`")),
    params(("n" = i32, Path, description = "Number of the round")),
    security(("bearer" = [])))]
#[post("/events/{event}/pick-rounds/{n}/void")]
pub async fn void_round(
    house: House,
    host: Host,
    path: Path<(String, i32)>,
    wish: Body<VoidWish>,
) -> Result<Json<RoundShown>, Error> {
    let (_, number) = path.into_inner();
    let VoidWish { confirm } = wish.into_inner();
    let void = house.run(async move |app| void::void(&app, &host, number, confirm).await).await?;
    Ok(Json(void.into()))
}
