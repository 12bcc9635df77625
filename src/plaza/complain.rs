//! A participant reports something to the organizer, who takes it down or dismisses the complaint.

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use super::complaint::{self, State};
use super::refusals::{ALREADY_REPORTED, ALREADY_UPHELD};
use super::{contribution, entrance};
use crate::app::App;
use crate::audit::Deed;
use crate::error::{Error, Refused};
use crate::events::access::Organizer;
use crate::happening::What;
use crate::registrations::access::Participant;

/// Reports a contribution; gives the id of the complaint.
///
/// # Errors
/// 409 `already_reported`; what [`entrance::admit_participant`] says.
pub async fn complain(app: &App, who: &Participant, about: Uuid, reason: String) -> Result<Uuid, Error> {
    let txn = app.database.begin_write().await?;
    let inside = entrance::admit_participant(&txn, app, who).await?;
    let target = contribution::find_approved(inside.event.id, about).lock_shared().one(&txn).await?;
    let target = contribution::in_sight(&txn, target, inside.registration.id).await?;
    let id = app.new_id();
    let row = complaint::ActiveModel {
        id: Set(id),
        event_id: Set(inside.event.id),
        registration_id: Set(inside.registration.id),
        contribution_id: Set(target.id),
        reason: Set(reason),
        state: Set(State::Open),
        decided_by: Set(None),
        decided_at: Set(None),
        at: Set(inside.now),
    };
    let once = OnConflict::new().do_nothing().to_owned();
    if complaint::Entity::insert(row).on_conflict(once).exec_without_returning(&txn).await? == 0 {
        return Err(ALREADY_REPORTED.into());
    }
    txn.commit().await?;
    app.happenings.announce(inside.event.id, What::PlazaChanged);
    Ok(id)
}

/// Leaves things as they are; saying it again changes nothing.
///
/// # Errors
/// 404 where there is no such complaint; 409 `already_upheld`.
pub async fn dismiss(app: &App, by: &Organizer, id: Uuid, reason: &str) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let held = complaint::Entity::of_event(by.event.id)
        .filter(complaint::Column::Id.eq(id))
        .lock_exclusive()
        .one(&txn)
        .await?;
    let held = held.ok_or_else(Refused::not_found)?;
    match held.state {
        State::Upheld => return Err(ALREADY_UPHELD.into()),
        State::Dismissed => return Ok(()),
        State::Open => {}
    }
    let mut row = held.into_active_model();
    row.state = Set(State::Dismissed);
    row.decided_by = Set(Some(by.account.account_id));
    row.decided_at = Set(Some(app.now()));
    row.update(&txn).await?;
    by.records(Deed::ComplaintDismissed)
        .about("complaint", id)
        .because(reason)
        .with(json!({}))
        .record(&txn, app)
        .await?;
    txn.commit().await?;
    app.happenings.announce(by.event.id, What::PlazaChanged);
    Ok(())
}
