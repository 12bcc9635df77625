//! The second half of closing: ballots are opened in memory, mutual picks become matches, and the
//! rest ceases to exist, first in the database and then, with the key, everywhere.

use std::collections::HashMap;

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, entity::prelude::*};
use serde_json::json;

use super::mutual::{self, Counted};
use super::round::{self, State};
use super::seal::{Ballot, Secret, receipt};
use super::{ballot, barred, letters, matched, onstage, said_on_ballot};
use crate::app::App;
use crate::audit;
use crate::database::Write;
use crate::error::{Error, Refused};
use crate::events::event::{self, Sides};
use crate::happening::What;
use crate::registrations::registration::{self, Side};
use crate::small_counts::told_among;

/// What the ballots of a round said.
struct Opened {
    ballots: HashMap<u32, Ballot>,
    receipts: Vec<String>,
    /// Who could pick, by the number ballots know them by.
    people: HashMap<u32, registration::Model>,
}

/// Tallies a closed round. Repeating it, after a crash or by two processes at once, changes
/// nothing: the first one through deletes the ballots. A round whose key was lost becomes void.
///
/// # Errors
/// 409 `round_open` while ballots are still taken; faults.
pub async fn tally(app: &App, round_id: Uuid) -> Result<round::Model, Error> {
    let txn = app.database.begin_write().await?;
    // Waits for every ballot that saw the round open; see `round::hold_open`.
    let held = round::Entity::find_by_id(round_id).lock_exclusive().one(&txn).await?;
    let round = held.ok_or_else(Refused::not_found)?;
    let keys = round::keys(app)?;
    match round.state {
        State::Planned | State::Open => {
            return Err(Refused::conflict("round_open", "This round still takes ballots.").into());
        }
        State::Tallied | State::Void => {
            // Whoever tallied it may have died with the key still there.
            keys.destroy(round.id)?;
            return Ok(round);
        }
        State::Closed => {}
    }
    let tallied = match keys.find(round.id)? {
        Some(secret) => count(&txn, app, round, &secret).await?,
        None => end(&txn, app, round).await?,
    };
    txn.commit().await?;
    // Only now: had the commit failed, the key would have been needed again.
    keys.destroy(tallied.id)?;
    app.happenings.announce(tallied.event_id, What::PickRoundTallied);
    if !app.database.settle().await? {
        tracing::warn!(round = %tallied.id, "readers kept sealed ballots in the write-ahead log a little longer");
    }
    Ok(tallied)
}

async fn count(txn: &Write, app: &App, round: round::Model, secret: &Secret) -> Result<round::Model, Error> {
    let event = event::Entity::find_by_id(round.event_id).one(txn).await?.ok_or_else(Refused::not_found)?;
    let Opened { ballots, receipts, people } = open(txn, &round, secret).await?;
    let mut counted = mutual::count(&ballots);
    let kept_apart = barred::pairs(txn, round.event_id).await?;
    let ids = |lo: u32, hi: u32| Some(matched::ordered(people.get(&lo)?.id, people.get(&hi)?.id));
    counted.mutual.retain(|pair| ids(pair.lo, pair.hi).is_some_and(|pair| !kept_apart.contains(&pair)));
    let is_man = |person: u32| people.get(&person).is_some_and(|person| person.side == Side::Men);
    let stage = match round.sides {
        Sides::Two => onstage::of_two_sides(&counted.mutual, is_man, round.coin()),
        Sides::Open => onstage::of_anybody(&counted.mutual, round.coin()),
    };
    let now = app.now();
    let mut said: Vec<said_on_ballot::Model> = Vec::with_capacity(2 * counted.mutual.len());
    let mut matches: Vec<matched::Model> = Vec::with_capacity(counted.mutual.len());
    for pair in &counted.mutual {
        let Some((lo_id, hi_id)) = ids(pair.lo, pair.hi) else { continue };
        let on_stage = stage.binary_search(&(pair.lo, pair.hi)).is_ok();
        let (event_id, round_id) = (round.event_id, round.id);
        let id = app.new_id();
        for person in [pair.lo, pair.hi] {
            let (Some(ballot), Some(person)) = (ballots.get(&person), people.get(&person)) else { continue };
            let (stage, follow_up) = (ballot.stage, ballot.follow_up);
            said.push(said_on_ballot::Model { match_id: id, registration_id: person.id, stage, follow_up });
        }
        matches.push(matched::Model { id, event_id, round_id, lo_id, hi_id, on_stage, found_at: now });
    }
    drop(ballots);
    for found in matches.chunks(1000) {
        let rows = found.iter().map(|found| matched::ActiveModel::from(found.clone()));
        let once = [matched::Column::RoundId, matched::Column::LoId, matched::Column::HiId];
        let once = OnConflict::columns(once).do_nothing().to_owned();
        matched::Entity::insert_many(rows).on_conflict(once).exec_without_returning(txn).await?;
    }
    for said in said.chunks(1000) {
        let rows = said.iter().map(|said| said_on_ballot::ActiveModel::from(said.clone()));
        said_on_ballot::Entity::insert_many(rows).exec_without_returning(txn).await?;
    }
    let mut guests: Vec<&registration::Model> = people.values().collect();
    guests.sort_unstable_by_key(|guest| guest.number);
    letters::post(txn, app, &event, &round, &guests).await?;
    ballot::Entity::delete_many().filter(ballot::Column::RoundId.eq(round.id)).exec(txn).await?;
    keep(txn, app, round, &event, &counted, receipts).await
}

