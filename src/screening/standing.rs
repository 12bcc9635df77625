//! Where one person stands: status, points, rank, the cut line, and why.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sea_orm::EntityTrait;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::placement::{self, Placed};
use super::sentences::{self, Address, Stood};
use super::{ladder, line, order};
use crate::app::App;
use crate::error::Fault;
use crate::events::event;
use crate::language::Language;
use crate::points;
use crate::points::board::Board;
use crate::points::ladder::Distance;
use crate::registrations::access::Participant;
use crate::registrations::registration::{self, Side, Status};
use crate::units::unit;
use queqiao_screening::boards::explain::Refused;
use queqiao_screening::explain::Full;
use queqiao_screening::limit::Obstacle;

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
    /// How far it is to that line.
    #[serde(skip)]
    pub distance: Option<Distance>,
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
    #[schema(value_type = Vec<String>)]
    pub single: Vec<Obstacle>,
    pub climb: Option<usize>,
    /// The board their seat is of, where the event has several.
    pub board: Option<String>,
    /// Why they were refused boards they wished for more.
    pub refused_boards: Vec<Refused>,
    pub words: Vec<String>,
}

impl Why {
    /// Of a placement, in the person's language.
    fn of(
        event: &event::Model,
        placement: &placement::Model,
        language: Language,
        short: Option<usize>,
    ) -> Result<Self, Fault> {
        let why = placement.why()?;
        let stood = Stood::of(event, placement.points, placement.class, placement.side)?;
        let refused = placement.refused()?;
        let sentences = match placement.refused_boards {
            Some(_) => {
                let mut reasons = sentences::standing(Address::Formal, language, &why, stood);
                reasons.extend(sentences::on_boards(Address::Formal, language, &refused, stood));
                reasons
            }
            None => sentences::explanation(Address::Formal, language, &why, stood, short),
        };
        Ok(Self {
            board: placement.board.clone().filter(|_| placement.seated),
            refused_boards: refused,
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

impl Standing {
    /// How many of their own side stand between the person and a seat, by the run.
    #[must_use]
    pub fn short(&self) -> Option<usize> {
        match self.distance {
            Some(Distance::Short(places)) => Some(places),
            _ => None,
        }
    }
}

/// Where somebody stands.
pub async fn of(app: &App, me: &Participant) -> Result<Standing, Fault> {
    Ok(among_all(app, me).await?.0)
}

/// Where somebody stands, and everybody beside them.
pub async fn among_all(app: &App, me: &Participant) -> Result<(Standing, Arc<Board>), Fault> {
    let board = ladder::anew(app, &me.event).await?;
    Ok((on_board(app, me, &board).await?, board))
}

/// Where somebody stands on a board that was read already.
pub async fn on_board(app: &App, me: &Participant, board: &Board) -> Result<Standing, Fault> {
    let db = app.database.reader();
    // Looked at again: the extractor's copy is older than what this reports beside it.
    let mine = registration::active(app, me.event.id, me.registration.account_id).await?;
    let mine = mine.filter(|mine| mine.id == me.registration.id).unwrap_or_else(|| me.registration.clone());
    let unit = unit::find(app, mine.unit_id).await?.map(|unit| unit.name);
    let ladder = board.side(mine.side);
    let (rank, class, points) = match ladder.of_person(mine.id) {
        Some((rank, rung)) => (rank, rung.class, rung.points),
        // Not approved yet, or not any more: where they would stand.
        None => {
            let points = points::standing::of_person(db, &me.event, mine.id).await?;
            (ladder.rank_with(mine.class, points), mine.class, points)
        }
    };
    let placement = match order::of_event(app, db, me.event.id).await? {
        Some(_) => placement::Entity::find_by_id(mine.id).one(db).await?,
        None => None,
    };
    let has_seat = mine.status.has_a_seat();
    let standing = Standing {
        id: mine.id,
        number: mine.label(),
        side: mine.side,
        unit,
        class,
        points,
        rank,
        cut_line: ladder.cut_line().points,
        // Who moved up lacks nothing any more.
        distance: ladder.distance(mine.id).filter(|far| !has_seat || !matches!(far, Distance::Short(_))),
        explanation: None,
        reply_by: mine.reply_by,
        standby_place: match &placement {
            // Over several boards there is no one line.
            Some(placed) if mine.status == Status::Waitlisted && placed.refused_boards.is_none() => {
                Some(line::place(db, placed).await?)
            }
            _ => None,
        },
        status: mine.status,
        reason: mine.reason,
    };
    let why = placement.map(|placed| Why::of(&me.event, &placed, me.account.language, standing.short())).transpose()?;
    Ok(Standing { explanation: why, ..standing })
}
