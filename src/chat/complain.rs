//! Somebody reports something. Two different people take it out of sight; what happens then is the organizer's word.

use garde::Validate;
use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{EntityTrait, IntoActiveModel};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::line::{self, State};
use super::refusals::NOT_ANOTHERS;
use super::room::Which;
use super::transcript::Sight;
use super::{entrance, report};
use crate::app::App;
use crate::body::one_line;
use crate::error::{Error, Refused};
use crate::happening::What;
use crate::plaza::refusals::ALREADY_REPORTED;
use crate::registrations::access::Participant;

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewChatReport {
    #[garde(custom(one_line(1, 200)))]
    #[schema(min_length = 1, max_length = 200)]
    pub reason: String,
}

/// # Errors
/// 409 `already_reported`, `not_anothers`; what [`entrance::admit`] says; 404 where it is not there for them.
pub async fn complain(app: &App, who: &Participant, which: Which, id: Uuid, reason: String) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let inside = entrance::admit(&txn, app, who, which).await?;
    let me = inside.seat.registration_id;
    // Held before it is counted: of two who report at once, the second sees the first.
    let line = line::hold(&txn, inside.event.id, id).await?;
    let sight = Sight::of(&txn, &inside.event, inside.room.id, Some(inside.seat)).await?;
    if !sight.shows(&line) {
        return Err(Refused::not_found().into());
    }
    if line.registration_id.is_none_or(|author| author == me) {
        return Err(NOT_ANOTHERS.into());
    }
    let row = report::ActiveModel {
        line_id: Set(line.id),
        registration_id: Set(me),
        reason: Set(reason.trim().to_owned()),
        at: Set(inside.now),
    };
    let once = OnConflict::new().do_nothing().to_owned();
    if report::Entity::insert(row).on_conflict(once).exec_without_returning(&txn).await? == 0 {
        return Err(ALREADY_REPORTED.into());
    }
    if line.state == State::Shown && report::count(&txn, line.id).await? >= report::ENOUGH {
        let changed = inside.room.count(&txn).await?;
        let mut row = line.into_active_model();
        row.state = Set(State::Reported);
        row.changed = Set(changed);
        row.update(&txn).await?;
    }
    txn.commit().await?;
    app.happenings.announce(inside.event.id, What::ChatMoved);
    Ok(())
}
