//! A round that runs when its event ends, ends with it.

use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::date_round::{self, State};
use super::{date_plan, unseat};
use crate::app::App;
use crate::error::Error;
use crate::events::event;
use crate::events::phase::Phase;
use crate::happening::What;

/// Ends the rounds of events that are over. Safe to repeat and to run in several processes.
///
/// # Errors
/// Only faults.
pub async fn due(app: &App) -> Result<(), Error> {
    let db = app.database.reader();
    let running = date_round::Entity::find().filter(date_round::Column::State.eq(State::Running));
    let events = running.select_only().distinct().column(date_round::Column::EventId).into_tuple();
    for event_id in events.all(db).await? {
        let _ = event::leave_out_faulty(event_id, end_if_over(app, event_id).await);
    }
    Ok(())
}

async fn end_if_over(app: &App, event_id: Uuid) -> Result<(), Error> {
    let event = event::Entity::find_by_id(event_id).one(app.database.reader()).await?;
    match event {
        Some(event) if event.phase(app.now()) == Phase::Closed => end(app, event_id).await,
        _ => Ok(()),
    }
}

async fn end(app: &App, event_id: Uuid) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold(&txn, event_id).await?;
    let plan = date_plan::hold(&txn, event_id).await?;
    let now = app.now();
    // Somebody may have put the phase back meanwhile.
    if event.phase(now) != Phase::Closed {
        return Ok(());
    }
    let over = event.boundary(Phase::Closed).map_or(now, |closed| closed.min(now));
    for round in date_round::of_event(&txn, event_id).await? {
        if round.state == State::Running {
            let ended = round.clone().finish(over)?;
            unseat::follow(&txn, &round, &ended).await?;
            ended.into_active_model().reset_all().update(&txn).await?;
        }
    }
    plan.turn_page(&txn).await?;
    txn.commit().await?;
    app.happenings.announce(event_id, What::DateRoundMoved);
    Ok(())
}
