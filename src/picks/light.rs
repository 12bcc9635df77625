//! 爆灯: a participant lights up for people, in private.

use sea_orm::EntityTrait;

use super::round;
use super::{ballot, pick_key};
use crate::app::App;
use crate::badges::number::Number;
use crate::checkin::presence;
use crate::error::{Error, FieldError, Refused};
use crate::events::crew::{self, Role};
use crate::events::event::Sides;
use crate::events::phase::Phase;
use crate::organizations::staff;
use crate::registrations::access::Participant;
use queqiao_ballots::seal::{Ballot, Owner, receipt};

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

/// Why a ballot was not taken. Nothing is stored then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotTaken {
    /// Who works at an event does not pick at it: each made-up guest would be a few free questions.
    Works,
    /// Not inside, or without a badge.
    NotCheckedIn,
    /// The badge at this place of the list, as typed, and what is wrong with it.
    Badge { place: usize, typed: String, wrong: Wrong },
    /// No ballot of this round can be sealed here; the key lies elsewhere or is lost.
    NoKey,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// Beyond the limit of the round.
    TooMany,
    /// Named twice.
    Repeated,
    Oneself,
    SameSide,
    /// Not a number anybody inside wears. A block does not count here, or asking would tell who
    /// blocked whom: the tally drops such a pair.
    NotHere,
}

impl Wrong {
    fn code_and_detail(self) -> (&'static str, &'static str) {
        match self {
            Self::TooMany => ("too_many_picks", "This is more than the round allows."),
            Self::Repeated => ("repeated_pick", "This badge is named twice."),
            Self::Oneself => ("own_badge", "This is your own badge."),
            Self::SameSide => ("same_side", "In this round one picks from the other side."),
            Self::NotHere => ("not_here", "Nobody with this badge can be picked now."),
        }
    }
}

impl From<NotTaken> for Error {
    fn from(refused: NotTaken) -> Self {
        let refused = match refused {
            NotTaken::Works => {
                Refused::forbidden("staff_cannot_pick", "Whoever works at an event does not pick at it.")
            }
            NotTaken::NotCheckedIn => {
                Refused::unprocessable("not_checked_in", "Only those who are checked in with a badge can pick.")
            }
            NotTaken::Badge { place, typed, wrong } => {
                let (code, detail) = wrong.code_and_detail();
                let mut refused = Refused::unprocessable(code, detail).with("badge", typed);
                refused.errors = vec![FieldError::new(format!("badges[{place}]"), code, detail)];
                refused
            }
            NotTaken::NoKey => Refused {
                retry_after: Some(5),
                ..Refused::new(
                    actix_web::http::StatusCode::SERVICE_UNAVAILABLE,
                    "key_unavailable",
                    "The ballots of this round can be neither sealed nor opened here just now; tell the host.",
                )
            },
        };
        refused.into()
    }
}

/// Takes a ballot while the round is open. Whoever is answered is counted: the round is held
/// against its tally until the ballot is on disk.
///
/// # Errors
/// [`NotTaken`]; 409 `round_not_open`, `round_closed`, `round_void`, `phase_closed`; 404.
pub async fn light(app: &App, guest: &Participant, number: i32, picks: Picks) -> Result<Taken, Error> {
    let txn = app.database.begin_write().await?;
    let round = round::hold_open(&txn, guest.event.id, number).await?;
    guest.event.requires(app.now(), Phase::OnSite)?;
    let account_id = guest.account.account_id;
    let organizer = staff::find_grant(&txn, guest.event.organization_id, account_id, staff::Role::Organizer).await?;
    if organizer.is_some()
        || crew::serves(&txn, account_id, guest.event.id, &[Role::Desk, Role::Host, Role::Volunteer]).await?
    {
        return Err(NotTaken::Works.into());
    }
    let me = presence::Entity::find_by_id(guest.registration.id).one(&txn).await?;
    let me = me.filter(|me| me.inside && me.event_id == round.event_id).ok_or(NotTaken::NotCheckedIn)?;
    let numbers = judge(&round, me.worn(), &picks.badges)?;
    let targets = targets(&txn, &round, &numbers, &picks.badges).await?;
    let secret = pick_key::secret(&txn, &round::keys(app).await?, round.id).await?.map_err(|_| NotTaken::NoKey)?;
    let mut ballot = Ballot::cast(&targets, picks.stage).map_err(Error::fault)?;
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
fn judge(round: &round::Model, me: Number, badges: &[String]) -> Result<Vec<Number>, NotTaken> {
    let mut numbers: Vec<Number> = Vec::with_capacity(badges.len());
    for (place, typed) in badges.iter().enumerate() {
        let refused = |wrong| NotTaken::Badge { place, typed: typed.clone(), wrong };
        let number: Number = typed.parse().map_err(|_| refused(Wrong::NotHere))?;
        let wrong = if place >= round.most() {
            Wrong::TooMany
        } else if number == me {
            Wrong::Oneself
        } else if round.sides == Sides::Two && number.side == me.side {
            Wrong::SameSide
        } else if numbers.contains(&number) {
            Wrong::Repeated
        } else {
            numbers.push(number);
            continue;
        };
        return Err(refused(wrong));
    }
    Ok(numbers)
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
        let refused = || NotTaken::Badge { place, typed: typed.clone(), wrong: Wrong::NotHere };
        targets.push(person.ok_or_else(refused)?);
    }
    Ok(targets)
}
