//! From who is in the hall to who sits where: the planner's question put together, and its answer read.

use std::collections::{HashMap, HashSet};

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::hall::{Hall, Past, Present};
use super::suiting;
use crate::events::event::Sides;
use crate::registrations::registration::Side;
use queqiao_dates::crowd::{Crowd, plan_crowd};
use queqiao_dates::gathering::{Gathering, Guest, Round, Scores};
use queqiao_dates::merit::Merit;
use queqiao_dates::rolling::{Wishes, plan};
use queqiao_dates::tables::lay;

/// What is asked of a plan.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    pub sides: Sides,
    /// Rounds not played yet.
    pub rounds: usize,
    pub tables: usize,
    pub look_after_the_lowest: bool,
}

/// One round to come.
#[derive(Clone, Debug, Default)]
pub struct Seated {
    pub tables: Vec<Table>,
    /// Everybody inside who has no table.
    pub waiting: Vec<Uuid>,
}

#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Counts from 1.
    pub number: usize,
    pub one: Uuid,
    pub other: Uuid,
    pub score: u32,
}

/// The rounds to come, and how they stand to the best there could be.
#[derive(Clone, Debug)]
pub struct Seating {
    pub rounds: Vec<Seated>,
    pub score: u64,
    pub best_score: u64,
    pub proven: bool,
}

/// Seats everybody inside for all rounds not played yet. Slow for a large hall: not inside a transaction.
#[must_use]
pub fn seat(hall: &Hall, order: &Order) -> Seating {
    let pasts = hall.pasts();
    match order.sides {
        Sides::Two => two_sided(hall, order, &pasts),
        Sides::Open => open(hall, order, &pasts),
    }
}

fn two_sided(hall: &Hall, order: &Order, pasts: &HashMap<Uuid, Past>) -> Seating {
    let of = |side: Side| hall.people.iter().filter(move |person| person.worn.side == side).collect::<Vec<_>>();
    let (men, women) = (of(Side::Men), of(Side::Women));
    let gathering = Gathering {
        men: guests(&men, order, pasts),
        women: guests(&women, order, pasts),
        scores: scores(hall, &men, &women),
        rounds: order.rounds,
        tables: order.tables,
    };
    let wishes = Wishes { seed: Some(seed(hall)), look_after_the_lowest: order.look_after_the_lowest };
    let found = plan(&gathering, &wishes);
    let before = |side: &[&Present]| side.iter().map(|person| past(pasts, person).table).collect::<Vec<_>>();
    let laid = lay(&gathering, &found.rounds, (&before(&men), &before(&women)));
    Seating {
        rounds: read(hall, &found.rounds, &laid, (&men, &women), &gathering.scores),
        score: found.merit.total,
        best_score: found.bound.total,
        proven: found.is_proven(),
    }
}

/// Anybody may meet anybody; merits count every date twice.
fn open(hall: &Hall, order: &Order, pasts: &HashMap<Uuid, Past>) -> Seating {
    let people: Vec<&Present> = hall.people.iter().collect();
    let crowd = Crowd {
        people: guests(&people, order, pasts),
        scores: scores(hall, &people, &people),
        rounds: order.rounds,
        tables: order.tables,
    };
    let found = plan_crowd(&crowd);
    let laid: Vec<Vec<usize>> = found.rounds.iter().map(|round| (1..=round.len()).collect()).collect();
    let Merit { total, .. } = found.merit;
    Seating {
        rounds: read(hall, &found.rounds, &laid, (&people, &people), &crowd.scores),
        score: total / 2,
        best_score: found.bound.total / 2,
        proven: found.merit == found.bound,
    }
}

fn past(pasts: &HashMap<Uuid, Past>, person: &Present) -> Past {
    pasts.get(&person.registration_id).copied().unwrap_or_default()
}

/// Rounds missed count as dates, so that coming late earns no dates over those who were here.
fn guests(people: &[&Present], order: &Order, pasts: &HashMap<Uuid, Past>) -> Vec<Guest> {
    let guest = |person: &&Present| {
        let past = past(pasts, person);
        Guest { had: past.dates + past.missed, waited: past.waited, ..Guest::staying(order.rounds) }
    };
    people.iter().map(guest).collect()
}

fn scores(hall: &Hall, men: &[&Present], women: &[&Present]) -> Scores {
    let met = hall.met();
    let mut scores = Scores::none(men.len(), women.len());
    for (man, one) in men.iter().enumerate() {
        for (woman, other) in women.iter().enumerate() {
            if one.registration_id != other.registration_id && hall.may_meet(one, other, &met) {
                scores.set((man, woman), Some(suiting::score(&one.traits, &other.traits)));
            }
        }
    }
    scores
}

/// The same for the same event, so that a plan can be made again; unrelated to anybody's number.
fn seed(hall: &Hall) -> [u8; 32] {
    Sha256::new().chain_update(b"queqiao/dates/v1\0").chain_update(hall.plan.event_id.as_bytes()).finalize().into()
}

fn read(
    hall: &Hall,
    rounds: &[Round],
    laid: &[Vec<usize>],
    (men, women): (&[&Present], &[&Present]),
    scores: &Scores,
) -> Vec<Seated> {
    let id = |side: &[&Present], place: usize| side.get(place).map(|person| person.registration_id);
    let seated = |(round, tables): (&Round, &Vec<usize>)| {
        let table = |(pair, number): (&(usize, usize), &usize)| {
            let (one, other) = (id(men, pair.0)?, id(women, pair.1)?);
            Some(Table { number: *number, one, other, score: scores.of(*pair).unwrap_or(0) })
        };
        let tables: Vec<Table> = round.iter().zip(tables).filter_map(table).collect();
        let sitting: HashSet<Uuid> = tables.iter().flat_map(|table| [table.one, table.other]).collect();
        let everybody = hall.people.iter().map(|person| person.registration_id);
        Seated { waiting: everybody.filter(|id| !sitting.contains(id)).collect(), tables }
    };
    rounds.iter().zip(laid).map(seated).collect()
}
