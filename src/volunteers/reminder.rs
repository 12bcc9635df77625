//! That letters about a due task were written, so that they are written once.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter};

use super::milestone::Milestone;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "case_reminder")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub couple_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub milestone: Milestone,
    pub written_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Which tasks of some couples were written about.
pub async fn of_couples(db: &impl ConnectionTrait, couple_ids: &[Uuid]) -> Result<Vec<Model>, DbErr> {
    let mut written = Vec::new();
    for ids in couple_ids.chunks(1000) {
        written.extend(Entity::find().filter(Column::CoupleId.is_in(ids.iter().copied())).all(db).await?);
    }
    Ok(written)
}

/// Claims the writing about a task; false where it was written about before.
pub async fn claim(
    txn: &impl ConnectionTrait,
    couple_id: Uuid,
    milestone: Milestone,
    now: DateTimeUtc,
) -> Result<bool, DbErr> {
    let row = ActiveModel { couple_id: Set(couple_id), milestone: Set(milestone), written_at: Set(now) };
    let once = OnConflict::columns([Column::CoupleId, Column::Milestone]).do_nothing().to_owned();
    Ok(Entity::insert(row).on_conflict(once).exec_without_returning(txn).await? > 0)
}
