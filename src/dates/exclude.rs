//! A participant says whom never to be seated with.

use std::sync::Arc;

use garde::Validate;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{Condition, ConnectionTrait, DbErr, IntoActiveModel, PaginatorTrait, QueryFilter};
use serde::Deserialize;
use utoipa::ToSchema;

use super::refusals::TOO_MANY;
use super::{date_plan, date_round, sat_out, sitting};
use crate::app::App;
use crate::badges::badge;
use crate::badges::number::Number;
use crate::body::one_line;
use crate::error::{Error, Fault, FieldError, Refused};
use crate::happening::What;
use crate::registrations::access::Participant;
use crate::registrations::exclusion::{self, Because};
use crate::registrations::registration;

/// Enough for everybody one knows, too few to close a hall.
const MOST: u64 = 50;

/// Whom, and why.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewExclusion {
    /// As worn: `女008`.
    #[garde(custom(one_line(1, 20)))]
    pub badge: String,
    #[garde(skip)]
    pub because: Because,
}

/// Somebody at the same event, however they were pointed at.
#[derive(Clone, Debug)]
pub enum Whom {
    /// As worn: `女008`.
    Wearing(String),
    /// By their registration, before anybody wears a number.
    Registered(Uuid),
}

impl Whom {
    /// Their registration; None where nobody at the event is meant.
    async fn find(&self, txn: &impl ConnectionTrait, event_id: Uuid) -> Result<Option<Uuid>, DbErr> {
        match self {
            Self::Wearing(typed) => {
                let Ok(worn) = typed.parse::<Number>() else { return Ok(None) };
                Ok(badge::wearing(txn, event_id, worn).await?.map(|badge| badge.registration_id))
            }
            Self::Registered(id) => {
                let person = registration::Entity::of_event(event_id).filter(registration::Column::Id.eq(*id));
                Ok(person.one(txn).await?.map(|person| person.id))
            }
        }
    }
}

/// Notes that two people are never seated together. Tables already planned for the two are given up at once.
///
/// # Errors
/// 422 on `badge` (`unknown_badge`, `oneself`) or `too_many`.
pub async fn exclude(app: &Arc<App>, guest: &Participant, whom: Whom, because: Because) -> Result<(), Error> {
    let (event_id, excluded_by) = (guest.event.id, guest.registration.id);
    let txn = app.database.begin_write().await?;
    let plan = date_plan::hold(&txn, event_id).await?;
    let about = whom.find(&txn, event_id).await?;
    let about = about.ok_or_else(|| on_badge("unknown_badge", "nobody at this event wears it"))?;
    if about == excluded_by {
        return Err(on_badge("oneself", "this is your own").into());
    }
    let others = exclusion::Entity::find()
        .filter(exclusion::Column::ExcludedBy.eq(excluded_by))
        .filter(exclusion::Column::About.ne(about));
    if others.count(&txn).await? >= MOST {
        return Err(TOO_MANY.into());
    }
    let row = exclusion::ActiveModel {
        id: Set(app.new_id()),
        event_id: Set(event_id),
        excluded_by: Set(excluded_by),
        about: Set(about),
        because: Set(because),
        at: Set(app.now()),
    };
    let known = OnConflict::columns([exclusion::Column::ExcludedBy, exclusion::Column::About])
        .update_columns([exclusion::Column::Because, exclusion::Column::At])
        .to_owned();
    exclusion::Entity::insert(row).on_conflict(known).exec_without_returning(&txn).await?;
    part(&txn, event_id, excluded_by, about).await?;
    plan.turn_page(&txn).await?;
    txn.commit().await?;
    app.happenings.announce(event_id, What::DatesPlanned);
    Ok(())
}

fn on_badge(code: &'static str, message: &str) -> Refused {
    Refused::invalid(vec![FieldError::new("badge", code, message)])
}

/// Takes back what one said about somebody; saying it twice, or about nobody, changes nothing.
///
/// # Errors
/// Only faults.
pub async fn take_back(app: &Arc<App>, guest: &Participant, whom: Whom) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let plan = date_plan::hold(&txn, guest.event.id).await?;
    if let Some(about) = whom.find(&txn, guest.event.id).await? {
        exclusion::Entity::delete_many()
            .filter(exclusion::Column::ExcludedBy.eq(guest.registration.id))
            .filter(exclusion::Column::About.eq(about))
            .exec(&txn)
            .await?;
        plan.turn_page(&txn).await?;
    }
    txn.commit().await
}

/// Gives up the tables of two people in rounds not called yet; both wait there until somebody plans again.
async fn part(txn: &impl ConnectionTrait, event_id: Uuid, one: Uuid, other: Uuid) -> Result<(), Fault> {
    let rounds = date_round::of_event(txn, event_id).await?;
    let planned = rounds.into_iter().filter(|round| !round.is_played()).map(|round| round.id);
    let ways = [(one, other), (other, one)].map(|(one, other)| {
        Condition::all().add(sitting::Column::OneId.eq(one)).add(sitting::Column::OtherId.eq(other))
    });
    let together = sitting::Entity::find()
        .filter(sitting::Column::RoundId.is_in(planned))
        .filter(ways.into_iter().fold(Condition::any(), Condition::add));
    for sitting in together.all(txn).await? {
        for registration_id in [one, other] {
            let waiting = sat_out::Model { round_id: sitting.round_id, registration_id };
            sat_out::Entity::insert(waiting.into_active_model()).exec_without_returning(txn).await?;
        }
        sitting::Entity::delete_by_id(sitting.id).exec(txn).await?;
    }
    Ok(())
}
