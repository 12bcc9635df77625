//! The couples who may be called: both lit up for each other, both were willing to walk on stage,
//! the stable choice put them together, and both said yes once more after the round.

use std::collections::HashSet;

use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::cue::{Cue, Reveals};
use super::step::{Model, Steps};
use crate::couples::couple;
use crate::error::Error;
use crate::picks::own;

/// A couple on the console's list.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = StageCouple)]
pub struct Waiting {
    id: Uuid,
    pair: Vec<Face>,
    state: Called,
}

/// One of the two, as far as it is told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[schema(as = StageFace)]
pub struct Face {
    #[schema(example = "女008")]
    pub badge: String,
    /// Null until it is revealed.
    pub nickname: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = StageCalled)]
pub enum Called {
    Waiting,
    /// Left for later.
    Aside,
    /// Their numbers were shown.
    Revealed,
    /// They walked the bridge.
    Crossed,
}

/// Couples for the stage, by the order they formed.
#[must_use]
pub fn willing(event_id: Uuid) -> sea_orm::Select<couple::Entity> {
    couple::Entity::shown()
        .filter(couple::Column::EventId.eq(event_id))
        .filter(couple::Column::OnStage.eq(true))
        .order_by_asc(couple::Column::FormedAt)
        .order_by_asc(couple::Column::Id)
}

/// The two of a couple, by badge; nobody where one of them no longer wants to be shown.
///
/// # Errors
/// Only faults.
pub async fn pair(db: &impl ConnectionTrait, event_id: Uuid, couple: Uuid) -> Result<Option<Vec<Face>>, Error> {
    let Some(couple) = willing(event_id).filter(couple::Column::Id.eq(couple)).one(db).await? else {
        return Ok(None);
    };
    Ok(Some(faces(db, &couple).await?))
}

async fn faces(db: &impl ConnectionTrait, couple: &couple::Model) -> Result<Vec<Face>, Error> {
    let faces = own::faces(db, couple.people()).await?;
    let mut pair: Vec<Face> =
        faces.into_values().map(|(badge, nickname)| Face { badge, nickname: Some(nickname) }).collect();
    pair.sort();
    Ok(pair)
}

/// Everybody who may be called, and who was.
///
/// # Errors
/// Only faults.
pub async fn of_event(db: &impl ConnectionTrait, event_id: Uuid, steps: &Steps) -> Result<Vec<Waiting>, Error> {
    let shown: Vec<Cue> = steps.standing().map(Model::cue).collect();
    let aside: HashSet<Uuid> = steps.standing().filter_map(|step| step.aside).collect();
    let mut queue = Vec::new();
    for couple in willing(event_id).all(db).await? {
        let reached = shown.iter().filter_map(|cue| match cue {
            Cue::Couple { couple: shown, reveals } if *shown == couple.id => Some(*reveals),
            _ => None,
        });
        let state = match reached.max() {
            Some(Reveals::Bridge) => Called::Crossed,
            _ if aside.contains(&couple.id) => Called::Aside,
            Some(_) => Called::Revealed,
            None => Called::Waiting,
        };
        queue.push(Waiting { id: couple.id, pair: faces(db, &couple).await?, state });
    }
    Ok(queue)
}
