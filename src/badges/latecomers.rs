//! Who confirms after the badges were issued gets one without anybody having to think of it.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{QueryFilter, QuerySelect};

use super::badge;
use super::issue::issue;
use crate::app::App;
use crate::error::Error;
use crate::events::event;
use crate::events::phase::Phase;
use crate::registrations::registration::{self, Status};

/// Numbers those who confirmed late, promoted standbys and walk-ins, at events whose badges an
/// organizer has already issued. Safe to repeat. Returns how many were numbered.
///
/// # Errors
/// Only faults.
pub async fn due(app: &App) -> Result<i32, Error> {
    let db = app.database.reader();
    let worn = Query::select().column(badge::Column::RegistrationId).from(badge::Entity).to_owned();
    let late: Vec<Uuid> = registration::Entity::find()
        .select_only()
        .distinct()
        .column(registration::Column::EventId)
        .filter(registration::Column::Status.eq(Status::Confirmed))
        .filter(registration::Column::Id.not_in_subquery(worn))
        .into_tuple()
        .all(db)
        .await?;
    let mut numbered = 0;
    for event_id in late {
        numbered += event::leave_out_faulty(event_id, number(app, event_id).await).unwrap_or(0);
    }
    Ok(numbered)
}

async fn number(app: &App, event_id: Uuid) -> Result<i32, Error> {
    let db = app.database.reader();
    let begun = badge::Entity::of_event(event_id).one(db).await?.is_some();
    let event = event::Entity::find_by_id(event_id).one(db).await?;
    let open = event.is_some_and(|event| matches!(event.phase(app.now()), Phase::Confirmation | Phase::OnSite));
    if begun && open { Ok(issue(app, event_id, None).await?.issued) } else { Ok(0) }
}
