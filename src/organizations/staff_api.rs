//! The calls about who works for a union.

use actix_web::http::StatusCode;
use actix_web::web::{Json, Path};
use actix_web::{HttpResponse, delete, get, post};
use uuid::Uuid;

use super::access::OrganizationStaff;
use super::grant::{Appointment, grant};
use super::members::{self, StaffMember};
use super::revoke::revoke;
use crate::app::House;
use crate::body::Body;
use crate::error::{Error, Refused};
use crate::paging::Page;

/// Gives somebody a role. Who: organizer of the union, administrator.
#[utoipa::path(tag = "organizations", params(("organization" = String, Path, description = "Slug or id")),
    request_body = Appointment, responses(
    (status = 200, description = "The person had the role already", body = StaffMember),
    (status = 201, body = StaffMember),
    (status = 422, description = "`invalid`: `unknown_account`"),
), security(("bearer" = [])))]
#[post("/organizations/{organization}/staff")]
pub async fn grant_role(
    house: House,
    by: OrganizationStaff,
    wish: Body<Appointment>,
) -> Result<(Json<StaffMember>, StatusCode), Error> {
    let (member, new) = house
        .run(async move |app| {
            let (grant, new) = grant(&app, &by, wish.into_inner()).await?;
            Ok((members::named(app.database.reader(), vec![grant]).await?.pop(), new))
        })
        .await?;
    let member = member.ok_or_else(Refused::not_found)?;
    Ok((Json(member), if new { StatusCode::CREATED } else { StatusCode::OK }))
}

/// Who works for the union. Who: organizer of it, administrator.
#[utoipa::path(tag = "organizations", params(("organization" = String, Path, description = "Slug or id")), responses(
    (status = 200, body = Page<StaffMember>),
), security(("bearer" = [])))]
#[get("/organizations/{organization}/staff")]
pub async fn list(house: House, by: OrganizationStaff) -> Result<Json<Page<StaffMember>>, Error> {
    let items = house.run(async move |app| members::of_union(app.database.reader(), by.organization.id).await);
    Ok(Json(Page::whole(items.await?)))
}

/// Takes a role back. Who: organizer of the union, administrator.
#[utoipa::path(tag = "organizations", params(
    ("organization" = String, Path, description = "Slug or id"), ("grant" = Uuid, Path)), responses(
    (status = 204, description = "Taken back"),
    (status = 409, description = "`last_organizer`"),
), security(("bearer" = [])))]
#[delete("/organizations/{organization}/staff/{grant}")]
pub async fn revoke_role(
    house: House,
    by: OrganizationStaff,
    path: Path<(String, Uuid)>,
) -> Result<HttpResponse, Error> {
    let (_, grant) = path.into_inner();
    house.run(async move |app| revoke(&app, &by, grant).await).await?;
    Ok(HttpResponse::NoContent().finish())
}
