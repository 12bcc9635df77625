//! The outbox, for administrators.

use actix_web::web::{Json, Path};
use actix_web::{get, post};

use super::drawer::{self, Listed, Opened, Wanted};
use super::post_again;
use crate::app::House;
use crate::body::Query;
use crate::error::{Error, Refused};
use crate::organizations::access::Administrator;
use crate::paging::Page;

/// The letters of the house, the latest first. Who: administrator.
#[utoipa::path(tag = "office", params(Wanted), responses(
    (status = 200, body = Page<Listed>),
    (status = 403, description = "`wrong_role`"),
    (status = 422, description = "`invalid`"),
), security(("bearer" = [])))]
#[get("/admin/outbox")]
pub async fn list_letters(house: House, _: Administrator, wanted: Query<Wanted>) -> Result<Json<Page<Listed>>, Error> {
    let wanted = wanted.into_inner();
    Ok(Json(house.run(async move |app| drawer::list(&app, &wanted).await).await?))
}

/// One letter; what it says only where letters are kept rather than sent. Who: administrator.
#[utoipa::path(tag = "office", params(("id" = uuid::Uuid, Path)), responses(
    (status = 200, body = Opened),
    (status = 403, description = "`wrong_role`"),
), security(("bearer" = [])))]
#[get("/admin/outbox/{id}")]
pub async fn read_letter(house: House, _: Administrator, id: Path<String>) -> Result<Json<Opened>, Error> {
    let id = id.parse().map_err(|_| Refused::not_found())?;
    Ok(Json(house.run(async move |app| drawer::open(&app, id).await).await?))
}

/// Has a letter tried again that was given up; audited. Who: administrator.
#[utoipa::path(tag = "office", params(("id" = uuid::Uuid, Path)), responses(
    (status = 200, body = Listed),
    (status = 403, description = "`wrong_role`"),
    (status = 409, description = "`letter_not_failed`"),
), security(("bearer" = [])))]
#[post("/admin/outbox/{id}/retry")]
pub async fn post_letter_again(house: House, by: Administrator, id: Path<String>) -> Result<Json<Listed>, Error> {
    let id = id.parse().map_err(|_| Refused::not_found())?;
    let letter = house.run(async move |app| post_again::post_again(&app, &by, id).await).await?;
    Ok(Json(letter.into()))
}
