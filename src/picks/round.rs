//! One pick round: planned, open, closed, tallied; or void where a host said that it will never be counted.

use std::path::Path;
use std::sync::Arc;

use data_encoding::HEXLOWER;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::LockType;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter, QuerySelect};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use tokio::sync::OnceCell;
use utoipa::ToSchema;

use super::key_place::Place;
use super::key_server::KeyServer;
use super::keys::Keys;
use super::refusals::{ROUND_CLOSED, ROUND_NOT_OPEN, ROUND_VOID};
use crate::app::App;
use crate::database::Database;
use crate::error::refusal::Refusal;
use crate::error::{Error, Fault, Refused};
use crate::events::event::Sides;
use crate::identity::house;
use crate::secrets::{Secrets, digest};
use crate::settings::Settings;
use queqiao_ballots::onstage::Coin;
use queqiao_ballots::seal::Seal;
use queqiao_ballots::secret::Secret;

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
    /// [`small_counts::SMALLEST_ROOM`](crate::small_counts::SMALLEST_ROOM) people sent one.
    pub ballots: Option<i32>,
    pub picks: Option<i32>,
    pub matches: Option<i32>,
    /// Closed before anybody had sent a ballot, in a room large enough to say so: nobody asked anything,
    /// and the evening's lamps are not used up by it.
    pub unused: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[schema(as = PickRoundState)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum State {
    Planned,
    Open,
    /// Takes no more ballots; the tally is under way, or waits for the key.
    Closed,
    Tallied,
    /// A host declared that nobody will ever know: pick again in a new round.
    Void,
}

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
    /// 409 `round_not_open` before the opening, `round_void` where a host ended it,
    /// `round_closed` ever after.
    pub fn takes_ballots(&self) -> Result<(), Refusal> {
        match self.state {
            State::Open => Ok(()),
            State::Planned => Err(ROUND_NOT_OPEN),
            State::Closed | State::Tallied => Err(ROUND_CLOSED),
            State::Void => Err(ROUND_VOID),
        }
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

/// Tells this database from its copies, and the server that keeps its keys; asked once.
#[derive(Default)]
struct Home {
    name: OnceCell<String>,
    server: OnceCell<Option<Arc<KeyServer>>>,
}

/// The keys of this house.
///
/// # Errors
/// As [`keys_of`].
pub async fn keys(app: &App) -> Result<Keys, Fault> {
    let known = app.extensions.get_or_default::<Home>();
    let home = known.name.get_or_try_init(|| home(&app.database)).await?;
    let server = known.server.get_or_try_init(async || server(&app.settings, &app.secrets)).await?;
    Ok(Keys::new(place(&app.settings, server.clone())?, home.clone()))
}

/// The keys of a house with these settings, this database and these secrets.
///
/// # Errors
/// As [`Place::of`]; a database that does not answer.
pub async fn keys_of(settings: &Settings, database: &Database, secrets: &Secrets) -> Result<Keys, Fault> {
    Ok(Keys::new(place(settings, server(settings, secrets)?)?, home(database).await?))
}

/// The server of keys, where there is to be one.
fn server(settings: &Settings, secrets: &Secrets) -> anyhow::Result<Option<Arc<KeyServer>>> {
    let Some(address) = settings.picks.key_server() else { return Ok(None) };
    Ok(Some(Arc::new(KeyServer::new(address, settings.picks.key_store_is_volatile, secrets)?)))
}

fn place(settings: &Settings, server: Option<Arc<KeyServer>>) -> anyhow::Result<Place> {
    if let Some(server) = server {
        return Ok(Place::Server(server));
    }
    let database = settings.database.url.expose_secret();
    let file = database.strip_prefix("sqlite://").and_then(|path| path.split('?').next());
    let folder = file.and_then(|file| Path::new(file).parent());
    Place::of(settings.picks.key_store.expose_secret(), folder)
}

async fn home(database: &Database) -> Result<String, Fault> {
    let house = house::Entity::find_by_id(house::PLACE).one(database.reader()).await?;
    let house = house.map_or(Uuid::nil(), |house| house.id);
    let digest = digest(format!("{house} {}", database.whereabouts().await?).as_bytes());
    Ok(HEXLOWER.encode(digest.get(..8).unwrap_or_default()))
}

/// A round to look at.
///
/// # Errors
/// 404.
pub async fn find(db: &impl ConnectionTrait, event_id: Uuid, number: i32) -> Result<Model, Error> {
    let found = Entity::numbered(event_id, number).one(db).await?;
    found.ok_or_else(|| Refused::not_found().into())
}

/// A round that no one else may open, close or tally until the transaction ends. Ballots on their
/// way do not stand in its way: it is the tally that waits for them.
///
/// # Errors
/// 404.
pub async fn hold(txn: &impl ConnectionTrait, event_id: Uuid, number: i32) -> Result<Model, Error> {
    let held = Entity::numbered(event_id, number).lock(LockType::NoKeyUpdate).one(txn).await?;
    held.ok_or_else(|| Refused::not_found().into())
}

/// A round that takes ballots and cannot be tallied until the transaction ends, though it may be
/// closed: a hall that keeps sending ballots does not keep the host waiting. Or why there is none: as
/// [`Model::takes_ballots`]; 404.
pub async fn hold_open(
    txn: &impl ConnectionTrait,
    event_id: Uuid,
    number: i32,
) -> Result<Result<Model, Refused>, Fault> {
    // Only while it is open: whoever comes after the closing must not keep the tally waiting.
    let open = Entity::numbered(event_id, number).filter(Column::State.eq(State::Open));
    let held = open.lock(LockType::KeyShare).one(txn).await?;
    // Read again now that it is held: PostgreSQL hands out a row that is held this way as it stood
    // when the statement began, though it was closed and even tallied since.
    let Some(round) = Entity::numbered(event_id, number).one(txn).await? else {
        return Ok(Err(Refused::not_found()));
    };
    Ok(match round.takes_ballots() {
        Err(refusal) => Err(refusal.into()),
        // Opened between the two looks, and not held.
        Ok(()) => held.map(|_| round).ok_or_else(|| ROUND_NOT_OPEN.into()),
    })
}

/// Rounds that a stopped process may have left half-way.
pub async fn unfinished(db: &impl ConnectionTrait) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::State.is_in([State::Open, State::Closed])).all(db).await
}
