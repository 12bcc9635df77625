//! Who is kept apart, whoever of the two asked for it.

use std::collections::HashSet;

use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::matched;
use crate::error::Error;
use crate::registrations::exclusion::{self, Because};

/// The registrations a person can neither pick nor be matched with.
///
/// # Errors
/// Only faults.
pub async fn from(db: &impl ConnectionTrait, event_id: Uuid, registration_id: Uuid) -> Result<HashSet<Uuid>, Error> {
    let pairs = pairs(db, event_id).await?.into_iter();
    Ok(pairs.filter_map(|(lo, hi)| matched::partner(lo, hi, registration_id)).collect())
}

/// Every pair of an event that is kept apart, each in the order matches are stored in.
///
/// # Errors
/// Only faults.
pub async fn pairs(db: &impl ConnectionTrait, event_id: Uuid) -> Result<HashSet<(Uuid, Uuid)>, Error> {
    let said = exclusion::of_event(db, event_id).await?.into_iter();
    let blocked = said.filter(|said| said.because == Because::Blocked);
    Ok(blocked.map(|said| matched::ordered(said.said_by, said.about)).collect())
}
