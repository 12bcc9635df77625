//! The calls about which union belongs to which.

use actix_web::web::{Json, Path};
use actix_web::{get, put};
use serde::Serialize;
use utoipa::ToSchema;

use super::access::{Administrator, OrganizationStaff};
use super::organization;
use super::place_below::{Placed, Placement, place_below};
use super::tree::Tree;
use crate::app::House;
use crate::body::Body;
use crate::error::Error;

/// A union, and those it belongs with.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnionTree {
    /// The union right above it.
    pub parent: Option<UnionOfTree>,
    /// Itself and all that stand below it; whoever stands above another comes before it.
    pub unions: Vec<UnionOfTree>,
}

/// A union by its name.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnionOfTree {
    pub slug: String,
    pub name: String,
    pub name_en: Option<String>,
    /// How far below the union that was asked for; null above it.
    pub level: Option<usize>,
}

impl UnionOfTree {
    fn of(union: &organization::Model, level: Option<usize>) -> Self {
        Self { slug: union.slug.clone(), name: union.name.clone(), name_en: union.name_en.clone(), level }
    }
}

/// Places a union below another, with all that stand below it. Who: administrator.
#[utoipa::path(tag = "organizations", params(("organization" = String, Path, description = "Slug or id")),
    request_body = Placement, responses(
    (status = 200, body = Placed),
    (status = 403, description = "`wrong_role`"),
    (status = 409, description = "`union_circle`, `too_many_levels`"),
    (status = 422, description = "`invalid`"),
), security(("bearer" = [])))]
#[put("/organizations/{organization}/parent")]
pub async fn place_union(
    house: House,
    by: Administrator,
    union: Path<String>,
    wish: Body<Placement>,
) -> Result<Json<Placed>, Error> {
    house.run(async move |app| place_below(&app, &by, &union, wish.into_inner()).await).await.map(Json)
}

/// Which unions stand above and below one. Who: organizer of it, administrator.
#[utoipa::path(tag = "organizations", params(("organization" = String, Path, description = "Slug or id")), responses(
    (status = 200, body = UnionTree),
), security(("bearer" = [])))]
#[get("/organizations/{organization}/tree")]
pub async fn show_tree(house: House, by: OrganizationStaff) -> Result<Json<UnionTree>, Error> {
    let tree = house.ask(async move |app| Tree::read(app.database.reader()).await).await?;
    let unions = tree.below(&by.organization);
    Ok(Json(UnionTree {
        parent: tree.parent(by.organization.id).map(|parent| UnionOfTree::of(parent, None)),
        unions: unions.into_iter().map(|(level, union)| UnionOfTree::of(union, Some(level))).collect(),
    }))
}
