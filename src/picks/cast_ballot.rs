//! 爆灯: a participant lights up for people, in private.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use uuid::Uuid;

use super::refusals::{
    NOT_CHECKED_IN, NOT_HERE, OWN_BADGE, REPEATED_PICK, SAME_SIDE, STAFF_CANNOT_PICK, TOO_MANY_PICKS,
};
use super::{ballot, pick_key, round};
use crate::app::App;
use crate::badges::number::Number;
use crate::batch;
use crate::database::Write;
use crate::error::refusal::Refusal;
use crate::error::{Error, Fault, FieldError, Refused};
use crate::events::event::Sides;
use crate::events::phase::Phase;
use crate::events::workers;
use crate::registrations::access::Participant;
use queqiao_ballots::ballot::Ballot;
use queqiao_ballots::seal::{Owner, receipt};
use queqiao_ballots::secret::Secret;

/// The whole ballot as somebody sends it, dearest first; it replaces what was sent before.
#[derive(Debug, Clone)]
pub struct Picks {
    /// Badge numbers as typed.
    pub badges: Vec<String>,
    /// 愿意上台
    pub stage: bool,
    /// 让鹊桥志愿者跟进
    pub follow_up: bool,
}

/// What proves that a ballot was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub receipt: String,
}

/// A ballot that somebody sends.
#[derive(Debug, Clone)]
pub struct Request {
    pub guest: Participant,
    /// The number of the round.
    pub round: i32,
    pub picks: Picks,
}

/// Takes a ballot while the round is open, together with those that are sent at the same time. Whoever is
/// answered is counted: the round is held against its tally until the ballot is on disk.
///
/// # Errors
/// 403 `staff_cannot_pick`; 422 `not_checked_in`, and of a badge `too_many_picks`, `repeated_pick`,
/// `own_badge`, `same_side`, `not_here`; 409 `round_not_open`, `round_closed`, `round_void`,
/// `phase_closed`; 503 `key_unavailable`; 404. Nothing is stored then.
pub async fn cast_ballot(app: &Arc<App>, request: Request) -> Result<Taken, Error> {
    batch::join(app, request).await
}

impl batch::Request for Request {
    type Answer = Taken;

    const LARGEST: usize = 128;

    fn line(&self) -> Uuid {
        self.guest.event.id
    }

    async fn carry_out(app: &App, requests: &[Self]) -> Result<batch::Answers<Self>, Error> {
        cast_all(app, requests).await
    }
}

/// As [`cast_ballot`], of ballots at one event in their order, in one transaction. Nobody's answer depends on what
/// another ballot says.
///
/// # Errors
/// Only faults; what a single ballot is refused stands among the answers.
pub async fn cast_all(app: &App, requests: &[Request]) -> Result<batch::Answers<Request>, Error> {
    let txn = app.database.begin_write().await?;
    let mut table = Table::set(&txn, requests).await?;
    let mut answers = Vec::with_capacity(requests.len());
    for request in requests {
        answers.push(table.take(&txn, app, request).await?);
    }
    if !table.ballots.is_empty() {
        ballot::put_all(&txn, table.ballots.into_values().collect()).await?;
        txn.commit().await?;
    }
    Ok(answers)
}

/// Ballots of one transaction, and what they are judged by.
struct Table {
    /// By number; held, or why not.
    rounds: HashMap<i32, Result<round::Model, Refused>>,
    /// Accounts that work at the event.
    working: HashSet<Uuid>,
    inside: ballot::Inside,
    /// By round.
    secrets: HashMap<Uuid, Option<Arc<Secret>>>,
    /// By round and person: of two of one person the later one counts.
    ballots: BTreeMap<(Uuid, Uuid), ballot::Model>,
}

