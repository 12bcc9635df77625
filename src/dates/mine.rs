//! One participant's evening: where to sit, and with whom.

use std::collections::{HashMap, HashSet};

use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::date_round::{self, State};
use super::terms::Terms;
use super::{sat_out, sitting};
use crate::badges::face::{self, Face};
use crate::error::Fault;
use crate::paging::Page;
use crate::registrations::access::Participant;
use crate::registrations::exclusion::{self, Because};

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

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MyExclusion {
    #[schema(example = "女008")]
    pub badge: String,
    pub because: Because,
}

/// One round of the evening as one person lives through it.
#[derive(Clone, Debug)]
pub struct Seat {
    pub round: date_round::Model,
    pub sitting: Option<sitting::Model>,
    /// Whom one sits with.
    pub partner: Option<Face>,
    /// Present, and without a table.
    pub waits: bool,
}

impl Seat {
    /// Whether the two talked, or are to.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.sitting.as_ref().is_some_and(|sitting| sitting.held)
    }
}

pub async fn dates(db: &impl ConnectionTrait, me: &Participant) -> Result<MyDates, Fault> {
    let my_round = |seat: Seat| MyRound {
        round: seat.round.number,
        state: seat.round.state,
        table: seat.sitting.as_ref().map(|sitting| sitting.table_number),
        held: seat.is_held(),
        partner: seat.partner.map(|face| Partner { badge: face.badge(), nickname: face.nickname }),
    };
    let rounds = seats(db, me).await?.into_iter().map(my_round).collect();
    Ok(MyDates { minutes: Terms::of(&me.event)?.minutes, rounds })
}

/// Where I sit in each round, in order.
pub async fn seats(db: &impl ConnectionTrait, me: &Participant) -> Result<Vec<Seat>, DbErr> {
    let id = me.registration.id;
    let rounds = date_round::of_event(db, me.event.id).await?;
    let mine = Condition::any().add(sitting::Column::OneId.eq(id)).add(sitting::Column::OtherId.eq(id));
    let mine = sitting::Entity::find().filter(mine).all(db).await?;
    let partners = face::faces(db, mine.iter().filter_map(|sitting| sitting.partner_of(id))).await?;
    let mut mine: HashMap<Uuid, sitting::Model> = mine.into_iter().map(|sitting| (sitting.round_id, sitting)).collect();
    let waits = sat_out::Entity::find().filter(sat_out::Column::RegistrationId.eq(id)).all(db).await?;
    let waits: HashSet<Uuid> = waits.into_iter().map(|out| out.round_id).collect();
    let seat = |round: date_round::Model| {
        let sitting = mine.remove(&round.id);
        let partner = sitting.as_ref().and_then(|sitting| sitting.partner_of(id));
        let partner = partner.and_then(|partner| partners.get(&partner).cloned());
        Seat { waits: waits.contains(&round.id), round, sitting, partner }
    };
    Ok(rounds.into_iter().map(seat).collect())
}

/// Where I sit in one round; None where there is no such round.
pub async fn seat(db: &impl ConnectionTrait, me: &Participant, round: i32) -> Result<Option<Seat>, DbErr> {
    Ok(seats(db, me).await?.into_iter().find(|seat| seat.round.number == round))
}

pub async fn exclusions(db: &impl ConnectionTrait, me: &Participant) -> Result<Page<MyExclusion>, DbErr> {
    let apart = exclusion::of_guest(db, me.registration.id).await?;
    let about = apart.iter().map(|apart| apart.about);
    let faces = face::faces(db, about).await?;
    let item = |apart: exclusion::Model| {
        let worn = faces.get(&apart.about)?.worn?;
        Some(MyExclusion { badge: worn.to_string(), because: apart.because })
    };
    Ok(Page::whole(apart.into_iter().filter_map(item).collect()))
}
