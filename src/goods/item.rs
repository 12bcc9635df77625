//! Something a union gives for credit.

use chrono::{DateTime, Utc};
use garde::Validate;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryFilter, QuerySelect};
use serde::Deserialize;
use utoipa::ToSchema;

use super::refusals::{NOT_ON_OFFER, PRICE_CHANGED, SOLD_OUT};
use crate::body::{one_line, text};
use crate::error::{Error, FieldError, Refused};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "goods")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization_id: Uuid,
    pub name: String,
    pub about: String,
    pub price: i64,
    /// How many there are, the taken ones among them.
    pub stock: i32,
    /// Vouchers that are open or redeemed.
    pub taken: i32,
    pub most_each: i32,
    /// Where it is fetched.
    pub place: String,
    pub from_at: DateTimeUtc,
    pub until_at: DateTimeUtc,
    pub withdrawn_at: Option<DateTimeUtc>,
    pub made_by: Uuid,
    pub made_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Something to be given for credit.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGoods {
    #[garde(custom(one_line(1, 60)))]
    #[schema(min_length = 1, max_length = 60)]
    pub name: String,
    #[serde(default)]
    #[garde(custom(text(0, 500)))]
    #[schema(max_length = 500)]
    pub about: String,
    #[garde(range(min = 1, max = 1_000_000))]
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub price: i64,
    #[garde(range(min = 1, max = 100_000))]
    #[schema(minimum = 1, maximum = 100_000)]
    pub stock: i32,
    /// How many one person may have.
    #[garde(range(min = 1, max = 100))]
    #[schema(minimum = 1, maximum = 100)]
    pub most_each: i32,
    /// Where it is fetched.
    #[garde(custom(one_line(1, 100)))]
    #[schema(min_length = 1, max_length = 100)]
    pub place: String,
    #[garde(skip)]
    pub from_at: DateTime<Utc>,
    #[garde(skip)]
    pub until_at: DateTime<Utc>,
}

impl NewGoods {
    /// Whether it can be offered so.
    ///
    /// # Errors
    /// 422 on `until_at`; on `stock` where more were taken.
    pub fn judge(&self, taken: i32) -> Result<(), Error> {
        let fault = if self.until_at <= self.from_at {
            FieldError::new("until_at", "before_start", "must lie after from_at")
        } else if self.stock < taken {
            FieldError::new("stock", "less_than_taken", "more have been taken already")
        } else {
            return Ok(());
        };
        Err(Refused::invalid(vec![fault]).into())
    }
}

impl Model {
    #[must_use]
    pub fn left(&self) -> i32 {
        (self.stock - self.taken).max(0)
    }

    #[must_use]
    pub fn is_on_offer(&self, now: DateTime<Utc>) -> bool {
        self.withdrawn_at.is_none() && self.from_at <= now && now < self.until_at
    }

    /// Whether one can be taken now by somebody who saw this price.
    ///
    /// # Errors
    /// 409 `not_on_offer`, `sold_out`; `price_changed` with the `price` that it has.
    pub fn may_be_taken(&self, price: i64, now: DateTime<Utc>) -> Result<(), Error> {
        if !self.is_on_offer(now) {
            return Err(NOT_ON_OFFER.into());
        }
        if self.left() == 0 {
            return Err(SOLD_OUT.into());
        }
        if self.price == price { Ok(()) } else { Err(PRICE_CHANGED.with("price", self.price).into()) }
    }
}

/// Holds something of a union.
///
/// # Errors
/// 404 where it is not there.
pub async fn hold(txn: &impl ConnectionTrait, organization_id: Uuid, id: Uuid) -> Result<Model, Error> {
    let held = Entity::find_by_id(id).filter(Column::OrganizationId.eq(organization_id)).lock_exclusive();
    held.one(txn).await?.ok_or_else(|| Refused::not_found().into())
}