/// Opens every ballot. One that does not open was tampered with in the database: it is left out,
/// and its receipt is missing from the bulletin.
async fn open(txn: &impl ConnectionTrait, round: &round::Model, secret: &Secret) -> Result<Opened, Error> {
    let seal = round.seal(secret);
    let sealed = ballot::Entity::of_round(round.id).all(txn).await?;
    let mut opened = Opened { ballots: HashMap::new(), receipts: Vec::new(), people: HashMap::new() };
    let mut spoilt = 0;
    for ballot in &sealed {
        match seal.open(ballot.number(), &ballot.sealed) {
            Ok(plain) => {
                opened.ballots.insert(ballot.number(), plain);
                opened.receipts.push(receipt(&ballot.sealed));
            }
            Err(_) => spoilt += 1,
        }
    }
    if spoilt > 0 {
        tracing::error!(round = %round.id, spoilt, "ballots did not open: somebody changed them in the database");
    }
    // Sorted by what is random, so that their order tells nothing.
    opened.receipts.sort_unstable();
    for ids in sealed.chunks(1000) {
        let ids = ids.iter().map(|ballot| ballot.registration_id);
        let people = registration::Entity::find().filter(registration::Column::Id.is_in(ids)).all(txn).await?;
        opened.people.extend(people.into_iter().map(|person| (person.number.unsigned_abs(), person)));
    }
    Ok(opened)
}

/// What stays of a round: its bulletin, and its totals where enough people sent a ballot. Those made
/// for everybody at the opening are no crowd to hide in.
async fn keep(
    txn: &impl ConnectionTrait,
    app: &App,
    round: round::Model,
    event: &event::Model,
    counted: &Counted,
    receipts: Vec<String>,
) -> Result<round::Model, Error> {
    let total = |count| told_among(count, counted.ballots).and_then(|count| i32::try_from(count).ok());
    let mut row: round::ActiveModel = round.into();
    row.state = Set(State::Tallied);
    row.tallied_at = Set(Some(app.now()));
    row.ballots = Set(total(counted.ballots));
    row.picks = Set(total(counted.picks));
    row.matches = Set(total(counted.mutual.len()));
    row.receipts = Set(json!(receipts));
    let tallied = row.update(txn).await?;
    record(txn, app, event, &tallied, "pick_round_tallied").await?;
    Ok(tallied)
}

/// Ends a round nobody can ever count.
async fn end(txn: &impl ConnectionTrait, app: &App, round: round::Model) -> Result<round::Model, Error> {
    let event = event::Entity::find_by_id(round.event_id).one(txn).await?.ok_or_else(Refused::not_found)?;
    ballot::Entity::delete_many().filter(ballot::Column::RoundId.eq(round.id)).exec(txn).await?;
    let mut row: round::ActiveModel = round.into();
    row.state = Set(State::Void);
    let void = row.update(txn).await?;
    record(txn, app, &event, &void, "pick_round_void").await?;
    Ok(void)
}

async fn record(
    txn: &impl ConnectionTrait,
    app: &App,
    event: &event::Model,
    round: &round::Model,
    action: &'static str,
) -> Result<(), Error> {
    let entry = audit::Entry {
        actor: None,
        organization_id: Some(event.organization_id),
        event_id: Some(event.id),
        action,
        subject: Some(("pick_round", round.id)),
        reason: None,
        detail: json!({ "number": round.number }),
    };
    audit::record(txn, app, entry).await
}
