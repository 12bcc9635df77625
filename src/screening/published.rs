//! What everybody may read about a screening: enough to check the draw, nothing about any one person.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, PaginatorTrait, QueryFilter};
use serde::Serialize;
use utoipa::ToSchema;

use super::placement::{self, Placed};
use super::{list, run, standing};
use crate::error::Fault;
use crate::events::event;
use crate::registrations::registration::{SIDES, Side};
use queqiao_screening::rules::Rules;

/// Groups smaller than this are not told of.
const FEW: u64 = 5;

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PublishedScreening)]
pub struct Published {
    pub list: Option<PublishedList>,
    pub run: Option<PublishedRun>,
}

/// The list as it was fixed before the draw.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublishedList {
    /// Merkle root (RFC 6962) over the salted lines.
    pub list_root: String,
    pub applicants: i32,
    /// The public draw that breaks ties, by name; empty where the house drew at the run.
    pub draw: String,
    pub published_at: DateTime<Utc>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PublishedRun {
    pub run: i32,
    pub committed_at: DateTime<Utc>,
    pub list_root: String,
    pub draw: String,
    pub beacon: String,
    pub seed: String,
    pub rules: Rules,
    pub selected: i32,
    pub waitlisted: i32,
    pub not_selected: i32,
    pub sides: Vec<PublishedSide>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PublishedSide {
    pub side: Side,
    /// None where they are fewer than five.
    pub selected: Option<u64>,
    /// Points of the last one selected; none where fewer than five were.
    pub cut_line: Option<i64>,
}

impl From<list::Model> for PublishedList {
    fn from(list: list::Model) -> Self {
        Self { list_root: list.root, applicants: list.people, draw: list.draw, published_at: list.published_at }
    }
}

pub async fn of_event(db: &impl ConnectionTrait, event: &event::Model) -> Result<Published, Fault> {
    let list = list::latest(db, event.id).await?.map(PublishedList::from);
    let run = match run::of_event(db, event.id).await? {
        Some(run) => Some(of_run(db, run).await?),
        None => None,
    };
    Ok(Published { list, run })
}

pub async fn of_run(db: &impl ConnectionTrait, run: run::Model) -> Result<PublishedRun, Fault> {
    let mut sides = Vec::new();
    for side in SIDES {
        let selected = placement::Entity::of_event(run.event_id)
            .filter(placement::Column::Side.eq(side))
            .filter(placement::Column::Outcome.eq(Placed::Selected))
            .count(db)
            .await?;
        let is_told = selected >= FEW;
        let cut_line = if is_told { standing::cut_line(db, run.event_id, side).await? } else { None };
        sides.push(PublishedSide { side, selected: is_told.then_some(selected), cut_line });
    }
    Ok(PublishedRun {
        run: run.number,
        committed_at: run.committed_at,
        rules: run.rules_used()?,
        list_root: run.list_root,
        draw: run.draw,
        beacon: run.beacon,
        seed: run.seed,
        selected: run.selected,
        waitlisted: run.waitlisted,
        not_selected: run.not_selected,
        sides,
    })
}
