//! One pick round: planned, open, closed, tallied; or void where its key was lost.

use std::path::Path;

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryFilter, QuerySelect, Statement};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::keys::Keys;
use super::onstage::Coin;
use super::seal::{Seal, Secret};
use crate::app::App;
use crate::error::{Error, Refused};
use crate::events::event::Sides;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pick_round")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    /// Counts from 1 in the event.
    pub number: i32,
    /// How many people one ballot may name.
    pub most: i32,
    pub sides: Sides,
    pub state: State,
    /// Decides between equally good stages; drawn at the opening, before any ballot.
    pub coin: Option<Vec<u8>>,
    pub planned_at: DateTimeUtc,
    pub opened_at: Option<DateTimeUtc>,
    pub closed_at: Option<DateTimeUtc>,
    pub tallied_at: Option<DateTimeUtc>,
    /// The closing bulletin: the receipts of all ballots that were opened, in no order but their own.
    pub receipts: Json,
    /// Ballots sent, and the two below: None before the tally, and for ever where fewer than
    /// [`SMALLEST`] people could pick.
    pub ballots: Option<i32>,
    pub picks: Option<i32>,
    pub matches: Option<i32>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum State {
    Planned,
    Open,
    /// Takes no more ballots; the tally is under way, or will be at the next start.
    Closed,
    Tallied,
    /// The key was lost, so nobody will ever know: pick again in a new round.
    Void,
}

/// In a smaller room the totals of a round would tell about persons, so they are not kept.
pub const SMALLEST: usize = 20;

impl Model {
    /// The sealing of this round's ballots.
    #[must_use]
    pub fn seal(&self, secret: &Secret) -> Seal {
        // The low half of the id holds its random bits.
        let (_, event) = self.event_id.as_u64_pair();
        Seal::of(secret, event, u64::from(self.number.unsigned_abs()))
    }

    #[must_use]
    pub fn coin(&self) -> Coin {
        let seed = self.coin.as_deref().and_then(|seed| seed.try_into().ok());
        Coin::new(seed.unwrap_or_default())
    }

    /// How many people one ballot may name.
    #[must_use]
    pub fn most(&self) -> usize {
        usize::try_from(self.most).unwrap_or(0)
    }

    /// # Errors
    /// 409 `round_not_open` before the opening, `round_void` where the key was lost,
    /// `round_closed` ever after.
    pub fn takes_ballots(&self) -> Result<(), Error> {
        let refused = match self.state {
            State::Open => return Ok(()),
            State::Planned => Refused::conflict("round_not_open", "This round has not been opened yet."),
            State::Closed | State::Tallied => Refused::conflict("round_closed", "This round is closed."),
            State::Void => void(),
        };
        Err(refused.into())
    }
}

impl Entity {
    #[must_use]
    pub fn of_event(event_id: Uuid) -> Select<Self> {
        Self::find().filter(Column::EventId.eq(event_id))
    }

    #[must_use]
    pub fn numbered(event_id: Uuid, number: i32) -> Select<Self> {
        Self::of_event(event_id).filter(Column::Number.eq(number))
    }
}

/// Where the keys of this house lie.
///
/// # Errors
/// As [`Keys::of`].
pub fn keys(app: &App) -> anyhow::Result<Keys> {
    let database = app.settings.database.url.expose_secret();
    let file = database.strip_prefix("sqlite://").and_then(|path| path.split('?').next());
    let folder = file.and_then(|file| Path::new(file).parent());
    Keys::of(&app.settings.picks.key_dir, folder)
}

/// A round to look at.
///
/// # Errors
/// 404.
pub async fn find(db: &impl ConnectionTrait, event_id: Uuid, number: i32) -> Result<Model, Error> {
    let found = Entity::numbered(event_id, number).one(db).await?;
    found.ok_or_else(|| Refused::not_found().into())
}

/// A round that no one else may close, tally or send a ballot to until the transaction ends.
///
/// # Errors
/// 404.
pub async fn hold(txn: &impl ConnectionTrait, event_id: Uuid, number: i32) -> Result<Model, Error> {
    line_up(txn, event_id, number, "SELECT pg_advisory_xact_lock($1)").await?;
    let held = Entity::numbered(event_id, number).lock_exclusive().one(txn).await?;
    held.ok_or_else(|| Refused::not_found().into())
}

/// A round that cannot be closed until the transaction ends, while others send ballots likewise.
///
/// # Errors
/// 404.
pub async fn hold_shared(txn: &impl ConnectionTrait, event_id: Uuid, number: i32) -> Result<Model, Error> {
    line_up(txn, event_id, number, "SELECT pg_advisory_xact_lock_shared($1)").await?;
    let held = Entity::numbered(event_id, number).lock_shared().one(txn).await?;
    held.ok_or_else(|| Refused::not_found().into())
}

/// Takes a place in the line for a round. The row locks alone are right, but on PostgreSQL those
/// who share a row go past somebody who waits to have it alone, and a hall that keeps sending
/// ballots would keep the host waiting for minutes.
async fn line_up(txn: &impl ConnectionTrait, event_id: Uuid, number: i32, lock: &str) -> Result<(), DbErr> {
    if txn.get_database_backend() == DbBackend::Postgres {
        let (_, event) = event_id.as_u64_pair();
        let place = (event ^ u64::from(number.unsigned_abs())).cast_signed();
        txn.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, lock, [place.into()])).await?;
    }
    Ok(())
}

/// Rounds that a stopped process may have left half-way.
///
/// # Errors
/// Only faults.
pub async fn unfinished(db: &impl ConnectionTrait) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::State.is_in([State::Open, State::Closed])).all(db).await
}

#[must_use]
pub fn void() -> Refused {
    Refused::conflict("round_void", "The key of this round was lost with the power; pick again in a new round.")
}
