//! An attempt: somebody tries a password on an address, or the code of a second factor. Written down before the password is compared,
//! so that a hundred guesses at once are counted like a hundred in a row, by whichever process of
//! the house they reach. Addresses without an account are counted just the same, or the difference
//! would tell.
//!
//! Two bounds, so that whoever guesses is slowed and whoever owns the account is not shut out:
//!
//! - for one client at one address `sign_in_failures` (10) within `sign_in_rest_seconds` (a quarter of an
//!   hour). The client is the network, or the device where it shows a mark of an earlier sign-in
//!   ([`super::mark`]). Somebody else's tries from elsewhere do not count;
//! - for all networks together `sign_in_guesses_a_day` (100) at one address. A device with a mark is
//!   neither counted here nor held up; on a new one the link in a letter lets its reader in
//!   ([`super::reset_password`]), which also begins the count afresh, for the password is another.
//!
//! What that leaves to a guesser: from one network 10 a quarter of an hour, but with however many
//! networks 100 a day, 36,500 a year. A password that [`super::password_strength::judge`] takes stands for at
//! least 10^8 guesses, so the odds are below 1 in 2,700 in a year of guessing. Whoever holds a marked
//! device has 960 guesses a day, 1 in 285 a year; that device could have been read instead.
//!
//! Codes are counted by themselves and closer bounds ([`Bounds::of_codes`]), for there are a million of
//! them and three are good at a time: whoever knows the password may try 10 a day from one place and 20
//! from all, and finds one in a year with odds of 1 in 45. Codes for recovery are not counted, so that
//! the owner is never shut out.
//!
//! A right password forgives its own client's tries and nobody else's: who guesses is not helped by
//! the owner's signing in every day.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ConnectionTrait, QueryOrder, QuerySelect};

use super::address::MailAddress;
use super::asker::Asker;
use crate::app::App;
use crate::error::{Error, Fault, Refused};
use crate::idempotency;

/// What the tries of all networks are counted by.
pub const DAY: TimeDelta = TimeDelta::days(1);

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in_attempt")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Stands for the address, or for the codes of an account.
    pub target_digest: Vec<u8>,
    /// Stands for the network or the device.
    pub client_digest: Vec<u8>,
    /// Whether the device showed a mark of this account's.
    pub known_device: bool,
    pub at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// By how much the clocks of two processes may differ.
pub const TOLERATED: TimeDelta = TimeDelta::minutes(5);

/// How often anybody may try.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// One asker, within `rest`.
    own: u64,
    rest: TimeDelta,
    /// All networks together, within a [`DAY`].
    all: u64,
}

impl Bounds {
    /// With passwords.
    #[must_use]
    pub fn of_passwords(app: &App) -> Self {
        let security = &app.settings.security;
        let rest = TimeDelta::seconds(security.sign_in_rest_seconds);
        Self { own: security.sign_in_failures, rest, all: security.sign_in_guesses_a_day }
    }

    /// With codes.
    #[must_use]
    pub fn of_codes(app: &App) -> Self {
        let passwords = Self::of_passwords(app);
        Self { rest: DAY, all: passwords.all / 5, ..passwords }
    }
}

/// Who tries, as the table knows them.
#[derive(Debug, Clone)]
pub struct Client {
    digest: Vec<u8>,
    is_known_device: bool,
}

impl Client {
    /// A device that shows a mark of this account's, else a network.
    #[must_use]
    pub fn of(app: &App, asker: &Asker, account: Uuid, hash: &str) -> Self {
        match asker.marks.iter().find_map(|mark| mark.device(app, account, hash)) {
            Some(device) => Self { digest: app.secrets.mac("accounts/device", &[&device]), is_known_device: true },
            None => Self { digest: asker.network.clone(), is_known_device: false },
        }
    }
}

