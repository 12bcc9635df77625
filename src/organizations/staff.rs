//! Who works for a union.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, PaginatorTrait, QueryFilter};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::Error;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "staff")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization_id: Uuid,
    pub account_id: Uuid,
    pub role: Role,
    pub granted_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[schema(as = StaffRole)]
pub enum Role {
    /// 主办方工作人员: sets up the union's events and runs them.
    Organizer,
}

/// Whether a person is an organizer of this union.
///
/// # Errors
/// Only faults.
pub async fn organizes(db: &impl ConnectionTrait, account_id: Uuid, organization_id: Uuid) -> Result<bool, Error> {
    let grants = Entity::find()
        .filter(Column::AccountId.eq(account_id))
        .filter(Column::OrganizationId.eq(organization_id))
        .filter(Column::Role.eq(Role::Organizer))
        .count(db)
        .await?;
    Ok(grants > 0)
}

/// A person's grant of a role at a union.
///
/// # Errors
/// Only faults.
pub async fn held(
    db: &impl ConnectionTrait,
    organization: Uuid,
    account: Uuid,
    role: Role,
) -> Result<Option<Model>, Error> {
    let grant = Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::AccountId.eq(account))
        .filter(Column::Role.eq(role));
    Ok(grant.one(db).await?)
}
