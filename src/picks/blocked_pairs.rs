//! Who is kept apart. Whoever was blocked is never told, by no answer and by nobody missing: they may
//! pick like anybody else, and the tally drops what comes of it.

use std::collections::HashSet;

use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::matched;
use crate::error::Fault;
use crate::registrations::exclusion::{self, Because};

/// Whom a person blocked, and so need not look at.
pub async fn by(db: &impl ConnectionTrait, registration_id: Uuid) -> Result<HashSet<Uuid>, Fault> {
    let exclusions = exclusion::of_guest(db, registration_id).await?.into_iter();
    Ok(exclusions
        .filter(|exclusions| exclusions.because == Because::Blocked)
        .map(|exclusions| exclusions.about)
        .collect())
}

/// Every pair of an event that is kept apart, each in the order matches are stored in.
pub async fn pairs(db: &impl ConnectionTrait, event_id: Uuid) -> Result<HashSet<(Uuid, Uuid)>, Fault> {
    let exclusions = exclusion::of_event(db, event_id).await?.into_iter();
    let blocked = exclusions.filter(|exclusions| exclusions.because == Because::Blocked);
    Ok(blocked.map(|exclusions| matched::ordered(exclusions.excluded_by, exclusions.about)).collect())
}
