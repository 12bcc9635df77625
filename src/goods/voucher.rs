//! A voucher: good once, and not for ever. Of its code the database holds a digest; the house makes the code again
//! for its owner from what lies elsewhere.

use chrono::{DateTime, Utc};
use data_encoding::BASE32_NOPAD;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::LockType;
use sea_orm::{ConnectionTrait, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::refusals::{NO_SUCH_VOUCHER, VOUCHER_EXPIRED, VOUCHER_REDEEMED, VOUCHER_REFUNDED};
use crate::accounts::account;
use crate::app::App;
use crate::error::{Error, Refused};
use crate::folding;
use crate::secrets;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "voucher")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization_id: Uuid,
    pub goods_id: Uuid,
    pub account_id: Uuid,
    /// What was paid.
    pub price: i64,
    pub code_digest: Vec<u8>,
    pub state: State,
    pub taken_at: DateTimeUtc,
    pub valid_until: DateTimeUtc,
    pub ended_at: Option<DateTimeUtc>,
    /// The shop that took it.
    pub shop_id: Option<Uuid>,
    /// Who took it at a desk, or took it back.
    pub ended_by: Option<Uuid>,
    pub reason: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[schema(as = VoucherState)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum State {
    Open,
    Redeemed,
    /// Taken back by the union, or with its owner's account.
    Refunded,
    Expired,
}

/// Those of whose goods one is gone.
pub const TAKEN: [State; 2] = [State::Open, State::Redeemed];

impl State {
    /// As the keys of words spell it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Redeemed => "redeemed",
            Self::Refunded => "refunded",
            Self::Expired => "expired",
        }
    }
}

/// Characters of a code: 80 bits.
const LENGTH: usize = 16;

/// The code of a voucher, as it is shown: `ABCD-EFGH-IJKL-MNOP`.
#[must_use]
pub fn code(app: &App, id: Uuid) -> String {
    let text = BASE32_NOPAD.encode(&app.secrets.lasting_mac("voucher code", &[id.as_bytes()]));
    let groups: Vec<String> = text.chars().take(LENGTH).collect::<Vec<_>>().chunks(4).map(String::from_iter).collect();
    groups.join("-")
}

/// What is stored of a code, however it was typed.
#[must_use]
pub fn digest(code: &str) -> Vec<u8> {
    let plain = folding::plain(code).to_uppercase();
    let bare: String = plain.chars().filter(char::is_ascii_alphanumeric).collect();
    secrets::digest(bare.as_bytes())
}

impl Model {
    /// How it stands at a moment, whether or not the clock has come round to it.
    #[must_use]
    pub fn state_at(&self, now: DateTime<Utc>) -> State {
        if self.state == State::Open && self.valid_until <= now { State::Expired } else { self.state }
    }

    /// Whether it is good.
    ///
    /// # Errors
    /// 409 `voucher_redeemed`, `voucher_refunded`, `voucher_expired`, each with `ended_at`.
    pub fn is_good(&self, now: DateTime<Utc>) -> Result<(), Error> {
        let refusal = match self.state_at(now) {
            State::Open => return Ok(()),
            State::Redeemed => VOUCHER_REDEEMED,
            State::Refunded => VOUCHER_REFUNDED,
            State::Expired => VOUCHER_EXPIRED,
        };
        Err(refusal.with("ended_at", serde_json::json!(self.ended_at.unwrap_or(self.valid_until))).into())
    }
}

/// Holds the voucher of a union with this code.
///
/// # Errors
/// 404 `no_such_voucher`.
pub async fn hold_by_code(txn: &impl ConnectionTrait, organization_id: Uuid, code: &str) -> Result<Model, Error> {
    let held = Entity::find()
        .filter(Column::CodeDigest.eq(digest(code)))
        .filter(Column::OrganizationId.eq(organization_id))
        .lock_exclusive();
    Ok(held.one(txn).await?.ok_or(NO_SUCH_VOUCHER)?)
}

/// As [`hold`], after its owner's account: whoever leaves for good holds that first, and then the vouchers.
///
/// # Errors
/// 404 where it is not there.
pub async fn hold_after_owner(txn: &impl ConnectionTrait, organization_id: Uuid, id: Uuid) -> Result<Model, Error> {
    let found = Entity::find_by_id(id).filter(Column::OrganizationId.eq(organization_id)).one(txn).await?;
    let owner = found.ok_or_else(Refused::not_found)?.account_id;
    account::Entity::find_by_id(owner).lock(LockType::KeyShare).one(txn).await?;
    hold(txn, organization_id, id).await
}

/// Holds a voucher of a union.
///
/// # Errors
/// 404 where it is not there.
pub async fn hold(txn: &impl ConnectionTrait, organization_id: Uuid, id: Uuid) -> Result<Model, Error> {
    let held = Entity::find_by_id(id).filter(Column::OrganizationId.eq(organization_id)).lock_exclusive();
    held.one(txn).await?.ok_or_else(|| Refused::not_found().into())
}
