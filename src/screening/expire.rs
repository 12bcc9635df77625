//! What the clock does: invitations that nobody answered expire, and seats that came free are given on.

use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::placement;
use super::seat_move::Reason;
use super::{run, succeed};
use crate::app::App;
use crate::error::{Error, Fault};
use crate::events::event;
use crate::happening::What;
use crate::registrations::registration::{self, Status};

/// Seats of people who are gone: they declined or expired, or withdrew where no screening was asked.
const GONE: [Status; 4] = [Status::Declined, Status::Expired, Status::Withdrawn, Status::Rejected];

/// Goes through every event with something due. Safe to repeat and to run in several processes; returns how many seats moved.
///
/// # Errors
/// Only faults.
pub async fn due(app: &App) -> Result<usize, Error> {
    let mut moved = 0;
    for event_id in events_with_something_due(app).await? {
        moved += event::leave_out_faulty(event_id, expire_overdue(app, event_id).await).unwrap_or(0);
    }
    Ok(moved)
}

async fn events_with_something_due(app: &App) -> Result<Vec<Uuid>, Fault> {
    let db = app.database.reader();
    let mut events: Vec<Uuid> = registration::Entity::find()
        .select_only()
        .distinct()
        .column(registration::Column::EventId)
        .filter(registration::Column::Status.eq(Status::Selected))
        .filter(registration::Column::ReplyBy.lt(app.now()))
        .into_tuple()
        .all(db)
        .await?;
    let vacant: Vec<Uuid> = placement::Entity::seated_but_gone(&GONE)
        .select_only()
        .distinct()
        .column(placement::Column::EventId)
        .into_tuple()
        .all(db)
        .await?;
    events.extend(vacant);
    events.sort_unstable();
    events.dedup();
    Ok(events)
}

/// Expires what was not answered in time and gives every free seat on, all in one transaction.
async fn expire_overdue(app: &App, event_id: Uuid) -> Result<usize, Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold(&txn, event_id).await?;
    let now = app.now();
    let silent = registration::Entity::of_event(event_id)
        .filter(registration::Column::Status.eq(Status::Selected))
        .filter(registration::Column::ReplyBy.lt(now))
        .order_by_asc(registration::Column::Id)
        .lock_exclusive()
        .all(&txn)
        .await?;
    for registration in silent {
        let mut row = registration.into_active_model();
        row.status = Set(Status::Expired);
        row.decided_at = Set(Some(now));
        row.update(&txn).await?;
    }
    let mut moved = 0;
    if let Some(run) = run::of_event(&txn, event_id).await? {
        let of_event = placement::Entity::seated_but_gone(&GONE).filter(placement::Column::EventId.eq(event_id));
        let mut play = placement::in_play(&txn, event_id).await?;
        for leaver in of_event.order_by_asc(placement::Column::Rank).all(&txn).await? {
            let gone = registration::Entity::find_by_id(leaver.registration_id).one(&txn).await?;
            let reason = gone.as_ref().and_then(|gone| Reason::of(gone.status)).unwrap_or(Reason::Withdrawn);
            // Whoever was shut out did not do it themself; who did is on record by its own name.
            let themself = |gone: &registration::Model| !matches!(gone.status, Status::Expired | Status::Rejected);
            let by = gone.filter(themself).map(|gone| gone.account_id);
            succeed::succeed(&txn, app, (&event, &run), &mut play, leaver, (reason, by)).await?;
            moved += 1;
        }
    }
    txn.commit().await?;
    app.happenings.announce(event_id, What::SeatsMoved);
    Ok(moved)
}
