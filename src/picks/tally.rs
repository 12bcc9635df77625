//! The second half of closing: ballots are opened in memory, mutual picks become matches, and the
//! rest ceases to exist, first in the database and then, with the key, everywhere.

use std::collections::HashMap;

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, entity::prelude::*,
};
use serde_json::json;

use super::keys::Keys;
use super::refusals::{BALLOTS_UNREADABLE, ROUND_OPEN};
use super::round::{self, State};
use super::{ballot, ballot_consent, blocked_pairs, letters, matched, pick_key};
use crate::app::App;
use crate::audit::Deed;
use crate::checkin::presence;
use crate::database::Write;
use crate::error::{Error, Fault, Refused};
use crate::events::event::{self, Sides};
use crate::happening::What;
use crate::registrations::registration::{self, Side};
use crate::small_counts::{SMALLEST_ROOM, told_among};
use queqiao_ballots::ballot::Ballot;
use queqiao_ballots::mutual::{self, Counted};
use queqiao_ballots::onstage;
use queqiao_ballots::seal::receipt;
use queqiao_ballots::secret::Secret;
use queqiao_ballots::stack::leaving_nothing;

/// What the ballots of a round said.
pub(super) struct Opened {
    ballots: HashMap<u32, Ballot>,
    receipts: Vec<String>,
    /// Who could pick, by the number ballots know them by.
    people: HashMap<u32, registration::Model>,
    /// How many were changed in the database, and open for nobody.
    spoilt: usize,
}

impl Opened {
    /// Whether enough of them open for the count to mean anything: a few that somebody changed are
    /// left out, but nobody is to hear that they were not picked because most of them are gone.
    pub(super) fn can_be_counted(&self) -> bool {
        self.spoilt == 0 || self.spoilt < self.ballots.len()
    }
}

/// Tallies a closed round. Repeating it, after a crash or by two processes at once, changes
/// nothing: the first one through deletes the ballots.
///
/// # Errors
/// 409 `round_open` while ballots are still taken; 503 `key_unavailable` and `key_wrong`, 409
/// `ballots_unreadable` where they cannot be opened, and then they stay as they are; faults.
pub async fn tally(app: &App, round_id: Uuid) -> Result<round::Model, Error> {
    let keys = round::keys(app).await?;
    let txn = app.database.begin_write().await?;
    // Waits for every ballot that saw the round open; see `round::hold_open`.
    let held = round::Entity::find_by_id(round_id).lock_exclusive().one(&txn).await?;
    let round = held.ok_or_else(Refused::not_found)?;
    match round.state {
        State::Planned | State::Open => {
            return Err(ROUND_OPEN.saying("This round still takes ballots.").into());
        }
        State::Tallied | State::Void => {
            // Whoever tallied it may have died with the key still there.
            forget(&keys, round.id).await;
            return Ok(round);
        }
        State::Closed => {}
    }
    let secret = pick_key::secret(&txn, &keys, round.id).await??;
    let mut tallied = count(&txn, app, round, &secret).await?;
    drop(secret);
    if let Err(fault) = txn.commit().await {
        // Its answer may be lost, and the round tallied all the same.
        let found = round::Entity::find_by_id(round_id).one(app.database.reader()).await;
        match found {
            Ok(Some(found)) if found.state == State::Tallied => tallied = found,
            _ => return Err(fault),
        }
    }
    // Only now: had the commit failed, the key would have been needed again.
    forget(&keys, tallied.id).await;
    app.happenings.announce(tallied.event_id, What::PickRoundTallied);
    leave_the_log(app, tallied.id).await;
    Ok(tallied)
}

/// Destroys the key of a round nobody will count again. What was done is not told as a failure
/// because of it: the next round of scheduled work tries again.
pub(super) async fn forget(keys: &Keys, round_id: Uuid) {
    if let Err(fault) = keys.destroy(round_id).await {
        tracing::error!(round = %round_id, ?fault, "the key of a pick round could not be destroyed");
    }
}

/// Takes sealed ballots out of the write-ahead log; without their key they say nothing there, either.
pub(super) async fn leave_the_log(app: &App, round_id: Uuid) {
    match app.database.checkpoint().await {
        Ok(true) => {}
        Ok(false) => {
            tracing::warn!(round = %round_id, "readers kept sealed ballots in the write-ahead log a little longer");
        }
        Err(fault) => tracing::warn!(round = %round_id, %fault, "sealed ballots stay in the write-ahead log for now"),
    }
}

