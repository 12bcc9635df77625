//! 回访: what a volunteer heard from a couple.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::milestone::Milestone;
use crate::app::App;
use crate::error::Fault;
use crate::sealed::{self, Sealed};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "follow_up")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub couple_id: Uuid,
    /// Who noted it.
    pub account_id: Uuid,
    /// Which due task it answered; None for a note in between.
    pub milestone: Option<Milestone>,
    pub state: State,
    /// Sealed.
    #[sea_orm(column_name = "note_sealed")]
    pub note: Sealed,
    /// When they spoke.
    pub at: DateTimeUtc,
    pub recorded_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// How it goes.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
    ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[schema(as = FollowUpState)]
pub enum State {
    /// 还在了解
    GettingToKnow,
    /// 交往中
    Dating,
    /// 订婚
    Engaged,
    /// 结婚
    Married,
    /// 分开了
    Parted,
    /// 联系不上
    Unreachable,
}

impl State {
    pub const ALL: [Self; 6] =
        [Self::GettingToKnow, Self::Dating, Self::Engaged, Self::Married, Self::Parted, Self::Unreachable];
}

impl Model {
    /// What was heard.
    ///
    /// # Errors
    /// A fault where it was sealed by another house.
    pub fn note(&self, app: &App) -> Result<String, Fault> {
        sealed::FOLLOW_UP_NOTE.open(&app.secrets, &[self.id], &self.note)
    }
}

/// Everything noted about some couples, oldest first.
pub async fn of_couples(db: &impl ConnectionTrait, couple_ids: &[Uuid]) -> Result<Vec<Model>, DbErr> {
    let mut noted = Vec::new();
    for ids in couple_ids.chunks(1000) {
        let some = Entity::find().filter(Column::CoupleId.is_in(ids.iter().copied()));
        noted.extend(some.order_by_asc(Column::At).order_by_asc(Column::Id).all(db).await?);
    }
    Ok(noted)
}
