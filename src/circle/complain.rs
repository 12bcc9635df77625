//! A member reports something. Two different people take it out of sight; what happens then is the organizer's word.

use garde::Validate;
use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{EntityTrait, IntoActiveModel};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::note::{self, State};
use super::refusals::NOT_ANOTHER_MEMBERS;
use super::{entrance, report};
use crate::app::App;
use crate::body::one_line;
use crate::error::Error;
use crate::plaza::refusals::ALREADY_REPORTED;
use crate::registrations::access::Participant;

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCircleReport {
    #[garde(custom(one_line(1, 200)))]
    #[schema(min_length = 1, max_length = 200)]
    pub reason: String,
}

/// # Errors
/// 409 `already_reported`, `not_another_members`; what [`entrance::admit_member`] says; 404 where it is not there.
pub async fn complain(app: &App, who: &Participant, id: Uuid, reason: String) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let inside = entrance::admit_member(&txn, app, who).await?;
    let me = inside.registration_id;
    // Held before it is counted: of two who report at once, the second sees the first.
    let held = note::hold(&txn, inside.event.id, id).await?;
    let note = note::in_sight(&txn, Some(held), me).await?;
    if note.registration_id.is_none_or(|author| author == me) {
        return Err(NOT_ANOTHER_MEMBERS.into());
    }
    let row = report::ActiveModel {
        note_id: Set(note.id),
        registration_id: Set(me),
        reason: Set(reason.trim().to_owned()),
        at: Set(inside.now),
    };
    let once = OnConflict::new().do_nothing().to_owned();
    if report::Entity::insert(row).on_conflict(once).exec_without_returning(&txn).await? == 0 {
        return Err(ALREADY_REPORTED.into());
    }
    if note.state == State::Shown && report::count(&txn, note.id).await? >= report::ENOUGH {
        let mut row = note.into_active_model();
        row.state = Set(State::Reported);
        row.update(&txn).await?;
    }
    txn.commit().await
}