async fn count(txn: &Write, app: &App, round: round::Model, secret: &Secret) -> Result<round::Model, Error> {
    let event = event::Entity::find_by_id(round.event_id).one(txn).await?.ok_or_else(Refused::not_found)?;
    let opened = open(txn, &round, secret).await?;
    if !opened.can_be_counted() {
        return Err(BALLOTS_UNREADABLE.into());
    }
    let Opened { ballots, receipts, people, spoilt } = opened;
    let mut counted = leaving_nothing(|| mutual::count(&ballots));
    let kept_apart = blocked_pairs::pairs(txn, round.event_id).await?;
    let ids = |lo: u32, hi: u32| Some(matched::ordered(people.get(&lo)?.id, people.get(&hi)?.id));
    counted.mutual.retain(|pair| ids(pair.lo, pair.hi).is_some_and(|pair| !kept_apart.contains(&pair)));
    let is_man = |person: u32| people.get(&person).is_some_and(|person| person.side == Side::Men);
    let stage = match round.sides {
        Sides::Two => onstage::of_two_sides(&counted.mutual, is_man, round.coin()),
        Sides::Open => onstage::of_anybody(&counted.mutual, round.coin()),
    };
    let now = app.now();
    let mut consents: Vec<ballot_consent::Model> = Vec::with_capacity(2 * counted.mutual.len());
    let mut matches: Vec<matched::Model> = Vec::with_capacity(counted.mutual.len());
    for pair in &counted.mutual {
        let Some((lo_id, hi_id)) = ids(pair.lo, pair.hi) else { continue };
        let on_stage = stage.binary_search(&(pair.lo, pair.hi)).is_ok();
        let (event_id, round_id) = (round.event_id, round.id);
        let id = app.new_id();
        for person in [pair.lo, pair.hi] {
            let (Some(ballot), Some(person)) = (ballots.get(&person), people.get(&person)) else { continue };
            let (stage, follow_up) = (ballot.stage, ballot.follow_up);
            consents.push(ballot_consent::Model { match_id: id, registration_id: person.id, stage, follow_up });
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
    for consents in consents.chunks(1000) {
        let rows = consents.iter().map(|consents| ballot_consent::ActiveModel::from(consents.clone()));
        ballot_consent::Entity::insert_many(rows).exec_without_returning(txn).await?;
    }
    let mut guests: Vec<&registration::Model> = people.values().collect();
    guests.sort_unstable_by_key(|guest| guest.number);
    letters::post(txn, app, &event, &round, &guests).await?;
    ballot::Entity::delete_many().filter(ballot::Column::RoundId.eq(round.id)).exec(txn).await?;
    pick_key::Entity::delete_by_id(round.id).exec(txn).await?;
    // Said only in a room where the console had told the same while the round was open.
    let inside = presence::Entity::inside(round.event_id).count(txn).await?;
    let large = usize::try_from(inside).is_ok_and(|inside| inside >= SMALLEST_ROOM);
    let unused = large && spoilt == 0 && counted.ballots == 0;
    let tallied = keep(txn, app, round::Model { unused, ..round }, &counted, receipts).await?;
    record(txn, app, &event, &tallied, spoilt).await?;
    Ok(tallied)
}

/// Opens every ballot. One that does not open was tampered with in the database, or the application
/// it belongs to was given to another account: it is left out, and its receipt is missing from the
/// bulletin.
pub(super) async fn open(txn: &impl ConnectionTrait, round: &round::Model, secret: &Secret) -> Result<Opened, Fault> {
    let seal = round.seal(secret);
    let sealed = ballot::Entity::of_round(round.id).all(txn).await?;
    let senders = ballot::senders(txn, &sealed).await?;
    let mut opened = Opened { ballots: HashMap::new(), receipts: Vec::new(), people: HashMap::new(), spoilt: 0 };
    for ballot in &sealed {
        let sender = senders.get(&ballot.registration_id);
        match sender.map(|sender| seal.open(ballot.owner(&sender.account_id), &ballot.sealed)) {
            Some(Ok(plain)) => {
                opened.ballots.insert(ballot.number(), plain);
                opened.receipts.push(receipt(&ballot.sealed));
            }
            _ => opened.spoilt += 1,
        }
    }
    if opened.spoilt > 0 {
        let spoilt = opened.spoilt;
        tracing::error!(round = %round.id, spoilt, "ballots did not open: somebody changed them in the database");
    }
    // Sorted by what is random, so that their order tells nothing.
    opened.receipts.sort_unstable();
    opened.people = senders.into_values().map(|person| (person.number.unsigned_abs(), person)).collect();
    Ok(opened)
}

/// What stays of a round: its bulletin, and its totals where enough people sent a ballot. Those made
/// for everybody at the opening are no crowd to hide in.
async fn keep(
    txn: &impl ConnectionTrait,
    app: &App,
    round: round::Model,
    counted: &Counted,
    receipts: Vec<String>,
) -> Result<round::Model, Fault> {
    let total = |count| told_among(count, counted.ballots).and_then(|count| i32::try_from(count).ok());
    let unused = round.unused;
    let mut row: round::ActiveModel = round.into();
    row.unused = Set(unused);
    row.state = Set(State::Tallied);
    row.tallied_at = Set(Some(app.now()));
    row.ballots = Set(total(counted.ballots));
    row.picks = Set(total(counted.picks));
    row.matches = Set(total(counted.mutual.len()));
    row.receipts = Set(json!(receipts));
    Ok(row.update(txn).await?)
}

async fn record(
    txn: &impl ConnectionTrait,
    app: &App,
    event: &event::Model,
    round: &round::Model,
    spoilt: usize,
) -> Result<(), Fault> {
    let number = round.number;
    let entry = |deed: Deed| deed.by_the_house().at(event.organization_id, event.id).about("pick_round", round.id);
    entry(Deed::PickRoundTallied).with(json!({ "number": number })).record(txn, app).await?;
    if spoilt > 0 {
        let detail = json!({ "number": number, "ballots": spoilt });
        entry(Deed::PickBallotsLeftOut).with(detail).record(txn, app).await?;
    }
    Ok(())
}
