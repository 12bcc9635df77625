//! 单位工会干事: who speaks for a unit.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, PaginatorTrait};

use crate::error::Error;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "unit_contact")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub unit_id: Uuid,
    pub account_id: Uuid,
    pub granted_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Whether a person speaks for a unit.
///
/// # Errors
/// Only faults.
pub async fn speaks_for(db: &impl ConnectionTrait, account: Uuid, unit: Uuid) -> Result<bool, Error> {
    let grants = Entity::find().filter(Column::AccountId.eq(account)).filter(Column::UnitId.eq(unit));
    Ok(grants.count(db).await? > 0)
}
