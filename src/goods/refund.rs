//! The union takes a voucher back that was not redeemed: the credit comes back, and the goods.

use garde::Validate;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ConnectionTrait, IntoActiveModel};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::credit::{self, Of};
use super::line::Kind;
use super::voucher::{self, State};
use super::{item, letters};
use crate::app::App;
use crate::audit::Deed;
use crate::body::one_line;
use crate::error::Error;
use crate::organizations::access::OrganizationStaff;

/// Why a voucher is taken back; its owner reads it.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VoucherRefund {
    #[garde(custom(one_line(1, 200)))]
    #[schema(min_length = 1, max_length = 200)]
    pub reason: String,
}

/// Takes it back.
///
/// # Errors
/// 404; 409 `voucher_redeemed`, `voucher_refunded`, `voucher_expired`.
pub async fn refund(app: &App, by: &OrganizationStaff, id: Uuid, reason: &str) -> Result<voucher::Model, Error> {
    let (txn, now) = (app.database.begin_write().await?, app.now());
    let held = voucher::hold_after_owner(&txn, by.organization.id, id).await?;
    held.is_good(now)?;
    let mut row = held.clone().into_active_model();
    row.state = Set(State::Refunded);
    row.ended_at = Set(Some(now));
    row.ended_by = Set(Some(by.account.account_id));
    row.reason = Set(Some(reason.trim().to_owned()));
    let refunded = row.update(&txn).await?;
    let item = put_back(&txn, &held).await?;
    return_price(&txn, app, &held).await?;
    letters::ended(&txn, app, &by.organization, &item, &refunded, true).await?;
    Deed::VoucherRefunded
        .by(by.account.account_id)
        .of_union(by.organization.id)
        .about("voucher", id)
        .because(reason)
        .record(&txn, app)
        .await?;
    txn.commit().await?;
    Ok(refunded)
}

/// What it was for can be taken by somebody else. The caller holds the voucher, and has ended it.
pub async fn put_back(txn: &impl ConnectionTrait, voucher: &voucher::Model) -> Result<item::Model, Error> {
    let item = item::hold(txn, voucher.organization_id, voucher.goods_id).await?;
    let count = item.taken - 1;
    let mut row = item.into_active_model();
    row.taken = Set(count);
    Ok(row.update(txn).await?)
}

/// What was paid for it comes back.
pub async fn return_price(txn: &impl ConnectionTrait, app: &App, voucher: &voucher::Model) -> Result<(), Error> {
    let held = credit::hold(txn, voucher.organization_id, voucher.account_id).await?;
    held.add(txn, app, Kind::Returned, voucher.price, Of::Voucher(voucher.id)).await?;
    Ok(())
}