/// What stands for an address in the table: keyed, so that the table cannot be searched by
/// whoever has only the table.
#[must_use]
pub fn address_digest(app: &App, address: &MailAddress) -> Vec<u8> {
    app.secrets.lasting_mac("knocks", &[address.as_str().as_bytes()])
}

/// Counts an attempt at an address or at the codes of an account: the target.
///
/// Each guess commits its own row before it counts, so the n-th guess to commit counts at least n,
/// and however they interleave no more than the allowed number get through.
///
/// # Errors
/// 429 while the target rests.
pub async fn count_attempt(app: &App, target: &[u8], client: &Client, bounds: &Bounds) -> Result<(), Error> {
    idempotency::aside(write_and_judge(app, target, client, bounds)).await
}

async fn write_and_judge(app: &App, target: &[u8], client: &Client, bounds: &Bounds) -> Result<(), Error> {
    let (id, now) = (app.new_id(), app.now());
    let txn = app.database.begin_write().await?;
    // Over, or made at a time that a clock set wrong said and that has not come.
    let void = Condition::any().add(Column::At.lte(now - DAY)).add(Column::At.gt(now + TOLERATED));
    Entity::delete_many().filter(Column::TargetDigest.eq(target)).filter(void).exec(&txn).await?;
    let row = ActiveModel {
        id: Set(id),
        target_digest: Set(target.to_vec()),
        client_digest: Set(client.digest.clone()),
        known_device: Set(client.is_known_device),
        at: Set(now),
    };
    Entity::insert(row).exec_without_returning(&txn).await?;
    txn.commit().await?;

    let Some(until) = rests_until(app, target, client, bounds, now).await? else { return Ok(()) };
    // A refused attempt is forgotten: trying in vain must not keep the target closed.
    let txn = app.database.begin_write().await?;
    Entity::delete_by_id(id).exec(&txn).await?;
    txn.commit().await?;
    Err(Refused::too_many(u64::try_from((until - now).num_seconds()).unwrap_or(0).max(1)).into())
}

/// Until when this target stays closed to this client, whose attempt is written down already.
async fn rests_until(
    app: &App,
    target: &[u8],
    client: &Client,
    bounds: &Bounds,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, Fault> {
    let Bounds { own: allowed, rest, all: allowed_to_all } = *bounds;
    let at_target = || Entity::find().filter(Column::TargetDigest.eq(target));
    let own = at_target().filter(Column::ClientDigest.eq(client.digest.clone())).filter(Column::At.gt(now - rest));
    if let Some(first) = first_over(app, own, allowed).await? {
        return Ok(Some(first + rest));
    }
    if client.is_known_device {
        return Ok(None);
    }
    let all = at_target().filter(Column::KnownDevice.eq(false)).filter(Column::At.gt(now - DAY));
    Ok(first_over(app, all, allowed_to_all).await?.map(|first| first + DAY))
}

/// When the first of these attempts was, where they are more than allowed.
async fn first_over(app: &App, attempts: Select<Entity>, allowed: u64) -> Result<Option<DateTime<Utc>>, Fault> {
    let reader = app.database.reader();
    if attempts.clone().count(reader).await? <= allowed {
        return Ok(None);
    }
    let first = attempts.order_by_asc(Column::At).limit(1).one(reader).await?;
    Ok(first.map(|first| first.at))
}

/// Forgets what one client tried in vain at a target.
pub async fn forgive(txn: &impl ConnectionTrait, target: &[u8], client: &Client) -> Result<(), DbErr> {
    let own = Entity::delete_many()
        .filter(Column::TargetDigest.eq(target))
        .filter(Column::ClientDigest.eq(client.digest.clone()));
    own.exec(txn).await.map(drop)
}

/// Forgets all attempts at a target.
pub async fn forget(txn: &impl ConnectionTrait, target: &[u8]) -> Result<(), DbErr> {
    Entity::delete_many().filter(Column::TargetDigest.eq(target)).exec(txn).await.map(drop)
}
