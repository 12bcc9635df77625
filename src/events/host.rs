//! Who hosts an event, in the order and with the words of the poster.

use garde::Validate;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::body::one_line;
use crate::folding;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event_host")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    pub role: Role,
    pub name: String,
    pub position: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[schema(as = HostRole)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 主办
    Organizer,
    /// 承办
    CoOrganizer,
    /// 协办
    Assistant,
    /// 支持
    Supporter,
}

/// One line of the poster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[schema(as = HostLine)]
#[serde(deny_unknown_fields)]
pub struct Line {
    #[garde(skip)]
    pub role: Role,
    #[garde(custom(one_line(1, 60)))]
    pub name: String,
}

/// The hosts of an event as the poster lists them.
pub async fn of_event(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Vec<Line>, DbErr> {
    let hosts = Entity::find().filter(Column::EventId.eq(event_id)).order_by_asc(Column::Position).all(db).await?;
    Ok(hosts.into_iter().map(|host| Line { role: host.role, name: host.name }).collect())
}

/// Puts these hosts in place of whoever was listed.
pub async fn replace(txn: &impl ConnectionTrait, app: &App, event_id: Uuid, hosts: &[Line]) -> Result<(), DbErr> {
    Entity::delete_many().filter(Column::EventId.eq(event_id)).exec(txn).await?;
    let rows = hosts.iter().zip(0..).map(|(host, position)| ActiveModel {
        id: Set(app.new_id()),
        event_id: Set(event_id),
        role: Set(host.role),
        name: Set(folding::line(&host.name)),
        position: Set(position),
    });
    Entity::insert_many(rows).exec_without_returning(txn).await?;
    Ok(())
}
