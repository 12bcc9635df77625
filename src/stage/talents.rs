//! 才艺 on the console: what those who are here offered to show, looked at by the host before the hall
//! sees it.

use std::collections::{HashMap, HashSet};

use sea_orm::ConnectionTrait;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::cue::Cue;
use super::queue::CallState;
use super::step::{Model, Steps};
use crate::checkin::presence;
use crate::error::Fault;
use crate::programme::talent;

/// Somebody who may be called to show something.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = StageTalent)]
pub struct Act {
    pub id: Uuid,
    #[schema(example = "女008")]
    pub badge: String,
    pub title: String,
    state: CallState,
}

/// Everybody here who offered something, whoever offered first first.
pub async fn of_event(db: &impl ConnectionTrait, event_id: Uuid, steps: &Steps) -> Result<Vec<Act>, Fault> {
    let offered = talent::of_event(db, event_id).await?;
    if offered.is_empty() {
        return Ok(Vec::new());
    }
    let here = presence::Entity::inside(event_id).all(db).await?;
    let worn: HashMap<Uuid, String> =
        here.iter().map(|guest| (guest.registration_id, guest.worn().to_string())).collect();
    let on_screen: HashSet<Uuid> = steps.standing().map(Model::cue).filter_map(Cue::act).collect();
    let act = |offer: talent::Model| {
        let id = offer.registration_id;
        let state = if on_screen.contains(&id) { CallState::Revealed } else { CallState::Waiting };
        Some(Act { id, badge: worn.get(&id)?.clone(), title: offer.title, state })
    };
    Ok(offered.into_iter().filter_map(act).collect())
}

/// What somebody here shows; None where they thought better of it, or are gone.
pub async fn find(db: &impl ConnectionTrait, event_id: Uuid, act: Uuid) -> Result<Option<Act>, Fault> {
    Ok(of_event(db, event_id, &Steps::default()).await?.into_iter().find(|one| one.id == act))
}
