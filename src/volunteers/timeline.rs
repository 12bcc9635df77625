//! A case with everything noted about it, for whoever may look after it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, entity::prelude::*};

use super::answer::{self, OneTap};
use super::cases::{self, Case};
use super::follow_up::{self, State};
use super::milestone::Milestone;
use super::{case_letter, letters_stopped, question};
use crate::accounts::profile;
use crate::app::App;
use crate::badges::face::{self, Face};
use crate::couples::offer::Field;
use crate::couples::{couple, volunteer_contact};
use crate::error::{Error, Refused};
use crate::events::crew::{self, Rights, Role};
use crate::events::event;
use crate::registrations::registration;

#[derive(Debug, Clone)]
pub struct Timeline {
    pub case: Case,
    /// Oldest first.
    pub entries: Vec<Entry>,
    /// What each of the two lets the reader see, by badge; empty where somebody else looks after them.
    pub allowed: Vec<(String, Vec<Field>)>,
    /// Who of the two wants no letters, by badge.
    pub stopped: Vec<String>,
    /// Volunteers of the event with their nicknames, for handing over.
    pub volunteers: BTreeMap<Uuid, String>,
    /// The reader may hand over what is in another's care.
    pub organizer: bool,
}

/// One thing in the story of a case.
#[derive(Debug, Clone)]
pub enum Entry {
    Note(Noted),
    Letter(Written),
    /// What one of the two answered and the other has not; not told of whom.
    Unconfirmed(Answered),
}

#[derive(Debug, Clone)]
pub struct Noted {
    pub state: State,
    pub note: String,
    pub at: DateTime<Utc>,
    pub milestone: Option<Milestone>,
    /// The nickname of who noted it; None where the two said so themselves.
    pub by: Option<String>,
}

/// What the volunteer and one of the two wrote to each other.
#[derive(Debug, Clone)]
pub struct Written {
    /// Of the one it was written to or came from.
    pub badge: String,
    pub by_volunteer: bool,
    pub text: String,
    pub at: DateTime<Utc>,
}

#[derive(Debug, Clone)]
pub struct Answered {
    pub answer: OneTap,
    pub milestone: Milestone,
    pub at: DateTime<Utc>,
}

impl Entry {
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        match self {
            Self::Note(noted) => noted.at,
            Self::Letter(written) => written.at,
            Self::Unconfirmed(answered) => answered.at,
        }
    }
}

/// One case with its notes.
///
/// # Errors
/// 404 where the two do not want to be asked, for who does not serve at their event, for either of
/// the two, and for a volunteer where another one looks after them.
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
    if !rights.allow(Role::Volunteer) || cases::is_one_of(db, &couple, account_id).await? {
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
    let own = registration::Entity::find().filter(registration::Column::Id.is_in(case.couple.people())).all(db).await?;
    let own: Vec<Uuid> = own.into_iter().map(|person| person.account_id).collect();
    let by = |id: Uuid| (!own.contains(&id)).then(|| name(id));
    let serves = serving.contains(&account_id);
    let mut entries = Vec::new();
    for noted in noted {
        let (state, at, milestone) = (noted.state, noted.at, noted.milestone);
        entries.push(Entry::Note(Noted { state, note: noted.note(app)?, at, milestone, by: by(noted.account_id) }));
    }
    let mut timeline = Timeline {
        case,
        entries,
        allowed: Vec::new(),
        stopped: Vec::new(),
        volunteers: serving.into_iter().filter(|id| !own.contains(id)).map(|id| (id, name(id))).collect(),
        organizer,
    };
    // An organizer may look after two, and reads no letters.
    if serves && timeline.case.volunteer_id == Some(account_id) {
        timeline.read_own(db, app).await?;
    }
    timeline.entries.sort_by_key(Entry::at);
    Ok(timeline)
}

impl Timeline {
    /// What only whoever looks after the two may read.
    async fn read_own(&mut self, db: &impl ConnectionTrait, app: &App) -> Result<(), Error> {
        let couple = &self.case.couple;
        let faces = face::faces(db, couple.people()).await?;
        let badge = |id: &Uuid| faces.get(id).map(Face::badge).unwrap_or_default();
        for allowed in volunteer_contact::of_match(db, couple.match_id).await? {
            self.allowed.push((badge(&allowed.registration_id), allowed.fields()));
        }
        self.allowed.sort_by(|one, other| one.0.cmp(&other.0));
        self.stopped = letters_stopped::by(db, couple.id).await?.iter().map(badge).collect();
        for letter in case_letter::of_couple(db, couple.id).await? {
            let (by_volunteer, at) = (letter.by_volunteer, letter.at);
            let written = Written { badge: badge(&letter.registration_id), by_volunteer, text: letter.text(app)?, at };
            self.entries.push(Entry::Letter(written));
        }
        let answers = question::answers(db, app, couple.id).await?;
        for one in &answers {
            let Some(state) = one.answer.state() else { continue };
            if answer::confirmed(&answers, one) != Some(state) {
                let (answer, milestone, at) = (one.answer, one.milestone, one.at);
                self.entries.push(Entry::Unconfirmed(Answered { answer, milestone, at }));
            }
        }
        Ok(())
    }
}
