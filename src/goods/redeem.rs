//! A voucher is redeemed, once: by a shop's phone, or at the desk of an event.

use garde::Validate;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::access::Shop;
use super::{item, voucher};
use crate::app::App;
use crate::audit::Deed;
use crate::body::one_line;
use crate::error::{Error, Refused};
use crate::events::access::Desk;
use crate::events::phase::Phase;
use crate::events::refusals::WRONG_ROLE;

/// What a code opens.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VoucherCode {
    #[garde(custom(one_line(1, 60)))]
    #[schema(max_length = 60, example = "ABCD-EFGH-IJKL-MNOP")]
    pub code: String,
}

/// Where a voucher is handed over.
#[derive(Clone, Debug)]
pub enum Counter {
    Shop(Shop),
    Desk(Box<Desk>),
}

impl Counter {
    /// The desk of an event, where a person stands: a paired device checks in, and does nothing else.
    ///
    /// # Errors
    /// 403 `wrong_role`.
    pub fn of_desk(desk: Desk) -> Result<Self, Error> {
        if desk.device().is_some() { Err(WRONG_ROLE.into()) } else { Ok(Self::Desk(Box::new(desk))) }
    }

    /// The union whose vouchers are good here.
    #[must_use]
    pub fn union(&self) -> Uuid {
        match self {
            Self::Shop(shop) => shop.organization_id,
            Self::Desk(desk) => desk.event.organization_id,
        }
    }
}

/// Redeems a voucher of the counter's own union; says what it is for.
///
/// # Errors
/// 404 `no_such_voucher`; 409 `voucher_redeemed`, `voucher_refunded`, `voucher_expired`; at a desk `phase_closed`.
pub async fn redeem(app: &App, at: &Counter, code: &str) -> Result<(voucher::Model, item::Model), Error> {
    let (txn, now) = (app.database.begin_write().await?, app.now());
    // Whoever stood at a desk once stands there no longer than its evening.
    if let Counter::Desk(desk) = at {
        desk.event.requires(now, Phase::OnSite)?;
    }
    let held = voucher::hold_by_code(&txn, at.union(), code).await?;
    held.is_good(now)?;
    let item = item::Entity::find_by_id(held.goods_id).one(&txn).await?.ok_or_else(Refused::not_found)?;
    let mut row = held.into_active_model();
    row.state = Set(voucher::State::Redeemed);
    row.ended_at = Set(Some(now));
    let deed = match at {
        Counter::Shop(shop) => {
            row.shop_id = Set(Some(shop.id));
            Deed::VoucherRedeemed.by(shop.invited_by).of_union(shop.organization_id)
        }
        Counter::Desk(desk) => {
            row.ended_by = Set(Some(desk.accountable()));
            desk.records(Deed::VoucherRedeemed)
        }
    };
    let redeemed = row.update(&txn).await?;
    deed.about("voucher", redeemed.id).record(&txn, app).await?;
    let handed = (redeemed, item);
    txn.commit_telling(&handed).await?;
    Ok(handed)
}
