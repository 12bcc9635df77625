//! The standby board as an organizer reads it: the seats and the line of each side with the people in them, the deadlines,
//! and what became of every seat that came free.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;

use super::board::{self, Board, BoardLine};
use super::line;
use super::seat_move::{Reason, Stuck};
use crate::accounts::profile;
use crate::error::{Error, Fault};
use crate::events::event;
use crate::registrations::registration::Side;
use crate::registrations::registration::{self, Status};
use queqiao_screening::limit::Limit;

#[derive(Debug)]
pub struct Standby {
    pub sides: Vec<Line>,
    /// Each side of each board; nothing where the event has one evening.
    pub boards: Vec<BoardLine>,
    /// Latest first.
    pub moves: Vec<Moved>,
}

#[derive(Debug)]
pub struct Line {
    pub side: Side,
    pub selected: usize,
    pub confirmed: usize,
    pub declined: usize,
    pub expired: usize,
    pub withdrawn: usize,
    pub empty: usize,
    /// Whoever comes in when the next seat comes free.
    pub next: Option<Person>,
    pub waiting: Vec<Waiting>,
    /// Those who were asked and have not answered, by deadline.
    pub deadlines: Vec<Deadline>,
}

#[derive(Clone, Debug, Default)]
pub struct Person {
    pub number: String,
    pub nickname: String,
    pub status: Option<Status>,
    pub reply_by: Option<DateTime<Utc>>,
}

#[derive(Debug)]
pub struct Waiting {
    pub place: u64,
    pub person: Person,
    pub unit: String,
    pub points: i64,
    pub is_next: bool,
    /// The limits that keep them out, where somebody behind them comes first or nobody would.
    pub passed_over: Option<Vec<Limit>>,
}

#[derive(Debug)]
pub struct Deadline {
    pub at: Option<DateTime<Utc>>,
    pub people: Vec<Person>,
}

/// A seat that came free.
#[derive(Debug)]
pub struct Moved {
    pub at: DateTime<Utc>,
    pub reason: Reason,
    pub leaver: Person,
    pub newcomer: Option<Person>,
    /// What kept everybody out, limit by limit, where nobody came in.
    pub stuck: Option<Stuck>,
}

/// # Errors
/// 404 before the run.
pub async fn read(db: &impl ConnectionTrait, event: &event::Model) -> Result<Standby, Error> {
    let board = board::read(db, event).await?;
    let registrations = registration::Entity::of_event(event.id).all(db).await?;
    let people = people(db, &board, &registrations).await?;
    let places = line::places(db, event.id).await?;
    let person = |number: &str| {
        people.get(number).cloned().unwrap_or_else(|| Person { number: number.to_owned(), ..Person::default() })
    };
    let mut sides = Vec::new();
    for line in board.sides {
        let count =
            |status: Status| registrations.iter().filter(|one| one.side == line.side && one.status == status).count();
        let mut deadlines: BTreeMap<Option<DateTime<Utc>>, Vec<Person>> = BTreeMap::new();
        for one in registrations.iter().filter(|one| one.side == line.side && one.status == Status::Selected) {
            deadlines.entry(one.reply_by).or_default().push(person(&one.label()));
        }
        let waiting = line.waiting.into_iter().map(|one| Waiting {
            place: places.get(&one.registration).copied().unwrap_or_default(),
            is_next: line.next.as_deref() == Some(one.number.as_str()),
            person: person(&one.number),
            passed_over: one.passed_over.then_some(one.kept_out_by),
            unit: one.unit,
            points: one.points,
        });
        sides.push(Line {
            side: line.side,
            selected: line.asked,
            confirmed: line.confirmed,
            declined: count(Status::Declined),
            expired: count(Status::Expired),
            withdrawn: count(Status::Withdrawn),
            empty: line.empty,
            next: line.next.as_deref().map(&person),
            waiting: waiting.collect(),
            deadlines: deadlines.into_iter().map(|(at, people)| Deadline { at, people }).collect(),
        });
    }
    let moved = |one: board::Moved| Moved {
        at: one.at,
        reason: one.reason,
        leaver: person(&one.leaver),
        newcomer: one.newcomer.as_deref().map(&person),
        stuck: one.stuck.as_deref().map(Stuck::of_row),
    };
    Ok(Standby { sides, boards: board.boards, moves: board.moves.into_iter().rev().map(moved).collect() })
}

/// Everybody the board names, by number.
async fn people(
    db: &impl ConnectionTrait,
    board: &Board,
    registrations: &[registration::Model],
) -> Result<HashMap<String, Person>, Fault> {
    let waiting = board.sides.iter().flat_map(|line| line.waiting.iter().map(|one| one.number.as_str()));
    let moved = board.moves.iter().flat_map(|one| [Some(one.leaver.as_str()), one.newcomer.as_deref()]).flatten();
    let named: std::collections::HashSet<&str> = waiting.chain(moved).collect();
    let is_named = |one: &&registration::Model| one.status == Status::Selected || named.contains(one.label().as_str());
    let listed: Vec<&registration::Model> = registrations.iter().filter(is_named).collect();
    let nicknames = profile::nicknames(db, listed.iter().map(|one| one.account_id)).await?;
    let person = |one: &registration::Model| Person {
        number: one.label(),
        nickname: nicknames.get(&one.account_id).cloned().unwrap_or_default(),
        status: Some(one.status),
        reply_by: one.reply_by,
    };
    Ok(listed.into_iter().map(|one| (one.label(), person(one))).collect())
}
