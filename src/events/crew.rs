//! Who works on one evening.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, PaginatorTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::Error;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "crew")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    pub account_id: Uuid,
    pub role: Role,
    pub granted_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[schema(as = CrewRole)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 签到员: admits people; may not browse them.
    Desk,
    /// 主持人: steps through the programme.
    Host,
    /// 鹊桥志愿者: looks after couples that asked for it.
    Volunteer,
}

/// Whether a person has one of these roles on this evening.
///
/// # Errors
/// Only faults.
pub async fn serves(
    db: &impl ConnectionTrait,
    account_id: Uuid,
    event_id: Uuid,
    roles: &[Role],
) -> Result<bool, Error> {
    let grants = Entity::find()
        .filter(Column::AccountId.eq(account_id))
        .filter(Column::EventId.eq(event_id))
        .filter(Column::Role.is_in(roles.iter().copied()))
        .count(db)
        .await?;
    Ok(grants > 0)
}
