//! The call by which a union settles what applicants wrote as their employer.

use actix_web::post;
use actix_web::web::Json;

use super::settle_unit::{TypedUnitSettlement, settle_unit};
use crate::app::House;
use crate::body::Body;
use crate::error::Error;
use crate::units::access::UnitKeeper;
use crate::units::unit_view::Unit;

/// Takes in an employer that applicants wrote down, or says which unit is meant; theirs are the applications from then
/// on. Who: organizer of the union, administrator.
#[utoipa::path(tag = "units", params(("unit" = Uuid, Path)), request_body = TypedUnitSettlement, responses(
    (status = 200, body = Unit),
    (status = 403, description = "`wrong_role`"),
    (status = 409, description = "`unit_settled`"),
    (status = 422, description = "`invalid`: `unknown_unit`"),
), security(("bearer" = [])))]
#[post("/units/{unit}/settlement")]
pub async fn settle_typed_unit(
    house: House,
    by: UnitKeeper,
    settlement: Body<TypedUnitSettlement>,
) -> Result<Json<Unit>, Error> {
    let settlement = settlement.into_inner();
    let settled = house.run(async move |app| settle_unit(&app, &by, settlement).await).await?;
    Ok(Json(settled.into()))
}
