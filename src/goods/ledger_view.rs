//! What a union sees of its goods: figures, and vouchers by whoever took them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::voucher::{self, State};
use super::{credit, item};
use crate::accounts::profile;
use crate::error::Error;
use crate::paging::{Page, Paging};

/// How a union's goods are doing.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub struct GoodsFigures {
    /// Credit that people have and have not spent.
    pub credit: i64,
    pub open: u64,
    pub redeemed: u64,
    pub refunded: u64,
    pub expired: u64,
}

/// A voucher as the union sees it: never its code.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GivenVoucher {
    pub id: Uuid,
    pub goods: String,
    pub nickname: String,
    pub price: i64,
    pub state: State,
    pub taken_at: DateTime<Utc>,
    pub valid_until: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    pub reason: Option<String>,
}

pub async fn figures(db: &impl ConnectionTrait, union: Uuid) -> Result<GoodsFigures, DbErr> {
    let balances = credit::Entity::find().filter(credit::Column::OrganizationId.eq(union));
    let balances = balances.select_only().column(credit::Column::Balance).into_tuple::<i64>().all(db).await?;
    let count = async |state: State| {
        let of_union = voucher::Entity::find().filter(voucher::Column::OrganizationId.eq(union));
        of_union.filter(voucher::Column::State.eq(state)).count(db).await
    };
    Ok(GoodsFigures {
        credit: balances.into_iter().sum(),
        open: count(State::Open).await?,
        redeemed: count(State::Redeemed).await?,
        refunded: count(State::Refunded).await?,
        expired: count(State::Expired).await?,
    })
}

/// Vouchers of a union, latest first.
///
/// # Errors
/// 422 where the cursor or the limit is none.
pub async fn vouchers(
    db: &impl ConnectionTrait,
    union: Uuid,
    paging: &Paging,
    now: DateTime<Utc>,
) -> Result<Page<GivenVoucher>, Error> {
    let (limit, after) = (paging.limit()?, paging.after()?);
    let mut all = voucher::Entity::find().filter(voucher::Column::OrganizationId.eq(union));
    if let Some(after) = after {
        all = all.filter(voucher::Column::Id.lt(after));
    }
    let all = all.order_by_desc(voucher::Column::Id).limit(limit + 1).all(db).await?;
    let items = item::Entity::find().filter(item::Column::OrganizationId.eq(union)).all(db).await?;
    let names: HashMap<Uuid, String> = items.into_iter().map(|item| (item.id, item.name)).collect();
    let nicknames = profile::nicknames(db, all.iter().map(|one| one.account_id)).await?;
    let view = |one: voucher::Model| GivenVoucher {
        state: one.state_at(now),
        goods: names.get(&one.goods_id).cloned().unwrap_or_default(),
        nickname: nicknames.get(&one.account_id).cloned().unwrap_or_default(),
        id: one.id,
        price: one.price,
        taken_at: one.taken_at,
        valid_until: one.valid_until,
        ended_at: one.ended_at,
        reason: one.reason,
    };
    Ok(Page::of(all, limit, |one| one.id, view))
}

/// Everything a union offers or offered, latest first.
pub async fn items(db: &impl ConnectionTrait, union: Uuid) -> Result<Vec<item::Model>, DbErr> {
    let all = item::Entity::find().filter(item::Column::OrganizationId.eq(union));
    all.order_by_desc(item::Column::Id).all(db).await
}
