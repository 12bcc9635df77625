//! Which house this is, and whether the keys are its own. A house has an id, made at its first start,
//! and its database keeps a digest under each of its keys: a key that is missing or another's stops the
//! start, because going on with one made anew would sign everybody out, blind every badge and lose every
//! password, and nobody would be told.

pub mod enter;
pub mod house;
pub mod key_check;
pub mod recognise;

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};
use uuid::Uuid;

use crate::database::{Database, Write};
use crate::error::Error;
use crate::secrets::{Secrets, sealed_under};

/// The purposes of this file's keys.
const CHECK: &str = "house check";
const LASTING: &str = "house lasting";
const BOUND: &str = "house bound";

/// Which house this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    pub id: Uuid,
    /// Whether rows from before there were keys, or from before they were lost, are still to be bound
    /// to them. Whoever does it says so by [`bound`].
    pub to_bind: bool,
}

/// Everything in the database is bound to the keys.
///
/// # Errors
/// What the database says.
pub async fn bound(database: &Database, secrets: &Secrets, id: Uuid) -> Result<(), Error> {
    let txn = database.begin_write().await?;
    let row = house::ActiveModel {
        place: Set(house::PLACE),
        bound: Set(Some(secrets.vouch(BOUND, &[id.as_bytes()]))),
        ..Default::default()
    };
    row.update(&txn).await?;
    txn.commit().await?;
    note(secrets, id);
    Ok(())
}

/// Notes in the key file whose it is. A file that cannot be written is one more reason to look, and none
/// to stay closed.
fn note(secrets: &Secrets, id: Uuid) {
    if let Err(refused) = secrets.belong_to(id) {
        tracing::warn!(
            refused = format!("{refused:#}"),
            "the key file could not be told its house; set security.house"
        );
    }
}

/// Lets the database know a key that came into the file, and which of them seals.
///
/// # Errors
/// What the database says.
pub async fn record_keys(database: &Database, secrets: &Secrets, id: Uuid, now: DateTime<Utc>) -> Result<(), Error> {
    let txn = database.begin_write().await?;
    know(&txn, secrets, id, now).await?;
    txn.commit().await
}

/// Lets the database forget the keys that are not here any more.
///
/// # Errors
/// What the database says.
pub async fn forgotten(database: &Database, secrets: &Secrets) -> Result<(), Error> {
    let here = secrets.numbers().into_iter().map(u32::cast_signed);
    let txn = database.begin_write().await?;
    key_check::Entity::delete_many().filter(key_check::Column::Number.is_not_in(here)).exec(&txn).await?;
    txn.commit().await
}

/// Seals the house's own row under the sealing key, where it stands under another.
///
/// # Errors
/// What the database says.
pub async fn renew(database: &Database, secrets: &Secrets, id: Uuid) -> Result<(), Error> {
    let Some(house) = house::Entity::find_by_id(house::PLACE).one(database.reader()).await? else { return Ok(()) };
    if sealed_under(&house.lasting) == Some(secrets.newest()) {
        return Ok(());
    }
    let Ok(root) = secrets.open(LASTING, id.as_bytes(), &house.lasting) else { return Ok(()) };
    let lasting = secrets.seal(LASTING, id.as_bytes(), &root)?;
    let bound = house.bound.as_deref().filter(|mark| secrets.vouches(BOUND, &[id.as_bytes()], mark));
    let bound = bound.map(|_| secrets.vouch(BOUND, &[id.as_bytes()]));
    let txn = database.begin_write().await?;
    let row =
        house::ActiveModel { place: Set(house::PLACE), lasting: Set(lasting), bound: Set(bound), ..Default::default() };
    row.update(&txn).await?;
    txn.commit().await
}

/// Lets the database know the keys, and which of them seals.
async fn know(txn: &Write, secrets: &Secrets, house: Uuid, now: DateTime<Utc>) -> Result<(), DbErr> {
    let keys = secrets.numbers().into_iter().zip(secrets.macs(CHECK, &[house.as_bytes()]));
    for (place, (number, digest)) in keys.enumerate() {
        let number = number.cast_signed();
        let row = key_check::Model { number, digest, known_at: now, retired_at: None };
        let unless_known = OnConflict::column(key_check::Column::Number).do_nothing().to_owned();
        key_check::Entity::insert(row.into_active_model())
            .on_conflict(unless_known)
            .exec_without_returning(txn)
            .await?;
        if place == 0 {
            let seals = key_check::ActiveModel { number: Set(number), retired_at: Set(None), ..Default::default() };
            seals.update(txn).await?;
            let others = key_check::Entity::update_many().col_expr(key_check::Column::RetiredAt, Expr::value(now));
            let others = others.filter(key_check::Column::RetiredAt.is_null());
            let others = others.filter(key_check::Column::Number.lt(number));
            others.exec(txn).await?;
        }
    }
    Ok(())
}
