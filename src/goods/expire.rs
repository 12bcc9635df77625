//! Vouchers that nobody redeemed in time: the goods go back, and the credit where the union's rule says so.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::refund::{put_back, return_price};
use super::voucher::{self, State};
use super::{letters, rule};
use crate::app::App;
use crate::error::{Error, Fault};
use crate::organizations::organization;

/// One round looks at so many; the next one at the rest.
const AT_ONCE: u64 = 500;

/// Ends what has expired; safe to repeat and to run in several processes.
///
/// # Errors
/// Only faults.
pub async fn due(app: &App) -> Result<(), Fault> {
    let now = app.now();
    let late = voucher::Entity::find()
        .filter(voucher::Column::State.eq(State::Open))
        .filter(voucher::Column::ValidUntil.lte(now))
        .order_by_asc(voucher::Column::ValidUntil)
        .limit(AT_ONCE);
    for voucher in late.all(app.database.reader()).await? {
        if let Err(fault) = expire(app, voucher.organization_id, voucher.id, now).await {
            tracing::error!(voucher = %voucher.id, ?fault, "a voucher did not expire");
        }
    }
    Ok(())
}

async fn expire(app: &App, union: Uuid, id: Uuid, now: DateTime<Utc>) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let held = voucher::hold_after_owner(&txn, union, id).await?;
    if held.state != State::Open || held.valid_until > now {
        return Ok(());
    }
    let mut row = held.clone().into_active_model();
    row.state = Set(State::Expired);
    row.ended_at = Set(Some(held.valid_until));
    let expired = row.update(&txn).await?;
    let item = put_back(&txn, &held).await?;
    let returns = rule::Entity::find_by_id(union).one(&txn).await?.is_some_and(|rule| rule.credit_returns);
    if returns {
        return_price(&txn, app, &held).await?;
    }
    if let Some(union) = organization::Entity::find_by_id(union).one(&txn).await? {
        letters::ended(&txn, app, &union, &item, &expired, returns).await?;
    }
    txn.commit().await
}
