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
use crate::error::Fault;
use crate::picks::{blocked_pairs, own};

/// A couple on the console's list.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = StageCouple)]
pub struct Waiting {
    id: Uuid,
    pair: Vec<Face>,
    state: CallState,
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
pub enum CallState {
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
fn willing(event_id: Uuid) -> sea_orm::Select<couple::Entity> {
    couple::Entity::find_standing()
        .filter(couple::Column::EventId.eq(event_id))
        .filter(couple::Column::OnStage.eq(true))
        .order_by_asc(couple::Column::FormedAt)
        .order_by_asc(couple::Column::Id)
}

/// A couple that may be called now; none where one of them no longer wants to be shown, or blocked the other since.
pub async fn find_callable(
    db: &impl ConnectionTrait,
    event_id: Uuid,
    couple: Uuid,
) -> Result<Option<couple::Model>, Fault> {
    let couple = willing(event_id).filter(couple::Column::Id.eq(couple)).one(db).await?;
    let apart = blocked_pairs::pairs(db, event_id).await?;
    Ok(couple.filter(|couple| !apart.contains(&couple.pair())))
}

/// The two of a couple, by badge; nobody where they may not be called.
pub async fn pair(db: &impl ConnectionTrait, event_id: Uuid, couple: Uuid) -> Result<Option<Vec<Face>>, Fault> {
    match find_callable(db, event_id, couple).await? {
        Some(couple) => Ok(Some(faces(db, &couple).await?)),
        None => Ok(None),
    }
}

async fn faces(db: &impl ConnectionTrait, couple: &couple::Model) -> Result<Vec<Face>, Fault> {
    let faces = own::faces(db, couple.people()).await?;
    let mut pair: Vec<Face> =
        faces.into_values().map(|(badge, nickname)| Face { badge, nickname: Some(nickname) }).collect();
    pair.sort();
    Ok(pair)
}

/// Everybody who may be called, and who was.
pub async fn of_event(db: &impl ConnectionTrait, event_id: Uuid, steps: &Steps) -> Result<Vec<Waiting>, Fault> {
    let on_screen: Vec<Cue> = steps.standing().map(Model::cue).collect();
    let aside: HashSet<Uuid> = steps.standing().filter_map(|step| step.aside).collect();
    let (mut queue, apart) = (Vec::new(), blocked_pairs::pairs(db, event_id).await?);
    for couple in willing(event_id).all(db).await?.into_iter().filter(|couple| !apart.contains(&couple.pair())) {
        let reached = on_screen.iter().filter_map(|cue| match cue {
            Cue::Couple { couple: on_screen, reveals } if *on_screen == couple.id => Some(*reveals),
            _ => None,
        });
        let state = match reached.max() {
            Some(Reveals::Bridge) => CallState::Crossed,
            _ if aside.contains(&couple.id) => CallState::Aside,
            Some(_) => CallState::Revealed,
            None => CallState::Waiting,
        };
        queue.push(Waiting { id: couple.id, pair: faces(db, &couple).await?, state });
    }
    Ok(queue)
}
