//! Which volunteer looks after which couple, and is credited with it.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "caseload")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub couple_id: Uuid,
    pub volunteer_id: Uuid,
    pub taken_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Takes a couple nobody looks after yet; who looks after it afterwards.
pub async fn take(
    txn: &impl ConnectionTrait,
    couple_id: Uuid,
    volunteer_id: Uuid,
    now: DateTimeUtc,
) -> Result<Uuid, DbErr> {
    let row = ActiveModel { couple_id: Set(couple_id), volunteer_id: Set(volunteer_id), taken_at: Set(now) };
    let first = OnConflict::column(Column::CoupleId).do_nothing().to_owned();
    Entity::insert(row).on_conflict(first).exec_without_returning(txn).await?;
    let taken = Entity::find_by_id(couple_id).one(txn).await?;
    Ok(taken.map_or(volunteer_id, |taken| taken.volunteer_id))
}

/// Puts a couple into a volunteer's care in place of whoever had it; None: into nobody's.
pub async fn give(
    txn: &impl ConnectionTrait,
    couple_id: Uuid,
    to: Option<Uuid>,
    now: DateTimeUtc,
) -> Result<(), DbErr> {
    Entity::delete_by_id(couple_id).exec(txn).await?;
    if let Some(volunteer_id) = to {
        let row = ActiveModel { couple_id: Set(couple_id), volunteer_id: Set(volunteer_id), taken_at: Set(now) };
        Entity::insert(row).exec_without_returning(txn).await?;
    }
    Ok(())
}

/// Who looks after some couples.
pub async fn of_couples(db: &impl ConnectionTrait, couple_ids: &[Uuid]) -> Result<Vec<Model>, DbErr> {
    let mut cases = Vec::new();
    for ids in couple_ids.chunks(1000) {
        cases.extend(Entity::find().filter(Column::CoupleId.is_in(ids.iter().copied())).all(db).await?);
    }
    Ok(cases)
}
