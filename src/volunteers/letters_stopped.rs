//! That one of two wants no letters from their volunteer.

use std::collections::HashSet;

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "case_letters_stopped")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub couple_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub registration_id: Uuid,
    pub at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Who of a couple stopped them.
pub async fn by(db: &impl ConnectionTrait, couple_id: Uuid) -> Result<HashSet<Uuid>, DbErr> {
    let stopped = Entity::find().filter(Column::CoupleId.eq(couple_id)).all(db).await?;
    Ok(stopped.into_iter().map(|row| row.registration_id).collect())
}

/// Notes that somebody wants none, or wants them again. Doing it twice is once.
pub async fn note(
    txn: &impl ConnectionTrait,
    couple_id: Uuid,
    registration_id: Uuid,
    stopped_at: Option<DateTimeUtc>,
) -> Result<(), DbErr> {
    let Some(at) = stopped_at else {
        return Entity::delete_by_id((couple_id, registration_id)).exec(txn).await.map(drop);
    };
    let row = ActiveModel { couple_id: Set(couple_id), registration_id: Set(registration_id), at: Set(at) };
    let once = OnConflict::columns([Column::CoupleId, Column::RegistrationId]).do_nothing().to_owned();
    Entity::insert(row).on_conflict(once).exec_without_returning(txn).await.map(drop)
}
