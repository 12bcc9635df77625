//! 抽奖 on the screen: the fingerprint of the list, the numbers as they are called, and who won.

use std::collections::{HashMap, HashSet};

use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::cue::Cue;
use super::names;
use super::queue::{CallState, StageFace};
use super::step::{Model, Steps};
use crate::badges::face::Face;
use crate::draws::draw::{self, State};
use crate::draws::view::{self, DrawView};
use crate::error::Fault;

/// A draw that may be shown.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StageDraw {
    pub id: Uuid,
    state: CallState,
    scene: DrawScene,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = StageDrawScene)]
pub struct DrawScene {
    name: String,
    /// How many the list holds.
    people: i32,
    fingerprint: String,
    /// The public draw; null where the hall decides.
    named: Option<String>,
    /// Numbers called from the floor, so far.
    calls: Vec<i32>,
    held: bool,
    /// Whether it was called off.
    off: bool,
    prizes: Vec<StagePrize>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StagePrize {
    name: String,
    seats: u32,
    /// Nicknames not to phones.
    winners: Vec<StageFace>,
}

impl StageDraw {
    /// What is shown of it: to phones, and at an event that tells none, without nicknames.
    #[must_use]
    pub fn scene(self, named: bool) -> DrawScene {
        let mut scene = self.scene;
        if !named {
            let faces = scene.prizes.iter_mut().flat_map(|prize| &mut prize.winners);
            faces.for_each(|face| face.nickname = None);
        }
        scene
    }
}

fn scene(draw: DrawView, faces: &HashMap<Uuid, Face>) -> DrawScene {
    let nickname = |person: &Uuid| faces.get(person).map(|face| face.nickname.clone());
    let face = |winner: &view::DrawWinner| StageFace {
        badge: winner.badge.clone().unwrap_or_else(|| winner.leaf.chars().take(8).collect()),
        nickname: nickname(&winner.registration_id).filter(|name| !name.is_empty()),
    };
    let prize = |prize: &view::DrawnPrize| StagePrize {
        name: prize.name.clone(),
        seats: prize.seats,
        winners: prize.winners.iter().map(face).collect(),
    };
    DrawScene {
        people: draw.people.unwrap_or_default(),
        fingerprint: draw.fingerprint.clone().unwrap_or_default(),
        named: draw.source.named().map(str::to_owned),
        held: draw.state == State::Held,
        off: draw.state == State::CalledOff,
        prizes: draw.prizes.iter().map(prize).collect(),
        name: draw.name,
        calls: draw.calls,
    }
}

/// Who won at these draws, as the hall knows them.
async fn faces(db: &impl ConnectionTrait, draws: &[DrawView]) -> Result<HashMap<Uuid, Face>, Fault> {
    let winners = draws.iter().flat_map(|draw| &draw.prizes).flat_map(|prize| &prize.winners);
    let people: HashSet<Uuid> = winners.map(|winner| winner.registration_id).collect();
    names::of(db, people).await
}

/// The draws whose lists are fixed, latest first.
pub async fn of_event(db: &impl ConnectionTrait, event_id: Uuid, steps: &Steps) -> Result<Vec<StageDraw>, Fault> {
    let on_screen: HashSet<Uuid> = steps.standing().map(Model::cue).filter_map(Cue::draw).collect();
    let mut draws = view::of_event(db, event_id).await?;
    draws.retain(|draw| draw.fixed_at.is_some());
    let faces = faces(db, &draws).await?;
    let waits = |id: &Uuid| if on_screen.contains(id) { CallState::Revealed } else { CallState::Waiting };
    let draw = |draw: DrawView| StageDraw { id: draw.id, state: waits(&draw.id), scene: scene(draw, &faces) };
    Ok(draws.into_iter().map(draw).collect())
}

/// What the screen shows of one of them; None where it is none, or its list is not fixed.
pub async fn find(db: &impl ConnectionTrait, event_id: Uuid, id: Uuid) -> Result<Option<StageDraw>, Fault> {
    let found = draw::Entity::of_event(event_id).filter(draw::Column::Id.eq(id));
    let found = found.filter(draw::Column::FixedAt.is_not_null()).one(db).await?;
    let Some(found) = found else { return Ok(None) };
    let seen = view::of_draw(db, found).await?;
    let faces = faces(db, std::slice::from_ref(&seen)).await?;
    Ok(Some(StageDraw { id: seen.id, state: CallState::Waiting, scene: scene(seen, &faces) }))
}
