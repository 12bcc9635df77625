//! 小组: who plays together. A person is in one group of an event, or in none yet. Groups are formed by the programme
//! (`programme/form_groups.rs`); the noun stands here because the desk, which comes before it, tells people theirs.

use std::collections::HashMap;

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "group_member")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub registration_id: Uuid,
    pub event_id: Uuid,
    /// Counts from 1.
    pub group_number: i32,
    pub joined_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The group of everybody who is in one.
pub async fn of_event(db: &impl ConnectionTrait, event_id: Uuid) -> Result<HashMap<Uuid, i32>, DbErr> {
    let members = Entity::find().filter(Column::EventId.eq(event_id)).all(db).await?;
    Ok(members.into_iter().map(|member| (member.registration_id, member.group_number)).collect())
}

/// Since when who is of which group.
pub async fn since(db: &impl ConnectionTrait, event_id: Uuid) -> Result<HashMap<(Uuid, i32), DateTimeUtc>, DbErr> {
    let members = Entity::find().filter(Column::EventId.eq(event_id)).all(db).await?;
    Ok(members.into_iter().map(|member| ((member.registration_id, member.group_number), member.joined_at)).collect())
}
