//! The calls about series.

use actix_web::http::StatusCode;
use actix_web::web::Json;
use actix_web::{get, post};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::Deserialize;
use utoipa::IntoParams;

use super::begin_series::{NewSeries, begin_series};
use super::name::Name;
use super::series;
use crate::accounts::SignedIn;
use crate::app::House;
use crate::body::{Body, Query};
use crate::error::Error;
use crate::organizations::organization;
use crate::paging::Page;

/// Begins a series. Who: organizer of the union.
#[utoipa::path(tag = "events", request_body = NewSeries, responses(
    (status = 201, body = Name),
    (status = 403, description = "`wrong_role`"),
    (status = 409, description = "`slug_taken`"),
    (status = 422, description = "`invalid`"),
), security(("bearer" = [])))]
#[post("/series")]
pub async fn new_series(
    house: House,
    account: SignedIn,
    wish: Body<NewSeries>,
) -> Result<(Json<Name>, StatusCode), Error> {
    let begun = house.run(async move |app| begin_series(&app, &account, wish.into_inner()).await).await?;
    Ok((Json(begun.into()), StatusCode::CREATED))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OfUnion {
    /// Slug of a union.
    pub organization: String,
}

/// The series of a union. Who: anyone.
#[utoipa::path(tag = "events", params(OfUnion), responses(
    (status = 200, body = Page<Name>),
    (status = 422),
))]
#[get("/series")]
pub async fn series_of_union(house: House, of: Query<OfUnion>) -> Result<Json<Page<Name>>, Error> {
    let found = house.run(async move |app| {
        let db = app.database.reader();
        let Some(union) = organization::by_slug(db, &of.organization).await? else {
            return Ok(Vec::new());
        };
        let series = series::Entity::find().filter(series::Column::OrganizationId.eq(union.id));
        Ok(series.order_by_asc(series::Column::Id).all(db).await?)
    });
    Ok(Json(Page::whole(found.await?.into_iter().map(Name::from).collect())))
}
