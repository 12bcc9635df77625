//! Somebody asks for a letter: to sign up, or because the password is forgotten. What they ask for is
//! written down and answered; only then does the house look whether the address is known
//! ([`super::write_back`]). So neither the answer nor its time can tell, and what was promised
//! survives a crash.
//!
//! How often: [`EACH_AN_HOUR`] letters of a kind to one address for one network. What one network
//! asks for takes nothing from another, so nobody can silence the owner of an address. Once an
//! address was written to [`ALL_AN_HOUR`] times within the hour, each further network gets one letter
//! sent and no second one: filling a mailbox takes as many networks as letters.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, QueryOrder};
use serde::{Deserialize, Serialize};

use super::address::MailAddress;
use super::asker::Asker;
use super::register::Wish;
use super::sign_in_throttle;
use super::write_back::Bell;
use crate::app::App;
use crate::error::{Error, Fault, Refused};
use crate::sealed::{LETTER_ERRAND, Sealed};

/// Letters of a kind to one address that one network may ask for within an hour.
pub const EACH_AN_HOUR: usize = 5;

/// Letters to one address within an hour, from when on each network gets no more than one.
pub const ALL_AN_HOUR: usize = 20;

/// How many may wait for their letter. The house writes some hundred in a second.
pub const WAITING: u64 = 5_000;

const HOUR: TimeDelta = TimeDelta::hours(1);

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "letter_request")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub kind: Kind,
    /// Stands for the address ([`sign_in_throttle::address_digest`]).
    pub address_digest: Vec<u8>,
    /// Stands for the network.
    pub network_digest: Vec<u8>,
    /// An [`Errand`] as JSON; nothing once it is done.
    #[sea_orm(column_name = "errand_sealed")]
    pub errand: Option<Sealed>,
    pub at: DateTimeUtc,
    pub done_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Kind {
    SignUp,
    Forgotten,
}

/// What is to be done for whoever asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Errand {
    SignUp(Wish),
    Forgotten {
        /// Folded.
        email: String,
        /// Where on our pages the person was going.
        to: Option<String>,
    },
}

impl Errand {
    fn kind(&self) -> Kind {
        match self {
            Self::SignUp(_) => Kind::SignUp,
            Self::Forgotten { .. } => Kind::Forgotten,
        }
    }
}

impl Model {
    /// What is to be done; None where nobody can read it any more.
    #[must_use]
    pub fn errand(&self, app: &App) -> Option<Errand> {
        let errand = LETTER_ERRAND.open(&app.secrets, &[self.id], self.errand.as_ref()?).ok()?;
        serde_json::from_str(&errand).ok()
    }
}

impl Entity {
    /// What has not been done yet, oldest first.
    #[must_use]
    pub fn waiting() -> Select<Self> {
        Self::find().filter(Column::DoneAt.is_null()).order_by_asc(Column::Id)
    }
}

/// Writes down what somebody asks for. It costs the same for every address.
///
/// # Errors
/// 429 `too_many_requests`: for this network and this address, or because too many wait.
pub async fn ask(app: &App, asker: &Asker, address: &MailAddress, errand: &Errand) -> Result<(), Error> {
    let (id, now, kind) = (app.new_id(), app.now(), errand.kind());
    let address_digest = sign_in_throttle::address_digest(app, address);
    let plain = zeroize::Zeroizing::new(serde_json::to_string(errand).map_err(Fault::of)?);
    let sealed = LETTER_ERRAND.seal(&app.secrets, &[id], &plain)?;
    let txn = app.database.begin_write().await?;
    txn.queue_for(&address_digest).await?;
    if Entity::waiting().count(&txn).await? >= WAITING {
        return Err(Refused::too_many(10).into());
    }
    // Not what a clock set wrong says of a time that has not come.
    let lately =
        Entity::find().filter(Column::AddressDigest.eq(address_digest.clone())).filter(Column::At.gt(now - HOUR));
    let lately = lately.filter(Column::At.lte(now + sign_in_throttle::TOLERATED));
    let lately = lately.order_by_asc(Column::At).all(&txn).await?;
    if let Some(seconds) = patience(&lately, kind, &asker.network, now) {
        return Err(Refused::too_many(seconds).into());
    }
    let row = ActiveModel {
        id: Set(id),
        kind: Set(kind),
        address_digest: Set(address_digest),
        network_digest: Set(asker.network.clone()),
        errand: Set(Some(sealed)),
        at: Set(now),
        done_at: Set(None),
    };
    Entity::insert(row).exec_without_returning(&txn).await?;
    txn.commit().await?;
    app.extensions.get_or_default::<Bell>().ring();
    Ok(())
}

/// After how many seconds a network may ask again for a letter to an address; None where it may now.
fn patience(lately: &[Model], kind: Kind, asker: &[u8], now: DateTime<Utc>) -> Option<u64> {
    let own: Vec<&Model> = lately.iter().filter(|row| row.network_digest == asker).collect();
    let same: Vec<&&Model> = own.iter().filter(|row| row.kind == kind).collect();
    let oldest = if same.len() >= EACH_AN_HOUR {
        same.get(same.len() - EACH_AN_HOUR)?.at
    } else if lately.len() >= ALL_AN_HOUR {
        own.last()?.at
    } else {
        return None;
    };
    Some(u64::try_from((oldest + HOUR - now).num_seconds()).unwrap_or(0).max(1))
}

/// Forgets what was asked for an address.
pub async fn forget(txn: &impl ConnectionTrait, address_digest: &[u8]) -> Result<(), DbErr> {
    Entity::delete_many().filter(Column::AddressDigest.eq(address_digest)).exec(txn).await.map(drop)
}

/// What nothing is counted by any more.
#[must_use]
pub fn over(now: DateTime<Utc>) -> sea_orm::Condition {
    sea_orm::Condition::all().add(Column::DoneAt.is_not_null()).add(Column::At.lte(now - HOUR))
}
