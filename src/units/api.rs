//! The calls about units.

use actix_web::http::StatusCode;
use actix_web::web::Json;
use actix_web::{HttpRequest, get, patch, post};
use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::access::UnitKeeper;
use super::add::{NewUnit, add};
use super::amend::{UnitChanges, amend};
use super::unit;
use super::unit_view::Unit;
use crate::accounts::SignedIn;
use crate::app::House;
use crate::body::{Body, Query};
use crate::error::{Error, FieldError, Refused};
use crate::organizations::organization;

/// A unit, as anybody who signs up may see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnitName {
    pub id: Uuid,
    pub name: String,
}

/// What a search found.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnitNames {
    /// At most 20, those beginning with what was typed first.
    pub items: Vec<UnitName>,
    /// Always null: type more rather than paging.
    pub next: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Typed {
    /// Part of a name; case, width and spaces do not matter.
    #[serde(default)]
    pub q: String,
    /// Slug or id of the union. Its own staff may leave it out.
    pub organization: Option<String>,
}

/// Finds units while somebody types. Who: anyone.
#[utoipa::path(tag = "units", params(Typed), responses(
    (status = 200, body = UnitNames),
    (status = 401, description = "`not_signed_in` where no organization is named"),
    (status = 404, description = "No such organization"),
    (status = 422, description = "`invalid`: `organization_needed`"),
), security((), ("bearer" = [])))]
#[get("/units")]
pub async fn search(house: House, request: HttpRequest, typed: Query<Typed>) -> Result<Json<UnitNames>, Error> {
    let Typed { q, organization: named } = typed.into_inner();
    // Who asks comes first: somebody who names no union is to be of one.
    let account = if named.is_none() { Some(SignedIn::of(&request).await?) } else { None };
    if q.chars().count() > 80 {
        return Err(Refused::invalid(vec![FieldError::new("q", "too_long", "at most 80 characters")]).into());
    }
    let found = house
        .run(async move |app| {
            let db = app.database.reader();
            let unions = match (named, account) {
                (Some(named), _) => vec![organization::named(db, &named).await?.ok_or_else(Refused::not_found)?],
                (None, Some(account)) if account.administrator => organization::Entity::find().all(db).await?,
                (None, Some(account)) => organization::of_staff(db, account.account_id).await?,
                (None, None) => Vec::new(),
            };
            if unions.is_empty() {
                let needed = FieldError::new("organization", "organization_needed", "say of which organization");
                return Err(Refused::invalid(vec![needed]).into());
            }
            let unions: Vec<Uuid> = unions.iter().map(|union| union.id).collect();
            Ok(unit::search(db, &unions, &q).await?)
        })
        .await?;
    let items = found.into_iter().map(|unit| UnitName { id: unit.id, name: unit.name }).collect();
    Ok(Json(UnitNames { items, next: None }))
}

/// Takes in a unit. Who: organizer of the union, administrator.
#[utoipa::path(tag = "units", request_body = NewUnit, responses(
    (status = 201, body = Unit),
    (status = 403, description = "`wrong_role`"),
    (status = 404, description = "No such organization, or not yours"),
    (status = 409, description = "`unit_exists`"),
    (status = 422, description = "`invalid`: `organization_needed`, `public_mail_domain`, …"),
), security(("bearer" = [])))]
#[post("/units")]
pub async fn add_unit(house: House, by: SignedIn, wish: Body<NewUnit>) -> Result<(Json<Unit>, StatusCode), Error> {
    let unit = house.run(async move |app| add(&app, &by, wish.into_inner()).await).await?;
    Ok((Json(unit.into()), StatusCode::CREATED))
}

/// One unit. Who: organizer of its union, administrator.
#[utoipa::path(tag = "units", params(("unit" = Uuid, Path)), responses(
    (status = 200, body = Unit),
    (status = 403, description = "`wrong_role`"),
), security(("bearer" = [])))]
#[get("/units/{unit}")]
pub async fn show(by: UnitKeeper) -> Json<Unit> {
    Json(by.unit.into())
}

/// Changes the name or the mail domain of a unit. Who: organizer of its union, administrator.
#[utoipa::path(tag = "units", params(("unit" = Uuid, Path)), request_body = UnitChanges, responses(
    (status = 200, body = Unit),
    (status = 403, description = "`wrong_role`"),
    (status = 409, description = "`unit_exists`"),
    (status = 422, description = "`invalid`"),
), security(("bearer" = [])))]
#[patch("/units/{unit}")]
pub async fn amend_unit(house: House, by: UnitKeeper, changes: Body<UnitChanges>) -> Result<Json<Unit>, Error> {
    let unit = house.run(async move |app| amend(&app, &by, changes.into_inner()).await).await?;
    Ok(Json(unit.into()))
}
