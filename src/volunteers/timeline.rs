//! A case with everything noted about it, for whoever may look after it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, entity::prelude::*};

use super::cases::{self, Case};
use super::follow_up::{self, State};
use super::milestone::Milestone;
use crate::accounts::profile;
use crate::app::App;
use crate::couples::couple;
use crate::error::{Error, Refused};
use crate::events::crew::{self, Rights, Role};
use crate::events::event;

#[derive(Debug, Clone)]
pub struct Timeline {
    pub case: Case,
    /// Oldest first.
    pub notes: Vec<Noted>,
    /// Volunteers of the event with their nicknames, for handing over.
    pub volunteers: BTreeMap<Uuid, String>,
    /// The reader may hand over what is in another's care.
    pub organizer: bool,
}

#[derive(Debug, Clone)]
pub struct Noted {
    pub state: State,
    pub note: String,
    pub at: DateTime<Utc>,
    pub milestone: Option<Milestone>,
    /// The nickname of who noted it.
    pub by: String,
}

/// One case with its notes.
///
/// # Errors
/// 404 where the two do not want to be asked, for who does not serve at their event, and for a
/// volunteer where another one looks after them.
pub async fn of_couple(
    db: &impl ConnectionTrait,
    app: &App,
    account_id: Uuid,
    couple_id: Uuid,
) -> Result<Timeline, Error> {
    let couple = couple::Entity::find_standing().filter(couple::Column::Id.eq(couple_id)).one(db).await?;
    let couple = couple.ok_or_else(Refused::not_found)?;
    let event = event::Entity::find_by_id(couple.event_id).one(db).await?.ok_or_else(Refused::not_found)?;
    let rights = Rights::of(db, account_id, &event).await?;
    if !rights.allow(Role::Volunteer) {
        return Err(Refused::not_found().into());
    }
    let organizer = rights.organizer;
    let serving = crew::in_role(db, event.id, Role::Volunteer).await?;
    let case = cases::of_events(db, vec![event]).await?.into_iter().find(|case| case.couple.id == couple_id);
    let case = case.ok_or_else(Refused::not_found)?;
    if !organizer && case.volunteer_id.is_some_and(|holder| holder != account_id) {
        return Err(Refused::not_found().into());
    }
    let noted = follow_up::of_couples(db, &[couple_id]).await?;
    let people = serving.iter().copied().chain(noted.iter().map(|noted| noted.account_id));
    let names = profile::nicknames(db, people).await?;
    let name = |id: Uuid| names.get(&id).cloned().unwrap_or_default();
    let notes = noted.into_iter().map(|noted| {
        Ok(Noted {
            state: noted.state,
            note: noted.note(app)?,
            at: noted.at,
            milestone: noted.milestone,
            by: name(noted.account_id),
        })
    });
    let notes = notes.collect::<Result<_, Error>>()?;
    Ok(Timeline { case, notes, volunteers: serving.into_iter().map(|id| (id, name(id))).collect(), organizer })
}
