//! The standby board: who waits, who is asked, which seats moved and which stay empty.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::placement::{self, Candidate, in_play};
use super::run;
use super::seat_move::{self, Reason};
use super::succeed::{next_in, next_on_board, wishes_of};
use crate::error::{Error, Fault, Refused};
use crate::events::event;
use crate::registrations::registration::{self, Status};
use crate::registrations::registration::{SIDES, Side};
use queqiao_screening::applicant::Applicant;
use queqiao_screening::explain::Explanation;
use queqiao_screening::limit::Limit;
use queqiao_screening::outcome::screen;
use queqiao_screening::rules::{Fallback, Rules};
use queqiao_screening::succession::rules_for_more;

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StandbyBoard)]
pub struct Board {
    pub sides: Vec<Line>,
    /// Where the event has several boards: who comes next on each, like for like.
    pub boards: Vec<BoardLine>,
    /// Oldest first.
    pub moves: Vec<Moved>,
}

/// One side of one board.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StandbyBoardLine)]
pub struct BoardLine {
    pub board: String,
    pub side: Side,
    /// Confirmed or asked.
    pub seated: usize,
    pub empty: usize,
    /// Who waits and wishes for this board.
    pub waiting: usize,
    /// Who comes in if somebody of this side gives back a seat of this board.
    pub next: Option<String>,
}

/// One side.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StandbyLine)]
pub struct Line {
    pub side: Side,
    pub confirmed: usize,
    /// Asked and not answered yet.
    pub asked: usize,
    /// Seats that were given back and that nobody fits.
    pub empty: usize,
    /// Who comes in if somebody of this side declines whose own unit was not full.
    pub next: Option<String>,
    /// In order.
    pub waiting: Vec<Waiting>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StandbyWaiting)]
pub struct Waiting {
    #[schema(example = "A0012")]
    pub number: String,
    pub registration: Uuid,
    pub unit: String,
    pub points: i64,
    /// Whether somebody behind them comes first, or nobody would.
    pub passed_over: bool,
    /// The limits that keep them out then; none where the seat is kept for others by the rules.
    #[schema(value_type = Vec<String>)]
    pub kept_out_by: Vec<Limit>,
}

/// A seat that came free.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SeatMoved)]
pub struct Moved {
    pub at: DateTime<Utc>,
    pub reason: Reason,
    pub leaver: String,
    pub newcomer: Option<String>,
    /// The limits that kept everybody out, where nobody came in.
    pub stuck: Option<String>,
}

/// # Errors
/// 404 before the run.
pub async fn read(db: &impl ConnectionTrait, event: &event::Model) -> Result<Board, Error> {
    let run = run::of_event(db, event.id).await?.ok_or_else(Refused::not_found)?;
    let people = in_play(db, event.id).await?;
    let confirmed: HashSet<Uuid> = registration::Entity::of_event(event.id)
        .filter(registration::Column::Status.eq(Status::Confirmed))
        .all(db)
        .await?
        .into_iter()
        .map(|registration| registration.id)
        .collect();
    let moves = seat_move::of_event(db, event.id).await?;
    let everybody = placement::Entity::of_event(event.id).all(db).await?;
    let by_id: HashMap<Uuid, &placement::Model> = everybody.iter().map(|one| (one.registration_id, one)).collect();
    let number = |id: Uuid| by_id.get(&id).map(|one| one.number.clone()).unwrap_or_default();
    let side_of = |id: Uuid| by_id.get(&id).map(|one| one.side);
    let full = full_now(&people, &run)?;
    let mut sides = Vec::new();
    for side in SIDES {
        let of_side: Vec<&Candidate> = people.iter().filter(|one| one.side == side).collect();
        let seated = of_side.iter().filter(|one| one.seated).count();
        let here = of_side.iter().filter(|one| confirmed.contains(&one.registration_id)).count();
        let empty = moves.iter().filter(|one| one.is_empty() && side_of(one.leaver_id) == Some(side)).count();
        let next = match run.boards {
            None => next_in(&people, &run, side, "")?.ok().flatten(),
            Some(_) => None,
        };
        let waiting = of_side.into_iter().filter(|one| !one.seated);
        let mut waiting = in_line(waiting, next.as_deref(), &full);
        // Who comes next depends on the board.
        waiting.iter_mut().for_each(|one| one.passed_over &= run.boards.is_none());
        sides.push(Line { side, confirmed: here, asked: seated.saturating_sub(here), empty, next, waiting });
    }
    let moved = |one: seat_move::Model| Moved {
        at: one.at,
        reason: one.reason,
        leaver: number(one.leaver_id),
        newcomer: one.newcomer_id.map(number),
        stuck: one.stuck,
    };
    let empty: Vec<&placement::Model> =
        moves.iter().filter(|one| one.is_empty()).filter_map(|one| by_id.get(&one.leaver_id).copied()).collect();
    let boards = lines_of_boards(db, &run, &people, &empty).await?;
    Ok(Board { sides, boards, moves: moves.into_iter().map(moved).collect() })
}

