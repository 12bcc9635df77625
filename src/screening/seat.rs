//! What a run means for every applicant, and how it is written down.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::placement::{self, Placed};
use super::record::Record;
use super::{order, run};
use crate::database::Write;
use crate::error::Fault;
use crate::events::event;
use crate::registrations::registration::{self, SIDES};
use queqiao_screening::boards::explain::Refused;
use queqiao_screening::explain::{self, Explanation};
use queqiao_screening::pool::Pool;

/// SQLite binds at most 32,766 values a statement.
const ROWS: usize = 1_000;

/// One applicant as the run placed them.
#[derive(Clone, Debug)]
pub struct Seat {
    pub registration: registration::Model,
    pub unit: String,
    pub class: i32,
    pub points: i64,
    pub placed: Placed,
    pub why: Explanation,
    /// The board they have.
    pub board: Option<String>,
    /// The boards they were refused; None where the event has one evening.
    pub refused: Option<Vec<Refused>>,
    /// How many of their own side stand between them and a seat, where any place would have been enough.
    pub short: Option<usize>,
    salt: String,
    leaf: usize,
    path: Vec<String>,
}

/// Everybody, best first.
#[derive(Clone, Debug)]
pub struct Seats(pub Vec<Seat>);

impl Seats {
    fn count(&self, placed: Placed) -> i32 {
        i32::try_from(self.0.iter().filter(|seat| seat.placed == placed).count()).unwrap_or(i32::MAX)
    }

    #[must_use]
    pub fn selected(&self) -> i32 {
        self.count(Placed::Selected)
    }

    #[must_use]
    pub fn waitlisted(&self) -> i32 {
        self.count(Placed::Waitlisted)
    }

    #[must_use]
    pub fn not_selected(&self) -> i32 {
        self.count(Placed::NotSelected)
    }
}

/// Reads the record of a run as a place for every registration.
pub fn placements(record: &Record, registrations: &[registration::Model]) -> Result<Seats, Fault> {
    let by_number: HashMap<String, &registration::Model> =
        registrations.iter().map(|registration| (registration.label(), registration)).collect();
    let selected: HashSet<&str> = record.outcome.selected.iter().flatten().map(String::as_str).collect();
    let standby = &record.outcome.standby;
    let waiting: HashSet<&str> = [&standby.men, &standby.women].into_iter().flatten().map(String::as_str).collect();
    let mut on_boards = boards_of(record);
    let mut lines: HashMap<&str, (usize, &str, Vec<String>)> = HashMap::new();
    for ((leaf, listed), path) in record.applicants.iter().enumerate().zip(record.paths()) {
        lines.insert(&listed.applicant.number, (leaf, &listed.salt, path));
    }
    let pool = Pool::rank(&record.applicants(), &record.seed());
    let mut seats = Vec::with_capacity(pool.len());
    for ((number, standing), ranked) in explain::standings(&pool).into_iter().zip(pool.iter()) {
        let (Some(registration), Some((leaf, salt, path))) = (by_number.get(&number), lines.remove(number.as_str()))
        else {
            continue;
        };
        let placed = match (selected.contains(number.as_str()), waiting.contains(number.as_str())) {
            (true, _) => Placed::Selected,
            (false, true) => Placed::Waitlisted,
            (false, false) => Placed::NotSelected,
        };
        let (board, refused) = on_boards.remove(number.as_str()).unwrap_or_default();
        let why = match &refused {
            Some(refused) if board.is_none() => nearest(standing, refused),
            Some(_) => standing,
            None => record.outcome.explanations.get(&number).cloned().unwrap_or(standing),
        };
        seats.push(Seat {
            registration: (*registration).clone(),
            unit: ranked.applicant.unit.clone(),
            class: ranked.applicant.class,
            points: ranked.applicant.points,
            placed,
            why,
            board,
            refused,
            short: None,
            salt: salt.to_owned(),
            leaf,
            path,
        });
    }
    for side in SIDES {
        let of_side = |seat: &&mut Seat| seat.registration.side == side;
        let mut people: Vec<&mut Seat> = seats.iter_mut().filter(of_side).collect();
        let stood: Vec<_> = people.iter().map(|seat| (seat.why.rank, seat.why.climb)).collect();
        for (seat, short) in people.iter_mut().zip(order::short(&stood)) {
            seat.short = short.filter(|_| seat.placed != Placed::Selected);
        }
    }
    Ok(Seats(seats))
}

