//! Who introduces people: the volunteers of a union's events, and its organizers.

use std::collections::HashSet;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::error::{Error, Fault, Refused};
use crate::events::crew::{self, Role};
use crate::organizations::{organization, staff};

/// The unions somebody introduces people for, in the order in which they were founded.
pub async fn unions_of(db: &impl ConnectionTrait, account_id: Uuid) -> Result<Vec<organization::Model>, Fault> {
    let serves = crew::events_of(db, account_id, Role::Volunteer).await?;
    let mut ids: HashSet<Uuid> = serves.into_iter().map(|event| event.organization_id).collect();
    for union in organization::of_staff(db, account_id).await? {
        if staff::organizes(db, account_id, union.id).await? {
            ids.insert(union.id);
        }
    }
    let unions = organization::Entity::find().filter(organization::Column::Id.is_in(ids));
    Ok(unions.order_by_asc(organization::Column::Id).all(db).await?)
}

/// The union that is named, for whoever introduces people there.
///
/// # Errors
/// 404 where it is not theirs.
pub async fn admit(db: &impl ConnectionTrait, account_id: Uuid, named: &str) -> Result<organization::Model, Error> {
    let found = organization::named(db, named).await?.ok_or_else(Refused::not_found)?;
    let unions = unions_of(db, account_id).await?;
    if unions.iter().any(|union| union.id == found.id) { Ok(found) } else { Err(Refused::not_found().into()) }
}
