//! One sealed ballot: 84 bytes a person and round, from the opening to the tally.

use std::collections::HashMap;

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, JoinType, QueryFilter, QuerySelect};

use super::round;
use crate::app::App;
use crate::badges::badge;
use crate::badges::number::Number;
use crate::checkin::presence;
use crate::error::Fault;
use crate::registrations::registration::{self, Side};
use queqiao_ballots::ballot::Ballot;
use queqiao_ballots::seal::{Owner, Seal};

#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ballot")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub registration_id: Uuid,
    /// The applicant number, which the sealed bytes are bound to.
    pub person: i32,
    pub sealed: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// The number the ballot is sealed for.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.person.unsigned_abs()
    }

    /// Whom it opens for: the account is the one that has the application now.
    #[must_use]
    pub fn owner<'a>(&self, account: &'a Uuid) -> Owner<'a> {
        Owner { person: self.number(), account: account.as_bytes() }
    }
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ballot")
    }
}

impl Entity {
    #[must_use]
    pub fn of_round(round_id: Uuid) -> Select<Self> {
        Self::find().filter(Column::RoundId.eq(round_id))
    }
}

/// Everybody who wears a badge at an event, with their applications.
fn wearers(event_id: Uuid) -> Select<badge::Entity> {
    badge::Entity::of_event(event_id).join(JoinType::InnerJoin, badge::Entity::to_registration())
}

/// What everybody wears, by the number ballots know them by. The whole hall is read, never those who
/// are named on a ballot: what the database is asked stays in its buffers, and may stand in its log.
pub async fn labels(db: &impl ConnectionTrait, event_id: Uuid) -> Result<HashMap<u32, String>, Fault> {
    let worn: Vec<(i32, Side, i32)> = wearers(event_id)
        .select_only()
        .column(registration::Column::Number)
        .column(badge::Column::Side)
        .column(badge::Column::Number)
        .into_tuple()
        .all(db)
        .await?;
    let label = |(person, side, number): (i32, _, _)| (person.unsigned_abs(), Number { side, number }.to_string());
    Ok(worn.into_iter().map(label).collect())
}

/// Who is inside, and what they wear.
#[derive(Debug, Default)]
pub struct Inside {
    worn: HashMap<Uuid, Number>,
    people: HashMap<Number, u32>,
}

impl Inside {
    /// What somebody inside wears, by their application.
    #[must_use]
    pub fn worn_by(&self, registration_id: Uuid) -> Option<Number> {
        self.worn.get(&registration_id).copied()
    }

    /// By what number ballots know whoever wears this.
    #[must_use]
    pub fn wearer(&self, worn: Number) -> Option<u32> {
        self.people.get(&worn).copied()
    }
}

/// Who is inside. The whole hall, as for [`labels`].
pub async fn inside(txn: &impl ConnectionTrait, event_id: Uuid) -> Result<Inside, Fault> {
    let is = presence::Entity::belongs_to(registration::Entity)
        .from(presence::Column::RegistrationId)
        .to(registration::Column::Id)
        .into();
    let rows: Vec<(Uuid, Side, i32, i32)> = presence::Entity::inside(event_id)
        .join(JoinType::InnerJoin, is)
        .select_only()
        .column(presence::Column::RegistrationId)
        .column(presence::Column::Side)
        .column(presence::Column::Number)
        .column(registration::Column::Number)
        .into_tuple()
        .all(txn)
        .await?;
    let mut inside = Inside::default();
    for (registration_id, side, number, person) in rows {
        let worn = Number { side, number };
        inside.worn.insert(registration_id, worn);
        inside.people.insert(worn, person.unsigned_abs());
    }
    Ok(inside)
}

/// Seals an empty ballot for everybody who wears a badge, so that the rows of a round say nothing
/// about who sent one.
pub async fn lay_out(txn: &impl ConnectionTrait, app: &App, round: &round::Model, seal: &Seal) -> Result<(), Fault> {
    let people: Vec<(Uuid, i32, Uuid)> = wearers(round.event_id)
        .select_only()
        .column(badge::Column::RegistrationId)
        .column(registration::Column::Number)
        .column(registration::Column::AccountId)
        .into_tuple()
        .all(txn)
        .await?;
    let mut rows = Vec::with_capacity(people.len());
    for (registration_id, person, account) in people {
        let owner = Owner { person: person.unsigned_abs(), account: account.as_bytes() };
        let sealed = seal.close(app.chance.secret()?, owner, &Ballot::default());
        rows.push(ActiveModel {
            round_id: Set(round.id),
            registration_id: Set(registration_id),
            person: Set(person),
            sealed: Set(sealed),
        });
    }
    for rows in rows.chunks(1000) {
        Entity::insert_many(rows.to_vec()).exec_without_returning(txn).await?;
    }
    Ok(())
}

/// Who sent these ballots, by application.
pub async fn senders(
    db: &impl ConnectionTrait,
    ballots: &[Model],
) -> Result<HashMap<Uuid, registration::Model>, Fault> {
    let mut senders = HashMap::with_capacity(ballots.len());
    for ballots in ballots.chunks(1000) {
        let ids = ballots.iter().map(|ballot| ballot.registration_id);
        let people = registration::Entity::find().filter(registration::Column::Id.is_in(ids)).all(db).await?;
        senders.extend(people.into_iter().map(|person| (person.id, person)));
    }
    Ok(senders)
}

/// Puts sealed ballots in the places of the former ones, one a person and round. In one order for everybody who
/// does so, so that two of them never wait for each other.
pub async fn put_all(txn: &impl ConnectionTrait, ballots: Vec<Model>) -> Result<(), Fault> {
    let place = OnConflict::columns([Column::RoundId, Column::RegistrationId]).update_column(Column::Sealed).to_owned();
    let mut rows = ballots;
    rows.sort_unstable_by_key(|row| (row.round_id, row.registration_id));
    let rows = rows.into_iter().map(|row| ActiveModel {
        round_id: Set(row.round_id),
        registration_id: Set(row.registration_id),
        person: Set(row.person),
        sealed: Set(row.sealed),
    });
    Entity::insert_many(rows).on_conflict(place).exec_without_returning(txn).await?;
    Ok(())
}
