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
        seats.push(Seat {
            registration: (*registration).clone(),
            unit: ranked.applicant.unit.clone(),
            class: ranked.applicant.class,
            points: ranked.applicant.points,
            placed,
            why: record.outcome.explanations.get(&number).cloned().unwrap_or(standing),
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
        explanation: Set(serde_json::to_string(&seat.why).map_err(Fault::of)?),
        salt: Set(seat.salt.clone()),
        leaf: Set(small(seat.leaf)),
        path: Set(serde_json::to_string(&seat.path).map_err(Fault::of)?),
    })
}