impl Table {
    async fn set(txn: &Write, requests: &[Request]) -> Result<Self, Fault> {
        let mut table = Self {
            rounds: HashMap::new(),
            working: HashSet::new(),
            inside: ballot::Inside::default(),
            secrets: HashMap::new(),
            ballots: BTreeMap::new(),
        };
        let Some(event) = requests.first().map(|first| &first.guest.event) else { return Ok(table) };
        for number in requests.iter().map(|request| request.round).collect::<BTreeSet<_>>() {
            table.rounds.insert(number, round::hold_open(txn, event.id, number).await?);
        }
        if table.rounds.values().any(Result::is_ok) {
            let accounts: Vec<Uuid> = requests.iter().map(|request| request.guest.account.account_id).collect();
            table.working = workers::among(txn, event, &accounts).await?;
            table.inside = ballot::inside(txn, event.id).await?;
        }
        Ok(table)
    }

    async fn take(&mut self, txn: &Write, app: &App, request: &Request) -> Result<Result<Taken, Error>, Fault> {
        let (round, targets) = match self.judge(app, request) {
            Ok(judged) => judged,
            Err(refused) => return Ok(Err(refused)),
        };
        let secret = match self.secrets.get(&round.id) {
            Some(known) => known.clone(),
            None => {
                let found = pick_key::secret(txn, &round::keys(app).await?, round.id).await?.ok();
                self.secrets.insert(round.id, found.clone());
                found
            }
        };
        let Some(secret) = secret else { return Ok(Err(pick_key::unavailable().into())) };
        let Request { guest, picks, .. } = request;
        let mut ballot = Ballot::cast(&targets, picks.stage).map_err(Fault::of)?;
        ballot.follow_up = picks.follow_up;
        let person = guest.registration.number;
        let owner = Owner { person: person.unsigned_abs(), account: guest.account.account_id.as_bytes() };
        let sealed = round.seal(&secret).close(app.chance.secret()?, owner, &ballot);
        let taken = Taken { receipt: receipt(&sealed) };
        let registration_id = guest.registration.id;
        let row = ballot::Model { round_id: round.id, registration_id, person, sealed };
        self.ballots.insert((round.id, registration_id), row);
        Ok(Ok(taken))
    }

    /// The round, and the people the ballot names, by the numbers ballots know them by.
    fn judge(&self, app: &App, request: &Request) -> Result<(round::Model, Vec<u32>), Error> {
        let Request { guest, picks, .. } = request;
        let round = match self.rounds.get(&request.round) {
            Some(Ok(round)) => round.clone(),
            Some(Err(refused)) => return Err(refused.clone().into()),
            None => return Err(Refused::not_found().into()),
        };
        guest.event.requires(app.now(), Phase::OnSite)?;
        if self.working.contains(&guest.account.account_id) {
            return Err(STAFF_CANNOT_PICK.into());
        }
        let me = self.inside.worn_by(guest.registration.id).ok_or(NOT_CHECKED_IN)?;
        let numbers = judge(&round, me, &picks.badges)?;
        let target = |(place, (number, typed)): (usize, (&Number, &String))| {
            self.inside.wearer(*number).ok_or_else(|| of_badge(place, typed, NOT_HERE))
        };
        let targets = numbers.iter().zip(&picks.badges).enumerate().map(target).collect::<Result<_, Error>>()?;
        Ok((round, targets))
    }
}

/// What can be judged by the numbers alone.
fn judge(round: &round::Model, me: Number, badges: &[String]) -> Result<Vec<Number>, Error> {
    let mut numbers: Vec<Number> = Vec::with_capacity(badges.len());
    for (place, typed) in badges.iter().enumerate() {
        let refused = |wrong| of_badge(place, typed, wrong);
        let number: Number = typed.parse().map_err(|_| refused(NOT_HERE))?;
        let wrong = if place >= round.most() {
            TOO_MANY_PICKS
        } else if number == me {
            OWN_BADGE
        } else if round.sides == Sides::Two && number.side == me.side {
            SAME_SIDE
        } else if numbers.contains(&number) {
            REPEATED_PICK
        } else {
            numbers.push(number);
            continue;
        };
        return Err(refused(wrong));
    }
    Ok(numbers)
}

/// What is wrong with the badge at this place of the list, as typed.
fn of_badge(place: usize, typed: &str, wrong: Refusal) -> Error {
    let errors = vec![FieldError::new(format!("badges[{place}]"), wrong.code, wrong.detail)];
    Refused { errors, ..wrong.with("badge", typed) }.into()
}
