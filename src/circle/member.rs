//! Who joined a circle, and what the others see of them: nickname and number.

use std::collections::{HashMap, HashSet};

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, PaginatorTrait, QueryFilter, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;

use super::refusals::NOT_IN_CIRCLE;
use crate::accounts::profile;
use crate::checkin::presence;
use crate::error::Error;
use crate::registrations::registration;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "circle_member")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub registration_id: Uuid,
    pub event_id: Uuid,
    pub joined_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    #[must_use]
    pub fn of_event(event_id: Uuid) -> Select<Self> {
        Self::find().filter(Column::EventId.eq(event_id))
    }
}

/// A member as the others see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = CircleMember)]
pub struct Member {
    pub nickname: String,
    /// As it was worn: `女008`.
    pub badge: String,
    pub me: bool,
}

/// How many are in the circle of an event.
pub async fn count(db: &impl ConnectionTrait, event_id: Uuid) -> Result<u64, DbErr> {
    Entity::of_event(event_id).count(db).await
}

/// Holds a membership, so that what one person does in a circle is done one thing after the other.
///
/// # Errors
/// 403 `not_in_circle`.
pub async fn hold(txn: &impl ConnectionTrait, registration_id: Uuid) -> Result<Model, Error> {
    let held = Entity::find_by_id(registration_id).lock_exclusive().one(txn).await?;
    Ok(held.ok_or(NOT_IN_CIRCLE)?)
}

/// The people behind registrations who still have a name.
pub async fn named(
    db: &impl ConnectionTrait,
    registrations: impl IntoIterator<Item = Uuid>,
    me: Uuid,
) -> Result<HashMap<Uuid, Member>, DbErr> {
    let wanted: HashSet<Uuid> = registrations.into_iter().collect();
    let people = registration::Entity::find().filter(registration::Column::Id.is_in(wanted.iter().copied()));
    let people = people.all(db).await?;
    let accounts = people.iter().map(|person| person.account_id);
    let profiles = profile::Entity::find().filter(profile::Column::AccountId.is_in(accounts)).all(db).await?;
    let nicknames: HashMap<Uuid, String> =
        profiles.into_iter().map(|profile| (profile.account_id, profile.nickname)).collect();
    let worn = presence::Entity::find().filter(presence::Column::RegistrationId.is_in(wanted)).all(db).await?;
    let worn: HashMap<Uuid, String> =
        worn.into_iter().map(|presence| (presence.registration_id, presence.worn().to_string())).collect();
    let member = |person: registration::Model| {
        let nickname = nicknames.get(&person.account_id)?.clone();
        let badge = worn.get(&person.id).cloned().unwrap_or_default();
        Some((person.id, Member { nickname, badge, me: person.id == me }))
    };
    Ok(people.into_iter().filter_map(member).collect())
}
