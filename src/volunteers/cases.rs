//! The couples a volunteer may look after, by what is due.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, QueryFilter, QuerySelect, entity::prelude::*};

use super::assignment;
use super::follow_up::{self, State};
use super::milestone::Milestone;
use crate::couples::couple;
use crate::error::Fault;
use crate::events::crew::{self, Role};
use crate::events::event;
use crate::registrations::registration;

/// One couple that wants to be asked, and what is to be done next.
#[derive(Debug, Clone)]
pub struct Case {
    pub couple: couple::Model,
    pub event: event::Model,
    pub volunteer_id: Option<Uuid>,
    pub last: Option<(State, DateTime<Utc>)>,
    /// None once all were answered, or the two parted.
    pub next: Option<(Milestone, DateTime<Utc>)>,
    /// Which tasks were answered.
    pub answered: Vec<Milestone>,
}

impl Case {
    /// What it is called where no name may stand.
    #[must_use]
    pub fn number(&self) -> String {
        format!("{:06X}", self.couple.id.as_u128() & 0xff_ffff)
    }

    /// About which task the two are asked at a moment: the latest that is due, unless it was answered.
    #[must_use]
    pub fn asking(&self, now: DateTime<Utc>) -> Option<Milestone> {
        // Whoever parted is asked nothing more.
        self.next?;
        let (since, zone) = (self.couple.follow_up_since?, self.event.zone());
        let latest = Milestone::ALL.into_iter().rfind(|milestone| milestone.due(since, zone) <= now)?;
        (!self.answered.contains(&latest)).then_some(latest)
    }
}

/// Whether somebody is one of the two: nobody looks after themself, and learns by it what the other one says.
pub(super) async fn is_one_of(
    db: &impl ConnectionTrait,
    couple: &couple::Model,
    account_id: Uuid,
) -> Result<bool, Fault> {
    let own = registration::Entity::find().filter(registration::Column::AccountId.eq(account_id));
    Ok(own.filter(registration::Column::Id.is_in(couple.people())).one(db).await?.is_some())
}

/// The cases of a volunteer: couples in their care, and those of their events in nobody's; never their own.
/// Earliest due first, done ones last.
pub async fn of_volunteer(db: &impl ConnectionTrait, account_id: Uuid) -> Result<Vec<Case>, Fault> {
    let mut cases = of_events(db, crew::events_of(db, account_id, Role::Volunteer).await?).await?;
    cases.retain(|case| case.volunteer_id.is_none_or(|volunteer| volunteer == account_id));
    let own = registration::Entity::find().select_only().column(registration::Column::Id);
    let own = own.filter(registration::Column::AccountId.eq(account_id)).into_tuple::<Uuid>().all(db).await?;
    let own: HashSet<Uuid> = own.into_iter().collect();
    cases.retain(|case| !case.couple.people().iter().any(|id| own.contains(id)));
    Ok(cases)
}

/// Every case of some events, earliest due first.
pub async fn of_events(db: &impl ConnectionTrait, events: Vec<event::Model>) -> Result<Vec<Case>, Fault> {
    let events: HashMap<Uuid, event::Model> = events.into_iter().map(|event| (event.id, event)).collect();
    let couples = couple::Entity::find_standing()
        .filter(couple::Column::EventId.is_in(events.keys().copied()))
        .filter(couple::Column::FollowUpSince.is_not_null())
        .all(db)
        .await?;
    let ids: Vec<Uuid> = couples.iter().map(|couple| couple.id).collect();
    let taken = assignment::of_couples(db, &ids).await?;
    let taken: HashMap<Uuid, Uuid> = taken.into_iter().map(|case| (case.couple_id, case.volunteer_id)).collect();
    let mut noted: HashMap<Uuid, Vec<follow_up::Model>> = HashMap::new();
    for note in follow_up::of_couples(db, &ids).await? {
        noted.entry(note.couple_id).or_default().push(note);
    }
    let mut cases: Vec<Case> = couples
        .into_iter()
        .filter_map(|couple| {
            let event = events.get(&couple.event_id)?.clone();
            let noted = noted.remove(&couple.id).unwrap_or_default();
            let last = noted.last().map(|last| (last.state, last.at));
            let answered: Vec<Milestone> = noted.iter().filter_map(|noted| noted.milestone).collect();
            let since = couple.follow_up_since?;
            let over = matches!(last, Some((State::Parted, _)));
            let next = Milestone::next(&answered).filter(|_| !over);
            let next = next.map(|milestone| (milestone, milestone.due(since, event.zone())));
            Some(Case { volunteer_id: taken.get(&couple.id).copied(), couple, event, last, next, answered })
        })
        .collect();
    cases.sort_by_key(|case| (case.next.is_none(), case.next.map(|(_, due)| due), case.couple.id));
    Ok(cases)
}
