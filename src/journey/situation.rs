//! Where one person stands at events, read once for whatever is said about it.

use std::collections::{HashMap, HashSet};

use anyhow::anyhow;
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::badges::badge;
use crate::checkin::presence;
use crate::dates::date_round;
use crate::error::Fault;
use crate::events::event;
use crate::events::phase::Phase;
use crate::picks::{matched, round};
use crate::registrations::registration::{self, Status};
use crate::screening::place::{self, Place};

#[derive(Clone, Debug)]
pub struct Situation {
    pub event: event::Model,
    pub mine: registration::Model,
    /// Of the registration, as the clock has it.
    pub status: Status,
    pub phase: Phase,
    /// When and where they are expected.
    pub place: Place,
    pub badge: Option<badge::Model>,
    /// Whether the person was ever let in.
    pub came: bool,
    /// How far the dates are: none planned, some to come, one running, all over.
    pub dates: Option<date_round::State>,
    /// The latest pick round.
    pub picks: Option<round::State>,
    /// Whether somebody the person picked picked them too. Nothing else about picks is asked for here.
    pub matched: bool,
}

/// At one event.
pub async fn read(
    db: &impl ConnectionTrait,
    event: event::Model,
    mine: registration::Model,
    now: DateTime<Utc>,
) -> Result<Situation, Fault> {
    let mut of_event = read_all(db, vec![(event, mine)], now).await?;
    of_event.pop().ok_or_else(|| anyhow!("a situation was not read").into())
}

/// At each of a person's events, in their order.
pub async fn read_all(
    db: &impl ConnectionTrait,
    events: Vec<(event::Model, registration::Model)>,
    now: DateTime<Utc>,
) -> Result<Vec<Situation>, Fault> {
    let mut badges = badges(db, events.iter().map(|(_, mine)| mine.id).collect()).await?;
    let begun = events.iter().filter(|(event, _)| event.phase(now) >= Phase::OnSite);
    let there = there(db, begun.map(|(_, mine)| mine.id).collect()).await?;
    let evenings: Vec<Uuid> = there.values().copied().collect();
    let (dates, picks) = (dates(db, &evenings).await?, picks(db, &evenings).await?);
    let matched = matched(db, there.keys().copied().collect()).await?;
    let mut places = HashMap::new();
    for (event, mine) in &events {
        // What cannot be read of one event keeps nobody from the others.
        let found = event::leave_out_faulty(event.id, place::of_people(db, event, [mine.id]).await);
        places.extend(found.map(|found| (mine.id, found.of(event, mine.id))));
    }
    let situation = |(event, mine): (event::Model, registration::Model)| {
        let came = there.contains_key(&mine.id);
        Situation {
            status: mine.status_at(now),
            phase: event.phase(now),
            place: places.remove(&mine.id).unwrap_or_else(|| Place::of(&event, &[], None)),
            badge: badges.remove(&mine.id),
            came,
            dates: dates.get(&event.id).copied().filter(|_| came),
            picks: picks.get(&event.id).copied().filter(|_| came),
            matched: matched.contains(&event.id),
            event,
            mine,
        }
    };
    Ok(events.into_iter().map(situation).collect())
}

/// By registration.
async fn badges(db: &impl ConnectionTrait, registrations: Vec<Uuid>) -> Result<HashMap<Uuid, badge::Model>, DbErr> {
    let worn = badge::Entity::find().filter(badge::Column::RegistrationId.is_in(registrations));
    Ok(worn.all(db).await?.into_iter().map(|badge| (badge.registration_id, badge)).collect())
}

/// Those of these registrations that were ever let in, and at which event.
async fn there(db: &impl ConnectionTrait, registrations: Vec<Uuid>) -> Result<HashMap<Uuid, Uuid>, DbErr> {
    if registrations.is_empty() {
        return Ok(HashMap::new());
    }
    let there = presence::Entity::find().filter(presence::Column::RegistrationId.is_in(registrations));
    Ok(there.all(db).await?.into_iter().map(|there| (there.registration_id, there.event_id)).collect())
}

/// How far the dates of these events are.
async fn dates(db: &impl ConnectionTrait, events: &[Uuid]) -> Result<HashMap<Uuid, date_round::State>, DbErr> {
    use date_round::State::{Finished, Planned, Running};
    let mut furthest = HashMap::new();
    if events.is_empty() {
        return Ok(furthest);
    }
    let rounds = date_round::Entity::find().filter(date_round::Column::EventId.is_in(events.iter().copied()));
    let rounds = rounds.all(db).await?;
    // One that runs says more than those to come, and those more than what is over.
    for state in [Finished, Planned, Running] {
        furthest.extend(rounds.iter().filter(|round| round.state == state).map(|round| (round.event_id, state)));
    }
    Ok(furthest)
}

/// The latest round of picks of these events that was called.
async fn picks(db: &impl ConnectionTrait, events: &[Uuid]) -> Result<HashMap<Uuid, round::State>, DbErr> {
    if events.is_empty() {
        return Ok(HashMap::new());
    }
    let called = round::Entity::find()
        .filter(round::Column::EventId.is_in(events.iter().copied()))
        .filter(round::Column::State.ne(round::State::Planned))
        .order_by_asc(round::Column::Number);
    Ok(called.all(db).await?.into_iter().map(|round| (round.event_id, round.state)).collect())
}

/// The events at which somebody with one of these registrations found somebody.
async fn matched(db: &impl ConnectionTrait, registrations: Vec<Uuid>) -> Result<HashSet<Uuid>, DbErr> {
    if registrations.is_empty() {
        return Ok(HashSet::new());
    }
    Ok(matched::Entity::with_any(&registrations).all(db).await?.into_iter().map(|pair| pair.event_id).collect())
}
