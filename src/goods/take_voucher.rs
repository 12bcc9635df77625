//! Somebody takes something for their credit: stock and credit go together, or neither does.

use chrono::TimeDelta;
use garde::Validate;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::LockType;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QuerySelect};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::credit::{self, Of};
use super::line::Kind;
use super::refusals::GOODS_LIMIT_REACHED;
use super::voucher::{self, State, TAKEN};
use super::{item, letters, rule};
use crate::accounts::{SignedIn, account};
use crate::app::App;
use crate::error::{Error, Refused};
use crate::organizations::organization;

/// What somebody takes it for.
#[derive(Clone, Copy, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GoodsPrice {
    /// As they saw it: nobody pays more than they said yes to.
    #[garde(skip)]
    pub price: i64,
}

/// Takes one, and gives its voucher.
///
/// # Errors
/// 404 where the union has nothing to do with them, or has no such goods; 409 `goods_closed`, `not_on_offer`,
/// `sold_out`, `price_changed`, `goods_limit_reached`, `not_enough_credit`.
pub async fn take_voucher(
    app: &App,
    who: &SignedIn,
    union: &organization::Model,
    goods: Uuid,
    GoodsPrice { price }: GoodsPrice,
) -> Result<voucher::Model, Error> {
    let (txn, now) = (app.database.begin_write().await?, app.now());
    let account = who.account_id;
    // Whoever leaves for good holds their account first: then there is nobody to take anything.
    let alive = account::Entity::alive().filter(account::Column::Id.eq(account)).lock(LockType::KeyShare);
    if alive.one(&txn).await?.is_none() {
        return Err(Refused::not_signed_in().into());
    }
    if credit::of_person(&txn, union.id, account).await?.is_none() {
        return Err(Refused::not_found().into());
    }
    let rule = rule::open(&txn, union.id).await?;
    // Whoever reaches for the last one waits here, and is told that it is gone.
    let item = item::hold(&txn, union.id, goods).await?;
    item.may_be_taken(price, now)?;
    let own = voucher::Entity::find()
        .filter(voucher::Column::GoodsId.eq(item.id))
        .filter(voucher::Column::AccountId.eq(account))
        .filter(voucher::Column::State.is_in(TAKEN));
    if own.count(&txn).await? >= u64::try_from(item.most_each).unwrap_or_default() {
        return Err(GOODS_LIMIT_REACHED.into());
    }
    let held = credit::hold(&txn, union.id, account).await?;
    let id = app.new_id();
    let fresh = voucher::Model {
        id,
        organization_id: union.id,
        goods_id: item.id,
        account_id: account,
        price: item.price,
        code_digest: voucher::digest(&voucher::code(app, id)),
        state: State::Open,
        taken_at: now,
        valid_until: now + TimeDelta::days(i64::from(rule.valid_days)),
        ended_at: None,
        shop_id: None,
        ended_by: None,
        reason: None,
    };
    let taken = fresh.into_active_model().reset_all().insert(&txn).await?;
    held.add(&txn, app, Kind::Spent, -item.price, Of::Voucher(taken.id)).await?;
    letters::taken(&txn, app, union, &item, &taken).await?;
    let count = item.taken + 1;
    let mut row = item.into_active_model();
    row.taken = Set(count);
    row.update(&txn).await?;
    txn.commit_telling(&taken).await?;
    Ok(taken)
}
