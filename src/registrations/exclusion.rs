//! Two people who are kept apart because one of them said so: never seated together, and where one blocked the other,
//! out of each other's sight everywhere. The other one is never told.

use std::collections::HashSet;

use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ConnectionTrait, DbErr, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "date_exclusion")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    pub excluded_by: Uuid,
    pub about: Uuid,
    pub because: Because,
    pub at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// They know each other already.
    Acquainted,
    /// One wants nothing to do with the other.
    Blocked,
}

/// Every exclusion of an event.
pub async fn of_event(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::EventId.eq(event_id)).all(db).await
}

/// What one person said, oldest first.
pub async fn of_guest(db: &impl ConnectionTrait, registration_id: Uuid) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::ExcludedBy.eq(registration_id)).order_by_asc(Column::Id).all(db).await
}

/// Whom a person does not see and is not seen by, whichever of the two blocked the other.
pub async fn out_of_sight(db: &impl ConnectionTrait, registration_id: Uuid) -> Result<HashSet<Uuid>, DbErr> {
    let either = Condition::any().add(Column::ExcludedBy.eq(registration_id)).add(Column::About.eq(registration_id));
    let exclusions = Entity::find().filter(either).filter(Column::Because.eq(Because::Blocked)).all(db).await?;
    let other = |one: Model| if one.excluded_by == registration_id { one.about } else { one.excluded_by };
    Ok(exclusions.into_iter().map(other).collect())
}
