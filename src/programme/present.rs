//! Somebody inside, as far as groups and pairs ask.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::accounts::profile;
use crate::badges::face::{self, Face};
use crate::badges::number::Number;
use crate::checkin::presence;
use crate::registrations::registration;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Present {
    pub registration_id: Uuid,
    pub worn: Number,
    pub unit_id: Uuid,
    pub birth_year: Option<i32>,
}

/// Everybody inside, by the number they wear.
pub async fn inside(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Vec<Present>, DbErr> {
    let inside = presence::Entity::inside(event_id).all(db).await?;
    let worn: HashMap<Uuid, Number> = inside.iter().map(|one| (one.registration_id, one.worn())).collect();
    let people = registration::Column::Id.is_in(worn.keys().copied());
    let people = registration::Entity::find().filter(people).all(db).await?;
    let accounts = profile::Column::AccountId.is_in(people.iter().map(|person| person.account_id));
    let profiles = profile::Entity::find().filter(accounts).all(db).await?;
    let born: HashMap<Uuid, Option<i32>> =
        profiles.into_iter().map(|profile| (profile.account_id, profile.birth_year)).collect();
    let present = |person: registration::Model| {
        Some(Present {
            registration_id: person.id,
            worn: *worn.get(&person.id)?,
            unit_id: person.unit_id,
            birth_year: born.get(&person.account_id).copied().flatten(),
        })
    };
    let mut found: Vec<Present> = people.into_iter().filter_map(present).collect();
    found.sort_by_key(|present| present.worn);
    Ok(found)
}

/// The faces of everybody who has ever been inside.
pub async fn came(db: &impl ConnectionTrait, event_id: Uuid) -> Result<HashMap<Uuid, Face>, DbErr> {
    let came = presence::Entity::find().filter(presence::Column::EventId.eq(event_id)).all(db).await?;
    face::faces(db, came.into_iter().map(|guest| guest.registration_id)).await
}
