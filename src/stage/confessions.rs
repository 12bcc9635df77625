//! 真情告白 on the console: those where both said yes, are here, and are not kept apart.

use std::collections::{HashMap, HashSet};

use sea_orm::ConnectionTrait;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::cue::Cue;
use super::names;
use super::queue::{CallState, Face};
use super::step::{Model, Steps};
use crate::checkin::presence;
use crate::confessions::confession;
use crate::error::Fault;
use crate::picks::{blocked_pairs, matched};

/// Somebody who may be called to speak, and to whom.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = StageConfession)]
pub struct Speech {
    id: Uuid,
    /// Who speaks, then who is spoken to.
    pair: Vec<Face>,
    state: CallState,
}

/// Everybody who may be called, by the order they asked.
async fn ready(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Vec<(Uuid, [Uuid; 2])>, Fault> {
    let agreed = confession::Entity::agreed(event_id).all(db).await?;
    if agreed.is_empty() {
        return Ok(Vec::new());
    }
    let here = presence::Entity::inside(event_id).all(db).await?;
    let here: HashSet<Uuid> = here.into_iter().map(|guest| guest.registration_id).collect();
    let apart = blocked_pairs::pairs(db, event_id).await?;
    let pairs = agreed.into_iter().filter_map(|row| Some((row.id, [row.asked_by, row.asked_of?])));
    let may_speak = |[one, other]: [Uuid; 2]| {
        here.contains(&one) && here.contains(&other) && !apart.contains(&matched::ordered(one, other))
    };
    Ok(pairs.filter(|(_, pair)| may_speak(*pair)).collect())
}

fn faces(names: &HashMap<Uuid, (String, String)>, pair: [Uuid; 2]) -> Option<Vec<Face>> {
    let face = |id| names.get(&id).map(|(badge, name)| Face { badge: badge.clone(), nickname: Some(name.clone()) });
    pair.into_iter().map(face).collect()
}

/// Who speaks and to whom; nobody where one of them no longer wants to, or is gone.
pub async fn pair(db: &impl ConnectionTrait, event_id: Uuid, id: Uuid) -> Result<Option<Vec<Face>>, Fault> {
    let found = ready(db, event_id).await?.into_iter().find(|(ready, _)| *ready == id);
    let Some((_, pair)) = found else { return Ok(None) };
    Ok(faces(&names::of(db, pair).await?, pair))
}

/// Everybody who may be called to speak, and who was.
pub async fn of_event(db: &impl ConnectionTrait, event_id: Uuid, steps: &Steps) -> Result<Vec<Speech>, Fault> {
    let ready = ready(db, event_id).await?;
    let shown: HashSet<Uuid> = steps.standing().map(Model::cue).filter_map(Cue::confession).collect();
    let names = names::of(db, ready.iter().flat_map(|(_, pair)| *pair)).await?;
    let speech = |(id, pair): (Uuid, [Uuid; 2])| {
        let state = if shown.contains(&id) { CallState::Revealed } else { CallState::Waiting };
        Some(Speech { id, pair: faces(&names, pair)?, state })
    };
    Ok(ready.into_iter().filter_map(speech).collect())
}

/// How many may be called, called or not.
pub async fn count(db: &impl ConnectionTrait, event_id: Uuid) -> Result<usize, Fault> {
    Ok(ready(db, event_id).await?.len())
}
