//! What was earned becomes credit of the union once the event is over and its ledger is frozen. The ledger itself is
//! read and never written.

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Query;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::credit::Of;
use super::line::Kind;
use super::{booking, credit, rule};
use crate::accounts::account;
use crate::app::App;
use crate::error::{Error, Fault};
use crate::events::event;
use crate::events::phase::Phase;
use crate::points::{frozen, standing};
use crate::registrations::registration;

/// Books what has come due; safe to repeat and to run in several processes.
///
/// # Errors
/// Only faults.
pub async fn due(app: &App) -> Result<(), Fault> {
    let (db, now) = (app.database.reader(), app.now());
    let booked = Query::select().column(booking::Column::EventId).from(booking::Entity).to_owned();
    for rule in rule::Entity::find().all(db).await? {
        let over = event::Entity::find()
            .filter(event::Column::OrganizationId.eq(rule.organization_id))
            .filter(event::Column::ClosedAt.gte(rule.since))
            .filter(event::Column::ClosedAt.lte(now))
            .filter(event::Column::Id.not_in_subquery(booked.clone()));
        for event in over.all(db).await?.into_iter().filter(|event| event.phase(now) == Phase::Closed) {
            let _ = event::leave_out_faulty(event.id, book(app, event.id).await);
        }
    }
    Ok(())
}

/// Books an event, once.
async fn book(app: &App, event_id: Uuid) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold(&txn, event_id).await?;
    let booked = booking::Entity::find_by_id(event.id).one(&txn).await?.is_some();
    if booked || event.phase(app.now()) != Phase::Closed || frozen::of_event(&txn, event.id).await?.is_none() {
        return Ok(());
    }
    let points = standing::of_event(&txn, &event).await?;
    let people = registration::Entity::of_event(event.id).all(&txn).await?;
    let mut earned: std::collections::BTreeMap<Uuid, i64> = std::collections::BTreeMap::new();
    for (registration, points) in points.into_iter().filter(|(_, points)| *points > 0) {
        if let Some(person) = people.iter().find(|person| person.id == registration) {
            *earned.entry(person.account_id).or_default() += points;
        }
    }
    let (mut count, mut sum) = (0, 0);
    for (account_id, points) in earned {
        // An erased account has nobody to spend it.
        if account::Entity::alive().filter(account::Column::Id.eq(account_id)).one(&txn).await?.is_none() {
            continue;
        }
        let held = credit::hold(&txn, event.organization_id, account_id).await?;
        held.add(&txn, app, Kind::Earned, points, Of::Event(event.id)).await?;
        (count, sum) = (count + 1, sum + points);
    }
    let row =
        booking::ActiveModel { event_id: Set(event.id), people: Set(count), credit: Set(sum), at: Set(app.now()) };
    row.insert(&txn).await?;
    txn.commit().await
}
