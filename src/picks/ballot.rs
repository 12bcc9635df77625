//! One sealed ballot: 84 bytes a person and round, from the opening to the tally.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, QueryFilter, QuerySelect};

use super::round;
use super::seal::{Ballot, Seal};
use crate::app::App;
use crate::badges::badge;
use crate::error::Error;
use crate::registrations::registration;

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

/// Seals an empty ballot for everybody who wears a badge, so that the rows of a round say nothing
/// about who sent one.
///
/// # Errors
/// Only faults.
pub async fn lay_out(txn: &impl ConnectionTrait, app: &App, round: &round::Model, seal: &Seal) -> Result<(), Error> {
    let wears = badge::Entity::belongs_to(registration::Entity)
        .from(badge::Column::RegistrationId)
        .to(registration::Column::Id)
        .into();
    let people: Vec<(Uuid, i32)> = badge::Entity::of_event(round.event_id)
        .join(sea_orm::JoinType::InnerJoin, wears)
        .select_only()
        .column(badge::Column::RegistrationId)
        .column(registration::Column::Number)
        .into_tuple()
        .all(txn)
        .await?;
    let mut rows = Vec::with_capacity(people.len());
    for (registration_id, person) in people {
        let sealed = seal.close(app.chance.secret()?, person.unsigned_abs(), &Ballot::default());
        rows.push(ActiveModel {
            round_id: Set(round.id),
            registration_id: Set(registration_id),
            person: Set(person),
            sealed: Set(sealed.to_vec()),
        });
    }
    for rows in rows.chunks(1000) {
        Entity::insert_many(rows.to_vec()).exec_without_returning(txn).await?;
    }
    Ok(())
}

/// Puts a sealed ballot in the place of the person's former one.
///
/// # Errors
/// Only faults.
pub async fn put(txn: &impl ConnectionTrait, row: Model) -> Result<(), Error> {
    let place = OnConflict::columns([Column::RoundId, Column::RegistrationId]).update_column(Column::Sealed).to_owned();
    let row = ActiveModel {
        round_id: Set(row.round_id),
        registration_id: Set(row.registration_id),
        person: Set(row.person),
        sealed: Set(row.sealed),
    };
    Entity::insert(row).on_conflict(place).exec_without_returning(txn).await?;
    Ok(())
}
