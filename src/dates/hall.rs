//! Everything a plan is made from, as it stood at one moment.

use std::collections::{HashMap, HashSet};

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::suiting::Traits;
use super::{date_plan, date_round, sat_out, sitting};
use crate::accounts::profile;
use crate::badges::number::Number;
use crate::checkin::presence;
use crate::registrations::{exclusion, registration};

/// The hall: who is inside, and what happened so far.
#[derive(Clone, Debug)]
pub struct Hall {
    pub plan: date_plan::Model,
    /// In order.
    pub rounds: Vec<date_round::Model>,
    pub sittings: Vec<sitting::Model>,
    pub sat_out: Vec<sat_out::Model>,
    /// Both directions.
    pub excluded: HashSet<(Uuid, Uuid)>,
    /// Everybody inside, by the number they wear.
    pub people: Vec<Present>,
    /// What everybody wears who has ever been inside.
    pub worn: HashMap<Uuid, Number>,
}

/// Somebody inside.
#[derive(Clone, Debug)]
pub struct Present {
    pub registration_id: Uuid,
    pub worn: Number,
    pub unit_id: Uuid,
    pub traits: Traits,
}

/// What one person's evening was like so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// Dates that took place.
    pub dates: u32,
    /// Played rounds for which this person was not there.
    pub missed: u32,
    /// The last played rounds in a row which this person sat through without a date.
    pub waited: u32,
    /// Where this person sat last; 0 for nowhere.
    pub table: usize,
}

impl Hall {
    pub async fn look(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Self, DbErr> {
        let plan = date_plan::of(db, event_id).await?;
        let rounds = date_round::of_event(db, event_id).await?;
        let sittings = sitting::of_event(db, event_id).await?;
        let sat_out = sat_out::of_rounds(db, rounds.iter().map(|round| round.id)).await?;
        let exclusions = exclusion::of_event(db, event_id).await?;
        let both = |one: exclusion::Model| [(one.excluded_by, one.about), (one.about, one.excluded_by)];
        let everybody = presence::Entity::find().filter(presence::Column::EventId.eq(event_id)).all(db).await?;
        let people = people(db, &everybody).await?;
        let worn = everybody.iter().map(|presence| (presence.registration_id, presence.worn())).collect();
        Ok(Self {
            plan,
            rounds,
            sittings,
            sat_out,
            excluded: exclusions.into_iter().flat_map(both).collect(),
            people,
            worn,
        })
    }

    /// Whether a plan made from this may still be written: nothing else was planned, played or
    /// excluded since, and the same people are inside. `plan` is the row now held.
    pub async fn still_stands(&self, txn: &impl ConnectionTrait, plan: &date_plan::Model) -> Result<bool, DbErr> {
        if plan.version != self.plan.version {
            return Ok(false);
        }
        let inside = presence::Entity::inside(plan.event_id).all(txn).await?;
        let inside: HashSet<Uuid> = inside.into_iter().map(|presence| presence.registration_id).collect();
        Ok(inside.len() == self.people.len()
            && self.people.iter().all(|person| inside.contains(&person.registration_id)))
    }

    /// The rounds no plan may touch.
    pub fn played(&self) -> impl Iterator<Item = &date_round::Model> {
        self.rounds.iter().filter(|round| round.is_played())
    }

    /// Whether two people may still be seated together.
    #[must_use]
    pub fn may_meet(&self, one: &Present, other: &Present, met: &HashSet<(Uuid, Uuid)>) -> bool {
        let pair = (one.registration_id, other.registration_id);
        one.unit_id != other.unit_id && !self.excluded.contains(&pair) && !met.contains(&pair)
    }

    /// Everybody who had a date with whom, in both directions.
    #[must_use]
    pub fn met(&self) -> HashSet<(Uuid, Uuid)> {
        let played: HashSet<Uuid> = self.played().map(|round| round.id).collect();
        let dates = self.sittings.iter().filter(|sitting| sitting.held && played.contains(&sitting.round_id));
        dates.flat_map(|date| [(date.one_id, date.other_id), (date.other_id, date.one_id)]).collect()
    }

    /// Everybody's evening so far.
    #[must_use]
    pub fn pasts(&self) -> HashMap<Uuid, Past> {
        let mut pasts: HashMap<Uuid, Past> =
            self.people.iter().map(|person| (person.registration_id, Past::default())).collect();
        for round in self.played() {
            let mut seats = HashMap::new();
            for sitting in self.sittings.iter().filter(|sitting| sitting.round_id == round.id) {
                for id in [sitting.one_id, sitting.other_id] {
                    seats.insert(id, (sitting.held, usize::try_from(sitting.table_number).unwrap_or(0)));
                }
            }
            let waiting = self.sat_out.iter().filter(|out| out.round_id == round.id);
            let waiting: HashSet<Uuid> = waiting.map(|out| out.registration_id).collect();
            for (id, past) in &mut pasts {
                match seats.get(id) {
                    Some((true, table)) => {
                        *past = Past { dates: past.dates + 1, waited: 0, table: *table, ..*past };
                    }
                    // Nobody sat, so nobody was passed over.
                    Some((false, _)) | None if round.nobody_sat() => {}
                    Some((false, table)) => {
                        *past = Past { waited: past.waited + 1, table: *table, ..*past };
                    }
                    None if waiting.contains(id) => past.waited += 1,
                    None => *past = Past { missed: past.missed + 1, waited: 0, ..*past },
                }
            }
        }
        pasts
    }
}

/// Everybody inside with what counts about them, by the number they wear.
async fn people(db: &impl ConnectionTrait, everybody: &[presence::Model]) -> Result<Vec<Present>, DbErr> {
    let inside: HashMap<Uuid, Number> =
        everybody.iter().filter(|one| one.inside).map(|one| (one.registration_id, one.worn())).collect();
    let wanted = registration::Column::Id.is_in(inside.keys().copied());
    let registrations = registration::Entity::find().filter(wanted).all(db).await?;
    let accounts = registrations.iter().map(|registration| registration.account_id);
    let profiles = profile::Entity::find().filter(profile::Column::AccountId.is_in(accounts)).all(db).await?;
    let traits: HashMap<Uuid, Traits> =
        profiles.iter().map(|profile| (profile.account_id, Traits::from(profile))).collect();
    let present = |registration: registration::Model| {
        Some(Present {
            registration_id: registration.id,
            worn: *inside.get(&registration.id)?,
            unit_id: registration.unit_id,
            traits: traits.get(&registration.account_id).cloned().unwrap_or_default(),
        })
    };
    let mut people: Vec<Present> = registrations.into_iter().filter_map(present).collect();
    people.sort_by_key(|person| person.worn);
    Ok(people)
}
