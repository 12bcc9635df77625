//! A ledger that is closed for good, with the digest over all of it.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveModelTrait, ConnectionTrait, DbErr};

use super::digest;
use crate::app::App;
use crate::database::Write;
use crate::error::Fault;
use crate::events::event;
use crate::events::phase::Phase;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_freeze")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub event_id: Uuid,
    /// The last digest of the chain, 32 bytes.
    pub digest: Vec<u8>,
    /// None where the clock did it.
    pub actor_id: Option<Uuid>,
    pub at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// The digest as it is published.
    #[must_use]
    pub fn hex(&self) -> String {
        data_encoding::HEXLOWER.encode(&self.digest)
    }
}

/// The freeze on record; a ledger whose screening phase began without one is closed all the same.
pub async fn of_event(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(event_id).one(db).await
}

/// Whether nothing can be added any more: frozen by hand, or by the clock that began the screening.
pub async fn is_closed(db: &impl ConnectionTrait, event: &event::Model, now: DateTime<Utc>) -> Result<bool, DbErr> {
    Ok(event.phase(now) >= Phase::Screening || of_event(db, event.id).await?.is_some())
}

/// Freezes the ledger for good, once. The caller holds the event row exclusively
/// ([`event::hold`]): awards in flight have ended, and later ones will see this.
pub async fn seal(
    txn: &Write,
    app: &App,
    event: &event::Model,
    actor_id: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<Model, Fault> {
    if let Some(frozen) = of_event(txn, event.id).await? {
        return Ok(frozen);
    }
    let digest = digest::catch_up(txn, app, event, None).await?;
    let row =
        ActiveModel { event_id: Set(event.id), digest: Set(digest.to_vec()), actor_id: Set(actor_id), at: Set(now) };
    Ok(row.insert(txn).await?)
}
