//! Who works for a union.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryFilter};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::organization;
use crate::accounts::refusals::SECOND_FACTOR_REQUIRED;
use crate::accounts::second_factor::factor;
use crate::error::{Error, Fault};

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

/// Whether a person is an organizer of this union, with the second factor it demands.
pub async fn organizes(db: &impl ConnectionTrait, account_id: Uuid, organization_id: Uuid) -> Result<bool, Fault> {
    Ok(standing(db, account_id, organization_id).await? == Standing::Organizer)
}

/// As [`organizes`], for what only organizers are let into: whoever lacks the second factor learns that.
///
/// # Errors
/// 403 `second_factor_required`.
pub async fn admits(db: &impl ConnectionTrait, account_id: Uuid, organization_id: Uuid) -> Result<bool, Error> {
    match standing(db, account_id, organization_id).await? {
        Standing::LacksFactor => Err(SECOND_FACTOR_REQUIRED.into()),
        standing => Ok(standing == Standing::Organizer),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Stranger,
    LacksFactor,
    Organizer,
}

async fn standing(db: &impl ConnectionTrait, account: Uuid, union: Uuid) -> Result<Standing, DbErr> {
    let works = organization::Entity::find_by_id(union).filter(organization::worked_for_by(account));
    let Some(union) = works.one(db).await? else { return Ok(Standing::Stranger) };
    let lacks = union.demands_second_factor && !factor::is_on(db, account).await?;
    Ok(if lacks { Standing::LacksFactor } else { Standing::Organizer })
}

/// A person's grant of a role at a union.
pub async fn find_grant(
    db: &impl ConnectionTrait,
    organization: Uuid,
    account: Uuid,
    role: Role,
) -> Result<Option<Model>, Fault> {
    let grant = Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::AccountId.eq(account))
        .filter(Column::Role.eq(role));
    Ok(grant.one(db).await?)
}
