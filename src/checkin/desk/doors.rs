//! Who went through the door which way last, for a device that has to say so by itself.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter};
use serde::Serialize;
use utoipa::ToSchema;

use crate::checkin::{attempt, presence};

/// One person's last step through the door.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DoorPassed)]
pub struct LastStep {
    /// True where they came in, false where they left.
    pub inside: bool,
    pub at: DateTime<Utc>,
    pub by_device: String,
}

/// By number, everybody who is inside or has left. Whose entry was taken back was never there.
pub async fn last_steps(db: &impl ConnectionTrait, event_id: Uuid) -> Result<BTreeMap<String, LastStep>, DbErr> {
    let came = presence::Entity::find().filter(presence::Column::EventId.eq(event_id)).all(db).await?;
    let outside = came.iter().filter(|person| !person.inside).map(|person| person.attempt_id);
    let exits = attempt::Entity::of_event(event_id)
        .filter(attempt::Column::Id.is_in(outside))
        .filter(attempt::Column::Kind.eq(attempt::Kind::Exit));
    let exits: HashMap<Uuid, String> = exits.all(db).await?.into_iter().map(|exit| (exit.id, exit.device)).collect();
    let step = |person: presence::Model| {
        let worn = person.worn().to_string();
        let (at, by_device) = if person.inside {
            (person.since, person.device)
        } else {
            (person.moved_at, exits.get(&person.attempt_id)?.clone())
        };
        Some((worn, LastStep { inside: person.inside, at, by_device }))
    };
    Ok(came.into_iter().filter_map(step).collect())
}
