//! Whether somebody may pass, before anybody asks whether they already have.

use chrono::{DateTime, Utc};

use super::attempt::Reason;
use super::bearer::ScanSubject;
use super::scan::Passage;
use crate::events::event;
use crate::events::phase::Phase;
use crate::registrations::registration::Status;
use crate::screening::place::Place;

/// What speaks against it; None where nothing does. Who stands there is judged before when they
/// come, so that a guest who came too early is not sent home as a stranger.
#[must_use]
pub fn objection(found: &ScanSubject, phase: Phase, passage: Passage) -> Option<Reason> {
    let bearer = match found {
        ScanSubject::Nobody => return Some(Reason::UnknownCode),
        ScanSubject::Elsewhere => return Some(Reason::WrongEvent),
        ScanSubject::Forgotten(_) => return Some(Reason::Withdrawn),
        ScanSubject::Revoked(_) => return Some(Reason::RevokedCode),
        ScanSubject::Bearer(bearer) => bearer,
    };
    // Whoever is inside may leave, whatever has become of their registration meanwhile.
    let standing = if passage == Passage::Entry { standing(bearer.status) } else { None };
    let hour = match phase {
        Phase::OnSite => None,
        Phase::Closed => Some(Reason::EventClosed),
        _ => Some(Reason::TooEarly),
    };
    standing.or(hour).or(bearer.worn().is_none().then_some(Reason::NeedsReview))
}

/// Whether somebody comes on another day than their board's, or to the desk of another board; None where the event has
/// one evening.
#[must_use]
pub fn of_board(event: &event::Model, place: &Place, desk: Option<&str>, now: DateTime<Utc>) -> Option<Reason> {
    let another_day = place.board.is_some() && event.day(place.starts_at) != event.day(now);
    another_day.then_some(Reason::OtherBoard).or_else(|| of_another_board(place, desk))
}

/// Whether their seat is of another board than the desk is for, whatever the day.
#[must_use]
pub fn of_another_board(place: &Place, desk: Option<&str>) -> Option<Reason> {
    let (theirs, ours) = (place.board.as_deref()?, desk?);
    (theirs != ours).then_some(Reason::OtherBoard)
}

/// What speaks against somebody whatever the hour.
#[must_use]
pub fn standing(status: Status) -> Option<Reason> {
    match status {
        Status::Confirmed => None,
        Status::Selected | Status::Expired => Some(Reason::Unconfirmed),
        Status::Waitlisted => Some(Reason::Waitlisted),
        Status::Withdrawn => Some(Reason::Withdrawn),
        Status::Declined => Some(Reason::Declined),
        Status::Applied | Status::Approved | Status::Rejected | Status::NotSelected => Some(Reason::NotSelected),
    }
}
