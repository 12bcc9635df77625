//! How a union gives goods for credit.

use garde::Validate;
use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::refusals::GOODS_CLOSED;
use crate::error::{Error, Fault};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "goods_rule")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    /// Whether credit becomes vouchers just now.
    pub open: bool,
    /// How many days a voucher is good for.
    pub valid_days: i32,
    /// Whether the price of a voucher that nobody redeemed comes back.
    pub credit_returns: bool,
    /// Events that closed before are not booked.
    pub since: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// How the union gives goods for credit. What its events earn is booked from when it says so first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GoodsRule {
    /// Whether credit becomes vouchers just now.
    #[garde(skip)]
    pub open: bool,
    /// How many days a voucher is good for.
    #[garde(range(min = 1, max = 365))]
    #[schema(minimum = 1, maximum = 365)]
    pub valid_days: i32,
    /// Whether the price of a voucher that nobody redeemed comes back.
    #[garde(skip)]
    pub credit_returns: bool,
}

impl From<&Model> for GoodsRule {
    fn from(rule: &Model) -> Self {
        Self { open: rule.open, valid_days: rule.valid_days, credit_returns: rule.credit_returns }
    }
}

/// Whether a union gives goods just now.
pub async fn is_open(db: &impl ConnectionTrait, organization_id: Uuid) -> Result<bool, Fault> {
    Ok(Entity::find_by_id(organization_id).one(db).await?.is_some_and(|rule| rule.open))
}

/// The rule of a union that gives goods just now.
///
/// # Errors
/// 409 `goods_closed`.
pub async fn open(db: &impl ConnectionTrait, organization_id: Uuid) -> Result<Model, Error> {
    let rule = Entity::find_by_id(organization_id).one(db).await?.filter(|rule| rule.open);
    Ok(rule.ok_or(GOODS_CLOSED)?)
}
