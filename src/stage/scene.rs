//! What is on the screen, with the words in it: resolved anew each time, so that a couple who take
//! their consent back are gone from it.

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::cue::{Cue, Reveals};
use super::draws::{self, DrawScene};
use super::queue::{self, StageFace};
use super::step::Steps;
use super::terms::Terms;
use super::together::{self, Together};
use super::{blessing, confessions, talents};
use crate::error::Fault;
use crate::events::event;
use crate::plaza::contribution::{self, Kind, State};
use crate::plaza::sight;

/// How many declarations drift over the screen.
const DECLARATIONS: u64 = 24;

#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = StageScene)]
pub struct Scene {
    /// Rises with every step and every undo.
    moves: i32,
    shows: SceneContent,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schema(as = StageShows)]
enum SceneContent {
    Welcome,
    /// Plain text, newest first; empty for guests, who have the wall on their own phones.
    Declarations {
        texts: Vec<String>,
    },
    Dates,
    Choosing,
    /// Nicknames only once they are revealed, and not to phones.
    Couple {
        reveals: Reveals,
        pair: Vec<StageFace>,
        /// Whether phones may bless: on the bridge, where the event has 祝福.
        blessable: bool,
        /// How many blessings so far; null where they may not, and to phones.
        blessings: Option<i64>,
    },
    /// 真情告白: who speaks, then who is spoken to; nicknames as for a couple.
    Confession {
        named: bool,
        pair: Vec<StageFace>,
    },
    /// 破冰: the pairs drawn last; empty for guests, whose own phones tell them.
    Icebreaker {
        pairs: Vec<Together>,
    },
    /// 小组; empty for guests.
    Groups {
        groups: Vec<Together>,
    },
    /// 才艺.
    Talent {
        #[schema(example = "女008")]
        badge: String,
        title: String,
    },
    /// 抽奖.
    Draw(DrawScene),
    Blank,
}

/// What the screen shows now; to phones without names.
pub async fn now(db: &impl ConnectionTrait, event: &event::Model, named: bool) -> Result<Scene, Fault> {
    let event_id = event.id;
    let steps = Steps::of(db, event_id).await?;
    let shows = match steps.current_cue() {
        Cue::Welcome => SceneContent::Welcome,
        Cue::Declarations => {
            SceneContent::Declarations { texts: if named { declarations(db, event_id).await? } else { Vec::new() } }
        }
        Cue::Dates => SceneContent::Dates,
        Cue::Choosing => SceneContent::Choosing,
        Cue::Icebreaker => {
            SceneContent::Icebreaker { pairs: if named { together::pairs(db, event_id).await? } else { Vec::new() } }
        }
        Cue::Groups => {
            SceneContent::Groups { groups: if named { together::groups(db, event_id).await? } else { Vec::new() } }
        }
        Cue::Talent { act } => match talents::find(db, event_id, act).await? {
            Some(talents::Act { badge, title, .. }) => SceneContent::Talent { badge, title },
            None => SceneContent::Blank,
        },
        Cue::Draw { draw } => match draws::find(db, event_id, draw).await? {
            Some(found) => SceneContent::Draw(found.scene(named && Terms::of(event)?.nicknames)),
            None => SceneContent::Blank,
        },
        Cue::Blank => SceneContent::Blank,
        Cue::Couple { couple, reveals } => match queue::pair(db, event_id, couple).await? {
            Some(pair) => {
                let terms = Terms::of(event)?;
                let blessable = reveals == Reveals::Bridge && terms.blessings > 0;
                let blessings = if named && blessable { Some(blessing::counted(db, couple).await?) } else { None };
                let with_nicknames = named && reveals != Reveals::Numbers && terms.nicknames;
                SceneContent::Couple { reveals, pair: as_told(pair, with_nicknames), blessable, blessings }
            }
            None => SceneContent::Blank,
        },
        Cue::Confession { confession, named: called } => match confessions::pair(db, event_id, confession).await? {
            Some(pair) => SceneContent::Confession { named: called, pair: as_told(pair, named && called) },
            None => SceneContent::Blank,
        },
    };
    Ok(Scene { moves: steps.moves(), shows })
}

/// Without nicknames where they are not to be told.
fn as_told(mut pair: Vec<StageFace>, named: bool) -> Vec<StageFace> {
    if !named {
        pair.iter_mut().for_each(|face| face.nickname = None);
    }
    pair
}

async fn declarations(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Vec<String>, DbErr> {
    let approved = contribution::Entity::of_event(event_id)
        .filter(contribution::Column::Kind.eq(Kind::Declaration))
        .filter(contribution::Column::State.eq(State::Approved))
        .filter(contribution::Column::RegistrationId.not_in_subquery(sight::gone(event_id).into_query()))
        .order_by_desc(contribution::Column::At)
        .limit(DECLARATIONS);
    approved.select_only().column(contribution::Column::Body).into_tuple().all(db).await
}
