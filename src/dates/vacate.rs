//! Somebody is gone for good: no table waits for them any more.

use std::collections::{BTreeSet, HashMap};

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveModelTrait, Condition, ConnectionTrait, IntoActiveModel, QueryFilter};

use super::date_round::State;
use super::{date_plan, date_round, sat_out, sitting};
use crate::checkin::presence;
use crate::error::Error;
use crate::happening::What;

/// Takes people out of every round that is not over, at each event they came to. Of a planned one the table is given
/// up, and whoever would have sat there waits until the host plans again; at the running one the date did not take
/// place, so that the other may be planned anew. Says what to announce after the commit.
///
/// # Errors
/// Only faults.
pub async fn vacate(txn: &impl ConnectionTrait, people: &[Uuid]) -> Result<Vec<(Uuid, What)>, Error> {
    let came = presence::Column::RegistrationId.is_in(people.iter().copied());
    let came = presence::Entity::find().filter(came).all(txn).await?;
    // Always in one order: two who go at once must not wait for each other.
    let events: BTreeSet<Uuid> = came.iter().map(|person| person.event_id).collect();
    let mut news = Vec::new();
    for event_id in events {
        let plan = date_plan::hold(txn, event_id).await?;
        if leave_rounds(txn, event_id, people).await? {
            news.push((event_id, What::DatesPlanned));
        }
        // Also where nothing was planned for them: a plan that is just being made must not seat them.
        plan.turn_page(txn).await?;
    }
    Ok(news)
}

async fn leave_rounds(txn: &impl ConnectionTrait, event_id: Uuid, people: &[Uuid]) -> Result<bool, DbErr> {
    let rounds = date_round::of_event(txn, event_id).await?;
    let open = rounds.into_iter().filter(|round| round.state != State::Finished);
    let open: HashMap<Uuid, State> = open.map(|round| (round.id, round.state)).collect();
    let theirs = || people.iter().copied();
    let at_table =
        Condition::any().add(sitting::Column::OneId.is_in(theirs())).add(sitting::Column::OtherId.is_in(theirs()));
    let tables = sitting::Entity::find().filter(sitting::Column::RoundId.is_in(open.keys().copied())).filter(at_table);
    let tables = tables.all(txn).await?;
    for table in &tables {
        if open.get(&table.round_id) == Some(&State::Running) {
            let mut row = table.clone().into_active_model();
            row.held = Set(false);
            row.update(txn).await?;
            continue;
        }
        sitting::Entity::delete_by_id(table.id).exec(txn).await?;
        for registration_id in [table.one_id, table.other_id].into_iter().filter(|id| !people.contains(id)) {
            let waiting = sat_out::Model { round_id: table.round_id, registration_id };
            sat_out::Entity::insert(waiting.into_active_model()).exec_without_returning(txn).await?;
        }
    }
    let planned = open.iter().filter(|(_, state)| **state == State::Planned).map(|(id, _)| *id);
    let waited = sat_out::Entity::delete_many()
        .filter(sat_out::Column::RoundId.is_in(planned))
        .filter(sat_out::Column::RegistrationId.is_in(theirs()))
        .exec(txn)
        .await?;
    Ok(!tables.is_empty() || waited.rows_affected > 0)
}
