//! The couples who may be called: both lit up for each other and both said yes to being shown, on the
//! ballot or after it.

use std::collections::{BTreeSet, HashSet};

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::cue::{Cue, Reveals};
use super::names;
use super::step::{Model, Steps};
use crate::badges::face::Face;
use crate::checkin::presence;
use crate::couples::{couple, for_stage};
use crate::error::Fault;
use crate::picks::blocked_pairs;

/// A couple on the console's list.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = StageCouple)]
pub struct Waiting {
    id: Uuid,
    pair: Vec<StageFace>,
    state: CallState,
}

/// One of the two, as far as it is told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub struct StageFace {
    #[schema(example = "女008")]
    pub badge: String,
    /// Null until it is revealed.
    pub nickname: Option<String>,
}

impl From<&Face> for StageFace {
    fn from(face: &Face) -> Self {
        Self { badge: face.badge(), nickname: Some(face.nickname.clone()) }
    }
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
    /// One of the two has left the hall; callable again as soon as they are back.
    Gone,
}

/// Who may be called now, in the order they formed; none where one of them no longer wants to be shown,
/// or blocked the other since.
async fn willing(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Vec<couple::Model>, Fault> {
    let apart = blocked_pairs::pairs(db, event_id).await?;
    let mut standing = for_stage::standing(db, event_id).await?;
    standing.retain(|couple| !apart.contains(&couple.pair()));
    Ok(for_stage::choose(standing))
}

/// Who came and left the hall again.
pub async fn gone(db: &impl ConnectionTrait, event_id: Uuid) -> Result<BTreeSet<Uuid>, DbErr> {
    let left = presence::Entity::find()
        .filter(presence::Column::EventId.eq(event_id))
        .filter(presence::Column::Inside.eq(false))
        .select_only()
        .column(presence::Column::RegistrationId);
    Ok(left.into_tuple::<Uuid>().all(db).await?.into_iter().collect())
}

/// A couple that both still want to show, and that is kept apart by nobody; they may have left the hall.
pub async fn find_callable(
    db: &impl ConnectionTrait,
    event_id: Uuid,
    couple: Uuid,
) -> Result<Option<couple::Model>, Fault> {
    Ok(willing(db, event_id).await?.into_iter().find(|one| one.id == couple))
}

/// The two of a couple, by badge; nobody where they may not be called.
pub async fn pair(db: &impl ConnectionTrait, event_id: Uuid, couple: Uuid) -> Result<Option<Vec<StageFace>>, Fault> {
    match find_callable(db, event_id, couple).await? {
        Some(couple) => Ok(Some(faces(db, &couple).await?)),
        None => Ok(None),
    }
}

async fn faces(db: &impl ConnectionTrait, couple: &couple::Model) -> Result<Vec<StageFace>, Fault> {
    let faces = names::of(db, couple.people()).await?;
    let mut pair: Vec<StageFace> = faces.values().map(StageFace::from).collect();
    pair.sort();
    Ok(pair)
}

/// Everybody who may be called, and who was.
pub async fn of_event(db: &impl ConnectionTrait, event_id: Uuid, steps: &Steps) -> Result<Vec<Waiting>, Fault> {
    let on_screen: Vec<Cue> = steps.standing().map(Model::cue).collect();
    let aside: HashSet<Uuid> = steps.standing().filter_map(|step| step.aside).collect();
    let gone = gone(db, event_id).await?;
    let mut queue = Vec::new();
    for couple in willing(db, event_id).await? {
        let reached = on_screen.iter().filter_map(|cue| match cue {
            Cue::Couple { couple: on_screen, reveals } if *on_screen == couple.id => Some(*reveals),
            _ => None,
        });
        let state = match reached.max() {
            Some(Reveals::Bridge) => CallState::Crossed,
            _ if couple.people().iter().any(|person| gone.contains(person)) => CallState::Gone,
            _ if aside.contains(&couple.id) => CallState::Aside,
            Some(_) => CallState::Revealed,
            None => CallState::Waiting,
        };
        queue.push(Waiting { id: couple.id, pair: faces(db, &couple).await?, state });
    }
    Ok(queue)
}
