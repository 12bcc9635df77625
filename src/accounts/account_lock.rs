//! That nobody gets into an account, whatever they know: no password, no code, no letter lets in while this row stands.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Copy, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account_lock")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    pub reason: Reason,
    pub since: DateTimeUtc,
}

/// Why an account is locked. No words of anybody's: what is said of a person stays out of the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[schema(as = LockReason)]
pub enum Reason {
    /// Somebody else may be inside.
    Compromised,
    /// Its owner did what others must be kept from.
    Misconduct,
    /// Its owner asked for it.
    Requested,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Whether an account is locked.
pub async fn stands(db: &impl ConnectionTrait, account: Uuid) -> Result<bool, DbErr> {
    Ok(Entity::find_by_id(account).one(db).await?.is_some())
}
