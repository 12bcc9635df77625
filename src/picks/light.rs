//! 爆灯: a participant lights up for people, in private.

use sea_orm::EntityTrait;

use super::refusals::{
    NOT_CHECKED_IN, NOT_HERE, OWN_BADGE, REPEATED_PICK, SAME_SIDE, STAFF_CANNOT_PICK, TOO_MANY_PICKS,
};
use super::round;
use super::{ballot, pick_key};
use crate::app::App;
use crate::badges::number::Number;
use crate::checkin::presence;
use crate::error::refusal::Refusal;
use crate::error::{Error, Fault, FieldError, Refused};
use crate::events::crew;
use crate::events::event::Sides;
use crate::events::phase::Phase;
use crate::organizations::staff;
use crate::registrations::access::Participant;
use queqiao_ballots::ballot::Ballot;
use queqiao_ballots::seal::{Owner, receipt};

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

/// Takes a ballot while the round is open. Whoever is answered is counted: the round is held
/// against its tally until the ballot is on disk.
///
/// # Errors
/// 403 `staff_cannot_pick`; 422 `not_checked_in`, and of a badge `too_many_picks`, `repeated_pick`,
/// `own_badge`, `same_side`, `not_here`; 409 `round_not_open`, `round_closed`, `round_void`,
/// `phase_closed`; 503 `key_unavailable`; 404. Nothing is stored then.
pub async fn light(app: &App, guest: &Participant, number: i32, picks: Picks) -> Result<Taken, Error> {
    let txn = app.database.begin_write().await?;
    let round = round::hold_open(&txn, guest.event.id, number).await?;
    guest.event.requires(app.now(), Phase::OnSite)?;
    let account_id = guest.account.account_id;
    let organizer = staff::find_grant(&txn, guest.event.organization_id, account_id, staff::Role::Organizer).await?;
    if organizer.is_some() || !crew::roles(&txn, account_id, guest.event.id).await?.is_empty() {
        return Err(STAFF_CANNOT_PICK.into());
    }
    let me = presence::Entity::find_by_id(guest.registration.id).one(&txn).await?;
    let me = me.filter(|me| me.inside && me.event_id == round.event_id).ok_or(NOT_CHECKED_IN)?;
    let numbers = judge(&round, me.worn(), &picks.badges)?;
    let targets = targets(&txn, &round, &numbers, &picks.badges).await?;
    let secret =
        pick_key::secret(&txn, &round::keys(app).await?, round.id).await?.map_err(|_| pick_key::unavailable())?;
    let mut ballot = Ballot::cast(&targets, picks.stage).map_err(Fault::of)?;
    ballot.follow_up = picks.follow_up;
    let person = guest.registration.number;
    let owner = Owner { person: person.unsigned_abs(), account: account_id.as_bytes() };
    let sealed = round.seal(&secret).close(app.chance.secret()?, owner, &ballot);
    let taken = Taken { receipt: receipt(&sealed) };
    let row = ballot::Model { round_id: round.id, registration_id: guest.registration.id, person, sealed };
    ballot::put(&txn, row).await?;
    txn.commit().await?;
    Ok(taken)
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

/// The people inside who wear these numbers, by the numbers ballots know them by.
async fn targets(
    txn: &impl sea_orm::ConnectionTrait,
    round: &round::Model,
    numbers: &[Number],
    badges: &[String],
) -> Result<Vec<u32>, Error> {
    let inside = ballot::inside(txn, round.event_id).await?;
    let mut targets = Vec::with_capacity(numbers.len());
    for (place, (number, typed)) in numbers.iter().zip(badges).enumerate() {
        let person = inside.get(number).copied();
        targets.push(person.ok_or_else(|| of_badge(place, typed, NOT_HERE))?);
    }
    Ok(targets)
}
