//! The calls about unions.

use actix_web::http::StatusCode;
use actix_web::web::Json;
use actix_web::{get, post, put};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::access::{Administrator, OrganizationStaff};
use super::create_union::{NewOrganization, create_union};
use super::demand::{Demand, demand};
use super::organization;
use crate::accounts::SignedIn;
use crate::app::House;
use crate::body::{Body, Query};
use crate::error::Error;
use crate::paging::{Page, Paging};

/// A union.
#[derive(Debug, Serialize, ToSchema)]
pub struct Organization {
    pub id: Uuid,
    pub slug: String,
    pub name: String,
    pub name_en: Option<String>,
    /// Whether whoever works for it must have a second factor.
    pub demands_second_factor: bool,
}

impl From<organization::Model> for Organization {
    fn from(union: organization::Model) -> Self {
        Self {
            id: union.id,
            slug: union.slug,
            name: union.name,
            name_en: union.name_en,
            demands_second_factor: union.demands_second_factor,
        }
    }
}

/// Takes in a union. Who: administrator.
#[utoipa::path(tag = "organizations", request_body = NewOrganization, responses(
    (status = 201, body = Organization),
    (status = 403, description = "`wrong_role`"),
    (status = 409, description = "`slug_taken`"),
    (status = 422, description = "`invalid`"),
), security(("bearer" = [])))]
#[post("/organizations")]
pub async fn found_organization(
    house: House,
    by: Administrator,
    wish: Body<NewOrganization>,
) -> Result<(Json<Organization>, StatusCode), Error> {
    let union = house.run(async move |app| create_union(&app, &by, wish.into_inner()).await).await?;
    Ok((Json(union.into()), StatusCode::CREATED))
}

/// The unions one works for; all of them for an administrator. Who: account.
#[utoipa::path(tag = "organizations", params(Paging), responses(
    (status = 200, body = Page<Organization>),
    (status = 422, description = "`invalid`"),
), security(("bearer" = [])))]
#[get("/organizations")]
pub async fn list(house: House, account: SignedIn, paging: Query<Paging>) -> Result<Json<Page<Organization>>, Error> {
    let (limit, after) = (paging.limit()?, paging.after()?);
    let rows = house
        .ask(async move |app| {
            let mut wanted = organization::Entity::find().order_by_asc(organization::Column::Id).limit(limit + 1);
            if !account.administrator {
                wanted = wanted.filter(organization::worked_for_by(account.account_id));
            }
            if let Some(after) = after {
                wanted = wanted.filter(organization::Column::Id.gt(after));
            }
            wanted.all(app.database.reader()).await
        })
        .await?;
    Ok(Json(Page::of(rows, limit, |row| row.id, Organization::from)))
}

/// Demands a second factor of whoever works for the union, or no longer. Who: organizer of it,
/// administrator, with a second factor of their own.
#[utoipa::path(tag = "organizations", params(("organization" = String, Path, description = "Slug or id")),
    request_body = Demand, responses(
    (status = 200, body = Organization),
    (status = 409, description = "`second_factor_off`"),
    (status = 422, description = "`invalid`"),
), security(("bearer" = [])))]
#[put("/organizations/{organization}/second-factor")]
pub async fn demand_factor(
    house: House,
    by: OrganizationStaff,
    wish: Body<Demand>,
) -> Result<Json<Organization>, Error> {
    let demanded = wish.into_inner().demanded;
    Ok(Json(house.run(async move |app| demand(&app, &by, demanded).await).await?.into()))
}

/// One union. Who: organizer of it, administrator.
#[utoipa::path(tag = "organizations", params(("organization" = String, Path, description = "Slug or id")), responses(
    (status = 200, body = Organization),
), security(("bearer" = [])))]
#[get("/organizations/{organization}")]
pub async fn show(by: OrganizationStaff) -> Json<Organization> {
    Json(by.organization.into())
}
