//! The host calls a segment.

use std::sync::Arc;

use garde::Validate;
use sea_orm::ActiveValue::Set;
use sea_orm::prelude::Uuid;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::cue;
use super::refusals::PROGRAMME_MOVED;
use super::run_sheet::{self, RunSheet};
use super::terms;
use crate::app::App;
use crate::error::{Error, Fault, FieldError, Refused};
use crate::events::access::Host;
use crate::events::event;
use crate::events::phase::Phase;
use crate::happening::What;

/// What to call.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CueWish)]
pub struct Wish {
    /// The segment, from 1; null for an interval, or the end of the evening.
    #[garde(skip)]
    pub segment: Option<i32>,
    /// The cue that stood when this was decided, null before the first. Of two consoles that call at once, one is told.
    #[garde(skip)]
    pub from: Option<Uuid>,
}

/// Calls a segment: it runs from now on, and what ran before is over.
///
/// # Errors
/// 409 `phase_closed` or `programme_moved`, 422 on `segment`.
pub async fn call(app: &Arc<App>, host: &Host, wish: &Wish) -> Result<RunSheet, Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold(&txn, host.event.id).await?;
    event.requires(app.now(), Phase::OnSite)?;
    let segments = terms::of(&event)?.len();
    if wish.segment.is_some_and(|segment| usize::try_from(segment).map_or(true, |at| at < 1 || at > segments)) {
        let fault = FieldError::new("segment", "no_such_segment", "the programme has no such segment");
        return Err(Refused::invalid(vec![fault]).into());
    }
    let standing = cue::standing(&txn, event.id).await?.pop().map(|last| last.id);
    if standing != wish.from {
        return Err(PROGRAMME_MOVED.with("cue", json!(standing)).into());
    }
    let called = cue::Entity::find().filter(cue::Column::EventId.eq(event.id)).count(&txn).await?;
    let row = cue::ActiveModel {
        id: Set(app.new_id()),
        event_id: Set(event.id),
        number: Set(i32::try_from(called).map_err(Fault::of)? + 1),
        segment: Set(wish.segment),
        called_at: Set(app.now()),
        called_by: Set(host.account.account_id),
        taken_back_at: Set(None),
    };
    row.insert(&txn).await?;
    let sheet = run_sheet::of(&txn, &event, app.now()).await?;
    txn.commit().await?;
    app.happenings.announce(event.id, What::ProgrammeMoved);
    Ok(sheet)
}
