//! What everybody may read about a screening: enough to check the draw, nothing about any one person.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::terms::Terms;
use super::{addition, list, order, run};
use crate::app::App;
use crate::error::Fault;
use crate::events::event;
use crate::points::ladder::CutLine;
use crate::registrations::registration::{SIDES, Side};
use queqiao_screening::rules::Rules;

/// Groups smaller than this are not told of.
const FEW: usize = 5;

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PublishedScreening)]
pub struct Published {
    pub list: Option<PublishedList>,
    pub run: Option<PublishedRun>,
    /// Seats added since, oldest first.
    pub additions: Vec<PublishedAddition>,
}

/// Seats that were added after the run, with the reason.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PublishedAddition)]
pub struct PublishedAddition {
    pub number: i32,
    pub added_at: DateTime<Utc>,
    pub reason: String,
    pub men: i32,
    pub women: i32,
    /// All seats from then on.
    pub seats: i32,
    /// SHA-256 of its record, which names the record before it.
    pub digest: String,
}

impl From<addition::Model> for PublishedAddition {
    fn from(added: addition::Model) -> Self {
        let addition::Model { number, added_at, reason, men, women, seats, digest, .. } = added;
        Self { number, added_at, reason, men, women, seats, digest }
    }
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
    /// Where the event has several boards: their rules.
    pub boards: Vec<PublishedBoard>,
    /// Whether earlier events of the union were compared before points.
    pub by_history: bool,
    pub selected: i32,
    pub waitlisted: i32,
    pub not_selected: i32,
    pub sides: Vec<PublishedSide>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PublishedBoard {
    pub board: String,
    pub rules: Rules,
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

pub async fn of_event(app: &App, event: &event::Model) -> Result<Published, Fault> {
    let db = app.database.reader();
    let list = list::latest(db, event.id).await?.map(PublishedList::from);
    let run = match run::of_event(db, event.id).await? {
        Some(run) => Some(of_run(app, event, run).await?),
        None => None,
    };
    let additions = addition::of_event(db, event.id).await?.into_iter().map(PublishedAddition::from).collect();
    Ok(Published { list, run, additions })
}

pub async fn of_run(app: &App, event: &event::Model, run: run::Model) -> Result<PublishedRun, Fault> {
    let order = order::of_event(app, app.database.reader(), run.event_id).await?;
    let published = |side| {
        let cut = order.as_ref().map_or_else(CutLine::default, |order| order.side(side).cut_line());
        let is_told = cut.seats >= FEW;
        PublishedSide {
            side,
            selected: is_told.then(|| u64::try_from(cut.seats).unwrap_or(u64::MAX)),
            cut_line: cut.points.filter(|_| is_told),
        }
    };
    let sides = SIDES.map(published).into();
    Ok(PublishedRun {
        run: run.number,
        committed_at: run.committed_at,
        rules: run.rules_used()?,
        boards: run.boards_filled()?.into_iter().map(|of| PublishedBoard { board: of.name, rules: of.rules }).collect(),
        by_history: Terms::of(event)?.by_history(),
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
