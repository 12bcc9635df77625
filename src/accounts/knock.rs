//! A knock: somebody tries a password on an address. Written down before the password is compared,
//! so that a hundred guesses at once are counted like a hundred in a row, by whichever process of
//! the house they reach. A right password wipes them out.
//!
//! Addresses without an account are counted just the same, or the difference would tell.

use chrono::TimeDelta;
use hmac::{Hmac, KeyInit, Mac};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ConnectionTrait, QueryOrder, QuerySelect};
use sha2::Sha256;

use super::address::MailAddress;
use crate::app::App;
use crate::error::Error;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "knock")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub door: Vec<u8>,
    pub at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// By how much the clocks of two processes may differ.
const TOLERATED: TimeDelta = TimeDelta::minutes(5);

/// Too many wrong passwords: the door rests for so many more seconds.
#[derive(Debug)]
pub struct Resting {
    pub seconds: u64,
}

/// What stands for an address in the table: keyed, so that the table cannot be searched by
/// whoever has only the table.
#[must_use]
pub fn door(app: &App, address: &MailAddress) -> Vec<u8> {
    let key = app.secrets.key("knocks");
    // HMAC takes keys of any length, so there is no error to tell.
    let Ok(mac) = Hmac::<Sha256>::new_from_slice(key.as_ref()) else { return Vec::new() };
    mac.chain_update(address.as_str()).finalize().into_bytes().to_vec()
}

/// Knocks at a door: the outer result is a fault, the inner one whether the door rests.
///
/// Each guess commits its own row before it counts, so the n-th guess to commit counts at least n,
/// and however they interleave no more than the allowed number get through.
///
/// # Errors
/// What the database says.
pub async fn knock(app: &App, door: &[u8]) -> Result<Result<(), Resting>, Error> {
    let (allowed, rest) =
        (app.settings.security.sign_in_failures, TimeDelta::seconds(app.settings.security.sign_in_rest_seconds));
    let (id, now) = (app.new_id(), app.now());
    let txn = app.database.begin_write().await?;
    // Over, or knocked at a time that a clock set wrong said and that has not come.
    let void = Condition::any().add(Column::At.lte(now - rest)).add(Column::At.gt(now + TOLERATED));
    Entity::delete_many().filter(Column::Door.eq(door)).filter(void).exec(&txn).await?;
    let row = ActiveModel { id: Set(id), door: Set(door.to_vec()), at: Set(now) };
    Entity::insert(row).exec_without_returning(&txn).await?;
    txn.commit().await?;

    let counted = Entity::find().filter(Column::Door.eq(door)).count(app.database.reader()).await?;
    if counted <= allowed {
        return Ok(Ok(()));
    }
    // A refused knock is forgotten: trying the closed door must not keep it closed.
    let txn = app.database.begin_write().await?;
    Entity::delete_by_id(id).exec(&txn).await?;
    let first = Entity::find().filter(Column::Door.eq(door)).order_by_asc(Column::At).limit(1).one(&txn).await?;
    txn.commit().await?;
    let until = first.map_or(now, |first| first.at) + rest;
    Ok(Err(Resting { seconds: u64::try_from((until - now).num_seconds()).unwrap_or(0).max(1) }))
}

/// Forgets the knocks at a door.
///
/// # Errors
/// What the database says.
pub async fn forget(txn: &impl ConnectionTrait, door: &[u8]) -> Result<(), DbErr> {
    Entity::delete_many().filter(Column::Door.eq(door)).exec(txn).await.map(drop)
}
