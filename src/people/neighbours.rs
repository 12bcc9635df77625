//! Who is in somebody's company at an event, and what may be told of them.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::band::Band;
use crate::accounts::{account, profile};
use crate::app::App;
use crate::error::Fault;
use crate::events::event::Sides;
use crate::registrations::access::Participant;
use crate::registrations::exclusion;
use crate::registrations::handle;
use crate::registrations::registration::{self, Side, Status};

/// The most words the choice of interests offers.
const MOST_WORDS: usize = 40;

/// Somebody else, or oneself, as others see them: no name, no employer, no age but a band.
#[derive(Clone, Debug)]
pub struct Neighbour {
    pub registration_id: Uuid,
    pub handle: String,
    pub side: Side,
    pub nickname: String,
    pub band: Option<Band>,
    pub education: Option<String>,
    pub district: Option<String>,
    pub interests: Vec<String>,
    pub about: Option<String>,
}

/// Whom somebody would like to see; what is empty or unknown asks for nothing.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct NeighbourFilter {
    /// `under-25`, `25-29`, `30-34`, `35-39` or `from-40`.
    pub age: String,
    pub interest: String,
    pub education: String,
    pub district: String,
}

/// What there is to choose from.
#[derive(Clone, Debug, Default)]
pub struct Offered {
    pub bands: Vec<Band>,
    pub interests: Vec<String>,
    pub educations: Vec<String>,
    pub districts: Vec<String>,
}

/// Everybody at the event who is in this person's sight, oneself included.
pub async fn in_sight(app: &App, me: &Participant) -> Result<Vec<Neighbour>, Fault> {
    let db = app.database.reader();
    let hidden = exclusion::out_of_sight(db, me.registration.id).await?;
    let people = everybody(app, db, me).await?;
    Ok(people.into_iter().filter(|person| !hidden.contains(&person.registration_id)).collect())
}

/// Whom this person asked to be kept apart from, in sight or not, with the reason.
pub async fn kept_apart(app: &App, me: &Participant) -> Result<Vec<(Neighbour, exclusion::Because)>, Fault> {
    let db = app.database.reader();
    let exclusions = exclusion::of_guest(db, me.registration.id).await?;
    let mut people: HashMap<Uuid, Neighbour> =
        everybody(app, db, me).await?.into_iter().map(|person| (person.registration_id, person)).collect();
    Ok(exclusions
        .into_iter()
        .filter_map(|exclusions| Some((people.remove(&exclusions.about)?, exclusions.because)))
        .collect())
}

async fn everybody(app: &App, db: &impl ConnectionTrait, me: &Participant) -> Result<Vec<Neighbour>, Fault> {
    // Whoever was not selected stays: leaving would tell it to everybody.
    let rows = registration::Entity::of_event(me.event.id).filter(registration::Column::Status.is_not_in([
        Status::Applied,
        Status::Rejected,
        Status::Withdrawn,
    ]));
    let accounts = rows.clone().select_only().column(registration::Column::AccountId).into_query();
    let rows = rows.all(db).await?;
    let gone = account::Entity::find().filter(account::Column::ErasedAt.is_not_null());
    let gone = gone.filter(account::Column::Id.in_subquery(accounts.clone())).all(db).await?;
    let gone: HashSet<Uuid> = gone.into_iter().map(|account| account.id).collect();
    let profiles = profile::Entity::find().filter(profile::Column::AccountId.in_subquery(accounts)).all(db).await?;
    let mut profiles: HashMap<Uuid, profile::Model> =
        profiles.into_iter().map(|profile| (profile.account_id, profile)).collect();
    let day = me.event.starts_at.with_timezone(&me.event.zone()).date_naive();
    let mut people = Vec::with_capacity(rows.len());
    for row in rows {
        let profile = profiles.remove(&row.account_id).filter(|profile| !gone.contains(&profile.account_id));
        let Some(profile) = profile else { continue };
        people.push(Neighbour {
            registration_id: row.id,
            handle: handle::of(app, row.id),
            side: row.side,
            band: profile.age_on(&app.secrets, day)?.map(Band::of),
            interests: profile.interests(),
            nickname: profile.nickname,
            education: profile.education,
            district: profile.district,
            about: profile.about,
        });
    }
    Ok(people)
}

/// The people somebody may come to meet, in a day's order for this reader.
#[must_use]
pub fn to_meet(app: &App, me: &Participant, day: NaiveDate, people: Vec<Neighbour>) -> Vec<Neighbour> {
    let my_id = me.registration.id;
    let meets = |person: &Neighbour| match me.event.sides {
        Sides::Two => person.side == me.registration.side.other(),
        Sides::Open => person.registration_id != my_id,
    };
    let mut people: Vec<Neighbour> = people.into_iter().filter(meets).collect();
    people.sort_by_cached_key(|person| place(app, me, day, person));
    people
}

/// Where somebody's card lies in a day's order for this reader.
#[must_use]
pub fn place(app: &App, me: &Participant, day: NaiveDate, person: &Neighbour) -> Vec<u8> {
    let day = day.to_string();
    let from = [day.as_bytes(), me.registration.id.as_bytes().as_slice(), person.registration_id.as_bytes().as_slice()];
    handle::shuffled(app, "order of cards", &from)
}

impl NeighbourFilter {
    #[must_use]
    pub fn takes(&self, person: &Neighbour) -> bool {
        let is = |wanted: &str, value: Option<&str>| wanted.is_empty() || value == Some(wanted);
        is(&self.age, person.band.map(Band::word))
            && is(&self.education, person.education.as_deref())
            && is(&self.district, person.district.as_deref())
            && (self.interest.is_empty() || person.interests.contains(&self.interest))
    }

    #[must_use]
    pub fn asks(&self) -> bool {
        [&self.age, &self.interest, &self.education, &self.district].iter().any(|word| !word.is_empty())
    }
}

impl Offered {
    /// What people said of themselves; of interests those that most of them share.
    #[must_use]
    pub fn by(people: &[Neighbour]) -> Self {
        let counted = |values: Vec<&String>| {
            let mut counts: BTreeMap<&String, usize> = BTreeMap::new();
            for word in values {
                *counts.entry(word).or_default() += 1;
            }
            let mut values: Vec<(&String, usize)> = counts.into_iter().collect();
            values.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(other.0)));
            values.into_iter().take(MOST_WORDS).map(|(word, _)| word.clone()).collect()
        };
        Self {
            bands: Band::ALL.into_iter().filter(|band| people.iter().any(|one| one.band == Some(*band))).collect(),
            interests: counted(people.iter().flat_map(|person| &person.interests).collect()),
            educations: counted(people.iter().filter_map(|person| person.education.as_ref()).collect()),
            districts: counted(people.iter().filter_map(|person| person.district.as_ref()).collect()),
        }
    }
}
