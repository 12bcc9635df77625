//! Those who work for a union, as they are shown to each other.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::staff::{self, Role};
use crate::accounts::account;
use crate::accounts::address::{MailAddress, address_to_unicode};
use crate::accounts::second_factor::factor;
use crate::app::App;
use crate::error::Fault;
use crate::sealed::ACCOUNT_EMAIL;

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
pub async fn named(db: &impl ConnectionTrait, app: &App, grants: Vec<staff::Model>) -> Result<Vec<StaffMember>, Fault> {
    let ids = grants.iter().map(|grant| grant.account_id);
    let accounts = account::Entity::alive().filter(account::Column::Id.is_in(ids)).all(db).await?;
    let secured = factor::among(db, grants.iter().map(|grant| grant.account_id).collect()).await?;
    let mut members = Vec::with_capacity(grants.len());
    for grant in grants {
        let Some(account) = accounts.iter().find(|account| account.id == grant.account_id) else { continue };
        members.push(StaffMember {
            id: grant.id,
            email: address_to_unicode(&account.address(&app.secrets)?),
            role: grant.role,
            granted_at: grant.granted_at,
            second_factor: secured.contains(&grant.account_id),
        });
    }
    Ok(members)
}

/// Whether an address is that of one of these accounts. They are all read, whichever address it is:
/// what is asked of the database does not depend on whether it has an account.
pub async fn include(
    db: &impl ConnectionTrait,
    app: &App,
    members: impl Iterator<Item = Uuid>,
    address: &MailAddress,
) -> Result<bool, Fault> {
    let accounts = account::Entity::alive().filter(account::Column::Id.is_in(members)).all(db).await?;
    let digest = ACCOUNT_EMAIL.digest(&app.secrets, address.as_str());
    Ok(accounts.iter().any(|account| account.email_digest == digest))
}

/// Everybody who works for a union, in the order in which they came.
pub async fn of_union(db: &impl ConnectionTrait, app: &App, organization_id: Uuid) -> Result<Vec<StaffMember>, Fault> {
    let grants = staff::Entity::find().filter(staff::Column::OrganizationId.eq(organization_id));
    named(db, app, grants.order_by_asc(staff::Column::Id).all(db).await?).await
}
