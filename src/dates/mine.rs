//! One participant's evening: where to sit, and with whom.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::date_round::{self, State};
use super::sitting;
use super::terms::Terms;
use crate::accounts::profile;
use crate::badges::badge;
use crate::registrations::access::Participant;
use crate::registrations::exclusion::{self, Because};
use crate::registrations::registration;

/// My dates, round by round. Rounds that are not called yet may still change.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MyDates {
    /// How long one date lasts, in minutes.
    pub minutes: u32,
    pub rounds: Vec<MyRound>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MyRound {
    /// Counts from 1.
    pub round: i32,
    pub state: State,
    /// None where I sit out or am not seated.
    pub table: Option<i32>,
    pub partner: Option<Partner>,
    /// False where the table did not take place.
    pub held: bool,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Partner {
    #[schema(example = "女008")]
    pub badge: String,
    pub nickname: String,
}

/// Whom I asked never to be seated with.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MyExclusions {
    pub items: Vec<MyExclusion>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MyExclusion {
    #[schema(example = "女008")]
    pub badge: String,
    pub because: Because,
}

/// # Errors
/// Only faults.
pub async fn dates(db: &impl ConnectionTrait, me: &Participant) -> Result<MyDates, DbErr> {
    let id = me.registration.id;
    let rounds = date_round::of_event(db, me.event.id).await?;
    let mine = Condition::any().add(sitting::Column::OneId.eq(id)).add(sitting::Column::OtherId.eq(id));
    let mine = sitting::Entity::find().filter(sitting::Column::EventId.eq(me.event.id)).filter(mine).all(db).await?;
    let mut partners = partners(db, mine.iter().filter_map(|sitting| sitting.partner_of(id)).collect()).await?;
    let my_round = |round: date_round::Model| {
        let sitting = mine.iter().find(|sitting| sitting.round_id == round.id);
        let partner = sitting.and_then(|sitting| sitting.partner_of(id)).and_then(|id| partners.remove(&id));
        MyRound {
            round: round.number,
            state: round.state,
            table: sitting.map(|sitting| sitting.table_number),
            held: sitting.is_some_and(|sitting| sitting.held),
            partner,
        }
    };
    Ok(MyDates { minutes: Terms::of(&me.event).minutes, rounds: rounds.into_iter().map(my_round).collect() })
}

/// # Errors
/// Only faults.
pub async fn exclusions(db: &impl ConnectionTrait, me: &Participant) -> Result<MyExclusions, DbErr> {
    let said = exclusion::said_by(db, me.registration.id).await?;
    let about = said.iter().map(|said| said.about);
    let badges = badge::Entity::find().filter(badge::Column::RegistrationId.is_in(about)).all(db).await?;
    let worn: HashMap<Uuid, String> = badges.into_iter().map(|badge| (badge.registration_id, badge.label())).collect();
    let item =
        |said: exclusion::Model| Some(MyExclusion { badge: worn.get(&said.about)?.clone(), because: said.because });
    Ok(MyExclusions { items: said.into_iter().filter_map(item).collect() })
}

/// What may be told of these people to those they sit with.
async fn partners(db: &impl ConnectionTrait, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Partner>, DbErr> {
    let badges = badge::Entity::find().filter(badge::Column::RegistrationId.is_in(ids.iter().copied())).all(db).await?;
    let worn: HashMap<Uuid, String> = badges.into_iter().map(|badge| (badge.registration_id, badge.label())).collect();
    let people = registration::Entity::find().filter(registration::Column::Id.is_in(ids)).all(db).await?;
    let accounts = people.iter().map(|person| person.account_id);
    let profiles = profile::Entity::find().filter(profile::Column::AccountId.is_in(accounts)).all(db).await?;
    let nicknames: HashMap<Uuid, String> =
        profiles.into_iter().map(|profile| (profile.account_id, profile.nickname)).collect();
    let partner = |person: registration::Model| {
        let badge = worn.get(&person.id).cloned().unwrap_or_default();
        (person.id, Partner { badge, nickname: nicknames.get(&person.account_id).cloned().unwrap_or_default() })
    };
    Ok(people.into_iter().map(partner).collect())
}
