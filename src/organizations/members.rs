//! Those who work for a union, as they are shown to each other.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::staff::{self, Role};
use crate::accounts::account;
use crate::accounts::address::{MailAddress, shown};
use crate::accounts::second_factor::factor;
use crate::error::Error;

/// Somebody who works for a union.
#[derive(Debug, Serialize, ToSchema)]
pub struct StaffMember {
    /// The grant, by which the role is taken back.
    pub id: Uuid,
    pub email: String,
    pub role: Role,
    pub granted_at: DateTime<Utc>,
    /// Whether they sign in with a second factor.
    pub second_factor: bool,
}

/// People with their grants; whoever has left for good is not among them.
///
/// # Errors
/// Only faults.
pub async fn named(db: &impl ConnectionTrait, grants: Vec<staff::Model>) -> Result<Vec<StaffMember>, Error> {
    let ids = grants.iter().map(|grant| grant.account_id);
    let accounts = account::Entity::alive().filter(account::Column::Id.is_in(ids)).all(db).await?;
    let secured = factor::among(db, grants.iter().map(|grant| grant.account_id).collect()).await?;
    let email = |id| accounts.iter().find(|account| account.id == id).map(|account| shown(&account.email));
    let member = |grant: staff::Model| {
        Some(StaffMember {
            id: grant.id,
            email: email(grant.account_id)?,
            role: grant.role,
            granted_at: grant.granted_at,
            second_factor: secured.contains(&grant.account_id),
        })
    };
    Ok(grants.into_iter().filter_map(member).collect())
}

/// Whether an address is that of one of these accounts. They are all read, whichever address it is:
/// what is asked of the database does not depend on whether it has an account.
///
/// # Errors
/// Only faults.
pub async fn include(
    db: &impl ConnectionTrait,
    members: impl Iterator<Item = Uuid>,
    address: &MailAddress,
) -> Result<bool, Error> {
    let accounts = account::Entity::alive().filter(account::Column::Id.is_in(members)).all(db).await?;
    Ok(accounts.iter().any(|account| account.email == address.as_str()))
}

/// Everybody who works for a union, in the order in which they came.
///
/// # Errors
/// Only faults.
pub async fn of_union(db: &impl ConnectionTrait, organization_id: Uuid) -> Result<Vec<StaffMember>, Error> {
    let grants = staff::Entity::find().filter(staff::Column::OrganizationId.eq(organization_id));
    named(db, grants.order_by_asc(staff::Column::Id).all(db).await?).await
}
