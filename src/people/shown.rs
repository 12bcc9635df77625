//! Somebody with what they put on the plaza that stands on their card.

use super::company::{self, Neighbour};
use crate::app::App;
use crate::error::{Error, Refused};
use crate::plaza::portrait::{self, Portrait};
use crate::plaza::wall;
use crate::registrations::access::Participant;

pub struct Shown {
    pub person: Neighbour,
    /// The last one everybody sees.
    pub declaration: Option<String>,
    pub portrait: Option<Portrait>,
}

/// People with their declarations and portraits, in the order given.
///
/// # Errors
/// Only faults.
pub async fn shown(app: &App, people: Vec<Neighbour>) -> Result<Vec<Shown>, Error> {
    let ids = || people.iter().map(|person| person.registration_id);
    let db = app.database.reader();
    let mut declarations = wall::last_declarations(db, ids()).await?;
    let mut portraits = portrait::shown(db, ids()).await?;
    let show = |person: Neighbour| Shown {
        declaration: declarations.remove(&person.registration_id),
        portrait: portraits.remove(&person.registration_id),
        person,
    };
    Ok(people.into_iter().map(show).collect())
}

/// Somebody in sight.
///
/// # Errors
/// 404 where nobody in sight has this handle.
pub async fn find(app: &App, me: &Participant, handle: &str) -> Result<Neighbour, Error> {
    let people = company::in_sight(app, me).await?;
    people.into_iter().find(|person| person.handle == handle).ok_or_else(|| Refused::not_found().into())
}
