//! Who wears which number, as the organizer's list shows it; never a code.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::badge;
use super::number::Number;
use crate::accounts::profile;
use crate::database::IDS_A_STATEMENT;
use crate::error::Fault;
use crate::registrations::registration::{self, Status};
use crate::units::unit;

#[derive(Clone, Debug)]
pub struct Wearer {
    pub badge_id: Uuid,
    pub worn: Number,
    pub nickname: String,
    pub unit: String,
    /// The applicant number.
    pub applicant: String,
    pub status: Status,
    pub issued_at: DateTime<Utc>,
}

impl Wearer {
    /// Whether the person still comes.
    #[must_use]
    pub fn comes(&self) -> bool {
        self.status == Status::Confirmed
    }
}

/// Everybody with a badge, men first, in the order of their numbers.
pub async fn of_event(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Vec<Wearer>, Fault> {
    let badges = badge::Entity::of_event(event_id).order_by_asc(badge::Column::Side);
    worn(db, badges.order_by_asc(badge::Column::Number).all(db).await?).await
}

/// The wearers of some badges, in their order.
pub async fn worn(db: &impl ConnectionTrait, badges: Vec<badge::Model>) -> Result<Vec<Wearer>, Fault> {
    let mut people: HashMap<Uuid, registration::Model> = HashMap::new();
    let mut nicknames: HashMap<Uuid, String> = HashMap::new();
    let mut units: HashMap<Uuid, String> = HashMap::new();
    for some in badges.chunks(IDS_A_STATEMENT) {
        let ids = some.iter().map(|badge| badge.registration_id);
        let found = registration::Entity::find().filter(registration::Column::Id.is_in(ids)).all(db).await?;
        nicknames.extend(profile::nicknames(db, found.iter().map(|row| row.account_id)).await?);
        let employers = unit::Column::Id.is_in(found.iter().map(|row| row.unit_id));
        let employers = unit::Entity::find().filter(employers).all(db).await?;
        units.extend(employers.into_iter().map(|unit| (unit.id, unit.name)));
        people.extend(found.into_iter().map(|row| (row.id, row)));
    }
    let wearer = |badge: badge::Model| {
        let person = people.get(&badge.registration_id)?;
        Some(Wearer {
            badge_id: badge.id,
            worn: badge.worn(),
            nickname: nicknames.get(&person.account_id).cloned().unwrap_or_default(),
            unit: units.get(&person.unit_id).cloned().unwrap_or_default(),
            applicant: person.label(),
            status: person.status,
            issued_at: badge.issued_at,
        })
    };
    Ok(badges.into_iter().filter_map(wearer).collect())
}
