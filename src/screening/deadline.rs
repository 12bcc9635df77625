//! Until when an invitation may be answered.

use chrono::{DateTime, Duration, Utc};

use crate::events::event;
use crate::events::phase::Phase;

/// Hours to answer at most, for people who were selected and for standbys who moved up.
const INVITED: i64 = 72;
const MOVED_UP: i64 = 24;

/// People selected by the run: three days from the confirmation phase on, and never more than half of what is left
/// until the doors open, so that somebody else can still come in.
#[must_use]
pub fn of_invitations(event: &event::Model, now: DateTime<Utc>) -> DateTime<Utc> {
    let begins = event.boundary(Phase::Confirmation).map_or(now, |begins| begins.max(now));
    until(event, begins, INVITED)
}

/// Standbys who moved up: a day, and never more than half of what is left.
#[must_use]
pub fn of_offers(event: &event::Model, now: DateTime<Utc>) -> DateTime<Utc> {
    until(event, now, MOVED_UP)
}

fn until(event: &event::Model, begins: DateTime<Utc>, hours: i64) -> DateTime<Utc> {
    let doors = event.boundary(Phase::OnSite).unwrap_or(event.starts_at);
    let half = (doors - begins).max(Duration::zero()) / 2;
    begins + half.min(Duration::hours(hours))
}