/// The board each has, and those they were refused; nothing where the event has one evening.
fn boards_of(record: &Record) -> HashMap<&str, (Option<String>, Option<Vec<Refused>>)> {
    let Some(on_boards) = &record.on_boards else { return HashMap::new() };
    let everybody = record.applicants.iter().map(|listed| (listed.applicant.number.as_str(), (None, Some(Vec::new()))));
    let mut of: HashMap<&str, (Option<String>, Option<Vec<Refused>>)> = everybody.collect();
    for (filled, number) in
        on_boards.boards.iter().flatten().flat_map(|filled| filled.selected.iter().map(move |one| (filled, one)))
    {
        of.entry(number.as_str()).or_default().0 = Some(filled.board.clone());
    }
    for (number, why) in &on_boards.explanations {
        // Which single limit would have had to give can be one of others: that is for whoever has the record.
        let own = why.refused.iter().map(|one| Refused { single: Vec::new(), ..one.clone() });
        of.entry(number.as_str()).or_default().1 = Some(own.collect());
    }
    of
}

/// Of somebody without a seat: how far the nearest of their boards was. Why each was refused is told by board.
fn nearest(standing: Explanation, refused: &[Refused]) -> Explanation {
    let nearest = refused.iter().min_by_key(|one| one.climb.unwrap_or(usize::MAX));
    Explanation {
        full: nearest.map(|one| one.full.clone()).unwrap_or_default(),
        climb: nearest.and_then(|one| one.climb),
        ..standing
    }
}

/// Writes every place, and moves every registration to the status it means.
pub async fn write(
    txn: &Write,
    event: &event::Model,
    run: &run::Model,
    seats: &Seats,
    reply_by: DateTime<Utc>,
) -> Result<(), Fault> {
    for chunk in seats.0.chunks(ROWS) {
        let rows: Vec<_> = chunk.iter().map(|seat| row(event, run, seat)).collect::<Result<_, _>>()?;
        placement::Entity::insert_many(rows).exec_without_returning(txn).await?;
    }
    for placed in [Placed::Selected, Placed::Waitlisted, Placed::NotSelected] {
        let ids: Vec<Uuid> =
            seats.0.iter().filter(|seat| seat.placed == placed).map(|seat| seat.registration.id).collect();
        let deadline = (placed == Placed::Selected).then_some(reply_by);
        for chunk in ids.chunks(ROWS) {
            registration::Entity::update_many()
                .col_expr(registration::Column::Status, Expr::value(placed.status()))
                .col_expr(registration::Column::ReplyBy, Expr::value(deadline))
                .filter(registration::Column::Id.is_in(chunk.iter().copied()))
                .exec(txn)
                .await?;
        }
    }
    Ok(())
}

fn row(event: &event::Model, run: &run::Model, seat: &Seat) -> Result<placement::ActiveModel, Fault> {
    let small = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    let refused = seat.refused.as_ref().map(serde_json::to_string).transpose().map_err(Fault::of)?;
    Ok(placement::ActiveModel {
        registration_id: Set(seat.registration.id),
        event_id: Set(event.id),
        run_id: Set(run.id),
        number: Set(seat.registration.label()),
        side: Set(seat.registration.side),
        unit: Set(seat.unit.clone()),
        band: Set(seat.registration.band.clone().unwrap_or_default()),
        class: Set(seat.class),
        points: Set(seat.points),
        rank: Set(small(seat.why.rank)),
        outcome: Set(seat.placed),
        seated: Set(seat.placed == Placed::Selected),
        board: Set(seat.board.clone()),
        explanation: Set(serde_json::to_string(&seat.why).map_err(Fault::of)?),
        refused_boards: Set(refused),
        salt: Set(seat.salt.clone()),
        leaf: Set(small(seat.leaf)),
        path: Set(serde_json::to_string(&seat.path).map_err(Fault::of)?),
    })
}
