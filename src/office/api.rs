//! The outbox, for administrators.

use actix_web::web::{Json, Path};
use actix_web::{HttpRequest, get, post};

use super::open_letter::open_letter;
use super::outbox::{self, Listed, Opened, OutboxQuery};
use super::post_again;
use crate::accounts::asker::Asker;
use crate::accounts::authenticate::Proof;
use crate::app::House;
use crate::body::{Body, Query};
use crate::error::{Error, Refused};
use crate::organizations::access::Administrator;
use crate::paging::Page;

/// The letters of the house, the latest first. Who: administrator.
#[utoipa::path(tag = "office", params(OutboxQuery), responses(
    (status = 200, body = Page<Listed>),
    (status = 403, description = "`wrong_role`"),
    (status = 422, description = "`invalid`"),
), security(("bearer" = [])))]
#[get("/admin/outbox")]
pub async fn list_letters(
    house: House,
    _: Administrator,
    wanted: Query<OutboxQuery>,
) -> Result<Json<Page<Listed>>, Error> {
    let wanted = wanted.into_inner();
    house.run(async move |app| outbox::list(&app, &wanted).await).await.map(Json)
}

/// One letter, without what it says. Who: administrator.
#[utoipa::path(tag = "office", params(("id" = uuid::Uuid, Path)), responses(
    (status = 200, body = Listed),
    (status = 403, description = "`wrong_role`"),
), security(("bearer" = [])))]
#[get("/admin/outbox/{id}")]
pub async fn look_at_letter(house: House, _: Administrator, id: Path<String>) -> Result<Json<Listed>, Error> {
    let id = id.parse().map_err(|_| Refused::not_found())?;
    house.run(async move |app| outbox::look(&app, id).await).await.map(Json)
}

/// Opens a letter where letters are kept rather than sent: audited, and told to its addressee.
///
/// Who: administrator.
#[utoipa::path(tag = "office", params(("id" = uuid::Uuid, Path)), request_body = Proof, responses(
    (status = 200, body = Opened),
    (status = 401, description = "`wrong_credentials`, `second_factor_needed`, `second_factor_wrong`"),
    (status = 403, description = "`wrong_role`"),
    (status = 409, description = "`letter_closed`"),
    (status = 422, description = "`invalid`"),
    (status = 429, description = "`too_many_requests`"),
), security(("bearer" = [])))]
#[post("/admin/outbox/{id}/open")]
pub async fn open_kept_letter(
    house: House,
    by: Administrator,
    request: HttpRequest,
    id: Path<String>,
    proof: Body<Proof>,
) -> Result<Json<Opened>, Error> {
    let id = id.parse().map_err(|_| Refused::not_found())?;
    let (asker, proof) = (Asker::of(&house, &request), proof.into_inner());
    let opened = house.run(async move |app| open_letter(&app, &asker, &by, id, &proof).await);
    opened.await.map(Json)
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
    let letter = house.run(async move |app| {
        let letter = post_again::post_again(&app, &by, id).await?;
        Ok(outbox::listed(&app, letter)?)
    });
    letter.await.map(Json)
}
