//! Where one person stands: status, points, rank, the cut line, and why.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::placement::{self, Placed};
use super::sentences::{self, Address};
use super::terms::Terms;
use crate::app::App;
use crate::error::Fault;
use crate::events::event;
use crate::language::Language;
use crate::points;
use crate::registrations::access::Participant;
use crate::registrations::registration::{self, Side, Status};
use crate::units::unit;
use queqiao_screening::explain::Full;

/// A registration as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MyRegistration)]
pub struct Standing {
    pub id: Uuid,
    #[schema(example = "A0012")]
    pub number: String,
    pub status: Status,
    pub side: Side,
    pub unit: Option<String>,
    /// Compared before points: 0 has a guaranteed seat, 1 is everybody else, 2 was at an event of the union in the
    /// last six months, 3 confirmed a seat in the last twelve and did not come. Settled when the list is fixed.
    pub class: i32,
    pub points: i64,
    /// Place in the own side: so far, or by the run.
    pub rank: usize,
    /// Points of whoever has the last seat of the side, or would have it if nothing changed any more; none while
    /// there are seats for everybody.
    pub cut_line: Option<i64>,
    /// By the run; none before it.
    pub explanation: Option<Why>,
    /// Until when a seat may be confirmed or declined.
    pub reply_by: Option<DateTime<Utc>>,
    /// Place in the line of the own side, from 1, while waiting.
    pub standby_place: Option<u64>,
    pub reason: Option<String>,
}

/// Why the run came to this, in numbers and in words.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ScreeningReasons)]
pub struct Why {
    pub outcome: Placed,
    pub rank: usize,
    pub rank_side: usize,
    pub rank_unit_side: usize,
    pub full: Vec<Full>,
    pub single: Vec<String>,
    pub climb: Option<usize>,
    pub words: Vec<String>,
}

impl Why {
    /// Of a placement, in the person's language.
    pub fn of(placement: &placement::Model, language: Language) -> Result<Self, Fault> {
        let why = placement.why()?;
        let stood = (placement.points, placement.class, placement.side);
        let sentences = sentences::explanation(Address::Formal, language, &why, stood);
        Ok(Self {
            outcome: placement.outcome,
            rank: why.rank,
            rank_side: why.rank_side,
            rank_unit_side: why.rank_unit_side,
            full: why.full,
            single: why.single,
            climb: why.climb,
            words: sentences,
        })
    }
}

pub async fn of(app: &App, me: &Participant) -> Result<Standing, Fault> {
    let db = app.database.reader();
    // Read again: the extractor's copy is older than what this reports beside it.
    let mine = registration::Entity::find_by_id(me.registration.id).one(db).await?;
    let mine = mine.unwrap_or_else(|| me.registration.clone());
    let unit = unit::Entity::find_by_id(mine.unit_id).one(db).await?.map(|unit| unit.name);
    let standing = Standing {
        id: mine.id,
        number: mine.label(),
        status: mine.status,
        side: mine.side,
        unit,
        class: mine.class,
        points: 0,
        rank: 0,
        cut_line: None,
        explanation: None,
        reply_by: mine.reply_by,
        standby_place: None,
        reason: mine.reason.clone(),
    };
    match placement::Entity::find_by_id(mine.id).one(db).await? {
        Some(placement) => after_the_run(db, standing, placement, me.account.language).await,
        None => Ok(before_the_run(db, standing, &mine, &me.event).await?),
    }
}

async fn after_the_run(
    db: &impl ConnectionTrait,
    standing: Standing,
    placement: placement::Model,
    language: Language,
) -> Result<Standing, Fault> {
    let why = Why::of(&placement, language)?;
    let waits = standing.status == Status::Waitlisted;
    let standby_place = if waits { Some(in_line(db, &placement).await?) } else { None };
    Ok(Standing {
        class: placement.class,
        points: placement.points,
        rank: why.rank_side,
        cut_line: cut_line(db, placement.event_id, placement.side).await?,
        explanation: Some(why),
        standby_place,
        ..standing
    })
}

async fn in_line(db: &impl ConnectionTrait, placement: &placement::Model) -> Result<u64, Fault> {
    let before = placement::Entity::standing_in(placement.event_id, &[Status::Waitlisted])
        .filter(placement::Column::Side.eq(placement.side))
        .filter(placement::Column::Rank.lt(placement.rank));
    Ok(before.count(db).await? + 1)
}

/// Points of the last person of a side whom the run selected; none where nobody of the side was turned away.
pub async fn cut_line(db: &impl ConnectionTrait, event_id: Uuid, side: Side) -> Result<Option<i64>, Fault> {
    let of_side = || {
        placement::Entity::find()
            .filter(placement::Column::EventId.eq(event_id))
            .filter(placement::Column::Side.eq(side))
    };
    let turned_away = of_side().filter(placement::Column::Outcome.ne(Placed::Selected)).one(db).await?;
    if turned_away.is_none() {
        return Ok(None);
    }
    let selected = of_side().filter(placement::Column::Outcome.eq(Placed::Selected));
    let last = selected.order_by_desc(placement::Column::Rank).one(db).await?;
    Ok(last.map(|last| last.points))
}

/// So far: equal points share a place, for the lottery that parts them has not been drawn.
async fn before_the_run(
    db: &impl ConnectionTrait,
    standing: Standing,
    mine: &registration::Model,
    event: &event::Model,
) -> Result<Standing, Fault> {
    let points: std::collections::HashMap<Uuid, i64> =
        points::standing::of_event(db, event).await?.into_iter().collect();
    let has = |registration: &registration::Model| points.get(&registration.id).copied().unwrap_or(0);
    let side =
        registration::Entity::of_event(event.id).filter(registration::Column::Side.eq(mine.side)).all(db).await?;
    let mut ladder: Vec<(i32, i64)> =
        side.iter().filter(|one| one.status.takes_part()).map(|one| (one.class, -has(one))).collect();
    ladder.sort_unstable();
    let own = (mine.class, -has(mine));
    let rank = ladder.iter().filter(|other| **other < own).count() + 1;
    let rules = Terms::of(event)?.rules(event.seats);
    let seats = rules.side_bounds(mine.side.into()).max.unwrap_or(rules.seats);
    let seats = usize::try_from(seats).unwrap_or(usize::MAX);
    let contested = ladder.len() > seats;
    let last = seats.checked_sub(1).and_then(|last| ladder.get(last)).filter(|_| contested);
    Ok(Standing { points: has(mine), rank, cut_line: last.map(|(_, points)| -points), ..standing })
}
