//! Somebody inside, as far as groups and pairs ask.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::accounts::profile;
use crate::badges::number::Number;
use crate::checkin::presence;
use crate::registrations::registration;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Present {
    pub registration_id: Uuid,
    pub worn: Number,
    pub nickname: String,
    pub unit_id: Uuid,
    pub birth_year: Option<i32>,
}

/// What people in the hall may know of each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct BadgeAndNickname {
    #[schema(example = "女008")]
    pub badge: String,
    pub nickname: String,
}

impl From<&Present> for BadgeAndNickname {
    fn from(present: &Present) -> Self {
        Self { badge: present.worn.to_string(), nickname: present.nickname.clone() }
    }
}

/// Everybody inside, by the number they wear.
pub async fn inside(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Vec<Present>, DbErr> {
    who(db, presence::Entity::inside(event_id).all(db).await?).await
}

/// Everybody who has ever been inside, by the number they wear.
pub async fn came(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Vec<Present>, DbErr> {
    let came = presence::Entity::find().filter(presence::Column::EventId.eq(event_id)).all(db).await?;
    who(db, came).await
}

/// These people, as far as they came.
pub async fn named(db: &impl ConnectionTrait, registrations: &[Uuid]) -> Result<Vec<Present>, DbErr> {
    let named = presence::Column::RegistrationId.is_in(registrations.iter().copied());
    who(db, presence::Entity::find().filter(named).all(db).await?).await
}

async fn who(db: &impl ConnectionTrait, presences: Vec<presence::Model>) -> Result<Vec<Present>, DbErr> {
    let worn: HashMap<Uuid, Number> = presences.iter().map(|one| (one.registration_id, one.worn())).collect();
    let people = registration::Column::Id.is_in(worn.keys().copied());
    let people = registration::Entity::find().filter(people).all(db).await?;
    let accounts = profile::Column::AccountId.is_in(people.iter().map(|person| person.account_id));
    let profiles = profile::Entity::find().filter(accounts).all(db).await?;
    let mut profiles: HashMap<Uuid, profile::Model> =
        profiles.into_iter().map(|profile| (profile.account_id, profile)).collect();
    let present = |person: registration::Model| {
        let profile = profiles.remove(&person.account_id);
        Some(Present {
            registration_id: person.id,
            worn: *worn.get(&person.id)?,
            unit_id: person.unit_id,
            birth_year: profile.as_ref().and_then(|profile| profile.birth_year),
            nickname: profile.map(|profile| profile.nickname).unwrap_or_default(),
        })
    };
    let mut found: Vec<Present> = people.into_iter().filter_map(present).collect();
    found.sort_by_key(|present| present.worn);
    Ok(found)
}
