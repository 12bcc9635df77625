//! What is on the screen, with the words in it: resolved anew each time, so that a couple who take
//! their consent back are gone from it.

use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::cue::{Cue, Reveals};
use super::queue::{self, Face};
use super::step::Steps;
use crate::error::Error;
use crate::plaza::contribution::{self, Kind, State};

/// How many declarations drift over the screen.
const DECLARATIONS: u64 = 24;

#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = StageScene)]
pub struct Scene {
    /// Rises with every step and every undo.
    moves: i32,
    shows: Shown,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schema(as = StageShows)]
enum Shown {
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
        pair: Vec<Face>,
    },
    Blank,
}

/// What the screen shows now; to phones without names.
///
/// # Errors
/// Only faults.
pub async fn now(db: &impl ConnectionTrait, event_id: Uuid, named: bool) -> Result<Scene, Error> {
    let steps = Steps::of(db, event_id).await?;
    let shows = match steps.shown() {
        Cue::Welcome => Shown::Welcome,
        Cue::Declarations => {
            Shown::Declarations { texts: if named { declarations(db, event_id).await? } else { Vec::new() } }
        }
        Cue::Dates => Shown::Dates,
        Cue::Choosing => Shown::Choosing,
        Cue::Blank => Shown::Blank,
        Cue::Couple { couple, reveals } => match queue::pair(db, event_id, couple).await? {
            Some(mut pair) => {
                if !named || reveals == Reveals::Numbers {
                    pair.iter_mut().for_each(|face| face.nickname = None);
                }
                Shown::Couple { reveals, pair }
            }
            None => Shown::Blank,
        },
    };
    Ok(Scene { moves: steps.moves(), shows })
}

async fn declarations(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Vec<String>, Error> {
    let shown = contribution::Entity::of_event(event_id)
        .filter(contribution::Column::Kind.eq(Kind::Declaration))
        .filter(contribution::Column::State.eq(State::Approved))
        .order_by_desc(contribution::Column::At)
        .limit(DECLARATIONS);
    Ok(shown.select_only().column(contribution::Column::Body).into_tuple().all(db).await?)
}
