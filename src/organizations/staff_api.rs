//! The calls about who works for a union.

use actix_web::http::StatusCode;
use actix_web::web::{Json, Path};
use actix_web::{HttpResponse, delete, get, post};
use uuid::Uuid;

use super::access::OrganizationStaff;
use super::grant::{Appointment, invite};
use super::members::{self, StaffMember};
use super::revoke::revoke;
use crate::app::House;
use crate::body::{Body, Query};
use crate::error::Error;
use crate::invitations::invitation::{self, Kind};
use crate::invitations::listed::{self, Listed, Which};
use crate::paging::Page;

/// Invites somebody to a role, by mail address. The answer is the same whether or not the address has
/// an account; they have the role once they accept. Who: organizer of the union, administrator.
#[utoipa::path(tag = "organizations", params(("organization" = String, Path, description = "Slug or id")),
    request_body = Appointment, responses(
    (status = 200, description = "They are invited already", body = Listed),
    (status = 201, body = Listed),
    (status = 409, description = "`role_held`"),
    (status = 422, description = "`invalid`"),
    (status = 429, description = "`too_many_requests`"),
), security(("bearer" = [])))]
#[post("/organizations/{organization}/staff")]
pub async fn invite_to_role(
    house: House,
    by: OrganizationStaff,
    wish: Body<Appointment>,
) -> Result<(Json<Listed>, StatusCode), Error> {
    let invited = house.run(async move |app| {
        let (invitation, new) = invite(&app, &by, wish.into_inner()).await?;
        Ok((Json(Listed::of(&app, invitation)?), if new { StatusCode::CREATED } else { StatusCode::OK }))
    });
    invited.await
}

/// Invitations to roles at the union and to speak for its units. Who: organizer of it, administrator.
#[utoipa::path(tag = "organizations", params(("organization" = String, Path, description = "Slug or id"), Which),
    responses((status = 200, body = Page<Listed>), (status = 422, description = "`invalid`")),
    security(("bearer" = [])))]
#[get("/organizations/{organization}/invitations")]
pub async fn list_invitations(
    house: House,
    by: OrganizationStaff,
    which: Query<Which>,
) -> Result<Json<Page<Listed>>, Error> {
    let listed = house.run(async move |app| {
        let kinds = [Kind::Organizer, Kind::UnitContact];
        let rows = invitation::of_union(&kinds, by.organization.id);
        listed::page(app.database.reader(), &app, rows, which.into_inner()).await
    });
    listed.await.map(Json)
}

/// Who works for the union. Who: organizer of it, administrator.
#[utoipa::path(tag = "organizations", params(("organization" = String, Path, description = "Slug or id")), responses(
    (status = 200, body = Page<StaffMember>),
), security(("bearer" = [])))]
#[get("/organizations/{organization}/staff")]
pub async fn list(house: House, by: OrganizationStaff) -> Result<Json<Page<StaffMember>>, Error> {
    let items = house.ask(async move |app| members::of_union(app.database.reader(), &app, by.organization.id).await);
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
