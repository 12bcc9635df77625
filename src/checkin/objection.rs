//! Whether somebody may pass, before anybody asks whether they already have.

use super::attempt::Reason;
use super::bearer::ScanSubject;
use super::scan::Passage;
use crate::events::phase::Phase;
use crate::registrations::registration::Status;

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
