//! 类别: what is compared before points. Who has been to an event of the same union lately lets
//! others go first, and who kept a seat from them and stayed away stands behind everybody. Counted
//! back from the beginning of the event, so that it does not matter on which day it is asked.

use std::collections::HashMap;

use chrono::{DateTime, Months, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::attendance;
use super::prior_invitations::ROWS;
use super::registration::{self, Status};
use crate::error::Fault;
use crate::events::event;

/// Has a guaranteed seat.
pub const GUARANTEED: i32 = 0;
pub const ORDINARY: i32 = 1;
/// Was at an event of the union in the last six months.
pub const ATTENDED: i32 = 2;
/// Confirmed a seat at an event of the union in the last twelve months, and did not come.
pub const NO_SHOW: i32 = 3;

const ATTENDED_FOR: Months = Months::new(6);
const NO_SHOW_FOR: Months = Months::new(12);

/// Whether earlier events count; only where the event says so, for points are what people are promised.
fn by_history(event: &event::Model) -> Result<bool, Fault> {
    Ok(event.part("screening.by_history")?.unwrap_or(false))
}

/// The class of these people at an event; whoever is not in the answer is ordinary. Nobody is told
/// apart where the plan of the event does not say so.
pub async fn of_people(
    db: &impl ConnectionTrait,
    event: &event::Model,
    people: &[Uuid],
    now: DateTime<Utc>,
) -> Result<HashMap<Uuid, i32>, Fault> {
    let mut classes = HashMap::new();
    if !by_history(event)? {
        return Ok(classes);
    }
    let since = |months| event.starts_at.checked_sub_months(months).unwrap_or(event.starts_at);
    for some in people.chunks(ROWS) {
        let earlier = attendance::Entity::find()
            .filter(attendance::Column::AccountId.is_in(some.iter().copied()))
            .filter(attendance::Column::OrganizationId.eq(event.organization_id))
            .filter(attendance::Column::EventId.ne(event.id))
            .filter(attendance::Column::StartsAt.gte(since(NO_SHOW_FOR)))
            .filter(attendance::Column::StartsAt.lt(event.starts_at));
        for was in earlier.all(db).await? {
            let over = was.closed_at.is_some_and(|closed| closed <= now);
            let class = if was.came && was.starts_at >= since(ATTENDED_FOR) {
                ATTENDED
            } else if was.status == Status::Confirmed && !was.came && was.doors && over {
                NO_SHOW
            } else {
                continue;
            };
            let known = classes.entry(was.account_id).or_insert(class);
            *known = class.max(*known);
        }
    }
    Ok(classes)
}

/// The class of one person.
pub async fn of_person(
    db: &impl ConnectionTrait,
    event: &event::Model,
    person: Uuid,
    now: DateTime<Utc>,
) -> Result<i32, Fault> {
    Ok(of_people(db, event, &[person], now).await?.remove(&person).unwrap_or(ORDINARY))
}

/// The class of each of these applicants as the event has it now, in their order.
pub async fn of_applicants(
    db: &impl ConnectionTrait,
    event: &event::Model,
    applied: &[registration::Model],
    now: DateTime<Utc>,
) -> Result<Vec<i32>, Fault> {
    let people: Vec<Uuid> = applied.iter().map(|applied| applied.account_id).collect();
    let classes = of_people(db, event, &people, now).await?;
    let class = |applied: &registration::Model| match applied.held {
        true => GUARANTEED,
        false => classes.get(&applied.account_id).copied().unwrap_or(ORDINARY),
    };
    Ok(applied.iter().map(class).collect())
}

/// Brings the class of everybody who applied up to date; the list is fixed with it. The event is held.
pub async fn update_classes(txn: &impl ConnectionTrait, event: &event::Model, now: DateTime<Utc>) -> Result<(), Fault> {
    let applied = registration::Entity::of_event(event.id).all(txn).await?;
    let classes = of_applicants(txn, event, &applied, now).await?;
    for wanted in [GUARANTEED, ORDINARY, ATTENDED, NO_SHOW] {
        let changed = applied.iter().zip(&classes).filter(|(one, class)| **class == wanted && one.class != wanted);
        let changed: Vec<Uuid> = changed.map(|(applied, _)| applied.id).collect();
        for some in changed.chunks(ROWS) {
            registration::Entity::update_many()
                .col_expr(registration::Column::Class, Expr::value(wanted))
                .filter(registration::Column::Id.is_in(some.iter().copied()))
                .exec(txn)
                .await?;
        }
    }
    Ok(())
}