/// Each side of each board.
async fn lines_of_boards(
    db: &impl ConnectionTrait,
    run: &run::Model,
    people: &[Candidate],
    empty: &[&placement::Model],
) -> Result<Vec<BoardLine>, Fault> {
    let boards = run.boards_filled()?;
    if boards.is_empty() {
        return Ok(Vec::new());
    }
    let wishes = wishes_of(db, run).await?;
    let mut lines = Vec::new();
    for (board, side) in boards.iter().flat_map(|board| SIDES.map(|side| (board.name.as_str(), side))) {
        let of_side = || people.iter().filter(move |one| one.side == side);
        let wishes_it =
            |one: &&Candidate| wishes.get(&one.number).is_some_and(|all| all.iter().any(|name| name == board));
        lines.push(BoardLine {
            board: board.to_owned(),
            side,
            seated: of_side().filter(|one| one.seated && one.board.as_deref() == Some(board)).count(),
            empty: empty.iter().filter(|one| one.side == side && one.board.as_deref() == Some(board)).count(),
            waiting: of_side().filter(|one| !one.seated).filter(wishes_it).count(),
            next: next_on_board(people, run, &wishes, (board, side, ""))?.ok().flatten(),
        });
    }
    Ok(lines)
}

/// Those who wait, best first; why those before the next are passed over.
fn in_line<'a>(
    waiting: impl Iterator<Item = &'a Candidate>,
    next: Option<&str>,
    full: &HashMap<String, Vec<Limit>>,
) -> Vec<Waiting> {
    let mut before = true;
    let person = |one: &Candidate| {
        before &= next != Some(one.number.as_str());
        let kept_out_by = full.get(&one.number).filter(|_| before).cloned().unwrap_or_default();
        Waiting {
            number: one.number.clone(),
            registration: one.registration_id,
            unit: one.unit.clone(),
            points: one.points,
            passed_over: before,
            kept_out_by,
        }
    };
    waiting.map(person).collect()
}

/// For everybody who waits the limits of theirs that are full now, besides their side's.
fn full_now(people: &[Candidate], run: &run::Model) -> Result<HashMap<String, Vec<Limit>>, Fault> {
    if run.boards.is_some() {
        return Ok(HashMap::new());
    }
    let list: Vec<Applicant> = people.iter().map(Candidate::applicant).collect();
    let holders: Vec<&Applicant> = list.iter().filter(|person| person.held).collect();
    let held = Rules { fallback: Fallback::None, ..rules_for_more(&run.rules_used()?, &holders, 0, 0) };
    let outcome = screen(&list, &held, &run.seed_bytes());
    let own = |limit: &Limit| !matches!(limit, Limit::Seats | Limit::Side(_));
    let limits = |why: Explanation| why.full.into_iter().map(|full| full.limit).filter(own).collect();
    Ok(outcome.explanations.into_iter().map(|(number, why)| (number, limits(why))).collect())
}
