//! The host takes a slip of the hand back.

use std::sync::Arc;

use sea_orm::ActiveValue::Set;
use sea_orm::prelude::Uuid;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::json;

use super::cue;
use super::refusals::PROGRAMME_MOVED;
use super::run_sheet::{self, RunSheet};
use crate::app::App;
use crate::error::{Error, Refused};
use crate::events::access::Host;
use crate::events::event;
use crate::events::phase::Phase;
use crate::happening::What;

/// Takes the last cue back: what ran before it runs on as if it had never been called. Taking it back twice is once.
///
/// # Errors
/// 404, 409 `phase_closed` or `programme_moved` where a later one stands.
pub async fn take_back(app: &Arc<App>, host: &Host, id: Uuid) -> Result<RunSheet, Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold(&txn, host.event.id).await?;
    event.requires(app.now(), Phase::OnSite)?;
    let named = cue::Entity::find_by_id(id).filter(cue::Column::EventId.eq(event.id)).one(&txn).await?;
    let named = named.ok_or_else(Refused::not_found)?;
    if named.taken_back_at.is_none() {
        let last = cue::standing(&txn, event.id).await?.pop().map(|last| last.id);
        if last != Some(id) {
            return Err(PROGRAMME_MOVED.with("cue", json!(last)).into());
        }
        let mut row = named.into_active_model();
        row.taken_back_at = Set(Some(app.now()));
        row.update(&txn).await?;
    }
    let sheet = run_sheet::of(&txn, &event, app.now()).await?;
    txn.commit().await?;
    app.happenings.announce(event.id, What::ProgrammeMoved);
    Ok(sheet)
}
