//! An administrator says below which union another stands.

use garde::Validate;
use sea_orm::sea_query::LockType;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::access::Administrator;
use super::refusals::{TOO_MANY_LEVELS, UNION_CIRCLE};
use super::tree::{MOST_LEVELS, Tree};
use super::{organization, parent};
use crate::app::App;
use crate::audit::Deed;
use crate::error::{Error, FieldError, Refused};

/// Where a union stands.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Placement {
    /// Slug or id of the union right above it; null: none.
    #[garde(length(chars, max = 60))]
    pub parent: Option<String>,
}

/// Where it stands now.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PlacedUnion)]
pub struct Placed {
    /// Its slug.
    pub organization: String,
    /// The slug of the union right above it.
    pub parent: Option<String>,
}

fn unknown_parent() -> Error {
    Refused::invalid(vec![FieldError::new("parent", "unknown_organization", "there is no such union")]).into()
}

/// Places a union, with all that stand below it, below another, or beside them all.
///
/// # Errors
/// 404 where there is no such union; 409 `union_circle`, `too_many_levels`; 422 `invalid` where there is no such parent.
pub async fn place_below(app: &App, by: &Administrator, union: &str, wish: Placement) -> Result<Placed, Error> {
    let txn = app.database.begin_write().await?;
    // All of them are held, in one order: of two placements at a time each could close a circle that neither sees.
    let held = organization::Entity::find().order_by_asc(organization::Column::Id).lock(LockType::NoKeyUpdate);
    let tree = Tree::of(&txn, held.all(&txn).await?).await?;
    let union = tree.named(union).ok_or_else(Refused::not_found)?;
    let parent = match wish.parent.as_deref() {
        Some(name) => Some(tree.named(name).ok_or_else(unknown_parent)?),
        None => None,
    };
    let placed = Placed { organization: union.slug.clone(), parent: parent.map(|parent| parent.slug.clone()) };
    if tree.parent(union.id).map(|parent| parent.id) == parent.map(|parent| parent.id) {
        return Ok(placed);
    }
    if let Some(parent) = parent {
        let below = tree.below(union);
        if below.iter().any(|(_, union)| union.id == parent.id) {
            return Err(UNION_CIRCLE.on("parent").into());
        }
        let deepest = below.iter().map(|(level, _)| level).max().unwrap_or(&0);
        if tree.level(parent.id) + 1 + deepest >= MOST_LEVELS {
            return Err(TOO_MANY_LEVELS.on("parent").into());
        }
    }
    parent::Entity::delete_by_id(union.id).exec(&txn).await?;
    if let Some(parent) = parent {
        let row = parent::Model { organization_id: union.id, parent_id: parent.id, since: app.now() };
        row.into_active_model().reset_all().insert(&txn).await?;
    }
    Deed::OrganizationPlaced
        .by(by.0.account_id)
        .of_union(union.id)
        .about("organization", union.id)
        .with(json!({"parent": placed.parent}))
        .record(&txn, app)
        .await?;
    txn.commit().await?;
    Ok(placed)
}
