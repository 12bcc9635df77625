//! What became of a code that is good no more, for whoever stands at a counter and has goods in their hand.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::item;
use super::redeem::Counter;
use super::voucher::{self, State};
use crate::app::App;
use crate::error::Fault;

/// How long after it was redeemed a counter is told that it did so itself: the answer may have been lost.
const LATELY: TimeDelta = TimeDelta::minutes(10);

/// A code that was redeemed before.
#[derive(Clone, Debug)]
pub struct Redeemed {
    pub item: item::Model,
    pub at: DateTime<Utc>,
    /// Whether it was at this very counter, a moment ago.
    pub here: bool,
}

/// Whether, when and where a code of the counter's own union was redeemed.
pub async fn before(app: &App, counter: &Counter, code: &str) -> Result<Option<Redeemed>, Fault> {
    let db = app.database.reader();
    let found = voucher::Entity::find()
        .filter(voucher::Column::CodeDigest.eq(voucher::digest(code)))
        .filter(voucher::Column::OrganizationId.eq(counter.union()))
        .filter(voucher::Column::State.eq(State::Redeemed));
    let Some(voucher) = found.one(db).await? else { return Ok(None) };
    let Some(at) = voucher.ended_at else { return Ok(None) };
    let own = match counter {
        Counter::Shop(shop) => voucher.shop_id == Some(shop.id),
        Counter::Desk(desk) => voucher.shop_id.is_none() && voucher.ended_by == Some(desk.accountable()),
    };
    let item = item::Entity::find_by_id(voucher.goods_id).one(db).await?;
    Ok(item.map(|item| Redeemed { item, at, here: own && app.now() < at + LATELY }))
}
