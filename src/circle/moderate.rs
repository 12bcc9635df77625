//! The organizer decides what stands in the circle.

use garde::Validate;
use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use sea_orm::IntoActiveModel;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::entrance;
use super::note::{self, State};
use super::refusals::WITHDRAWN;
use crate::app::App;
use crate::audit::Deed;
use crate::body::one_line;
use crate::error::Error;
use crate::events::access::Organizer;
use crate::events::event;

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CircleVerdict {
    #[garde(skip)]
    pub decision: Decision,
    /// Told to the author, and stands in the audit log.
    #[garde(custom(one_line(1, 200)))]
    #[schema(min_length = 1, max_length = 200)]
    pub reason: String,
}

/// What an organizer decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = CircleDecision)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Hide,
    /// Whoever reported it, it stays.
    Show,
}

/// Decides about something; saying it again changes nothing.
///
/// # Errors
/// 409 `withdrawn`; what [`entrance::open`] says; 404 where it is not of this circle.
pub async fn decide(
    app: &App,
    by: &Organizer,
    id: Uuid,
    decision: Decision,
    reason: &str,
) -> Result<note::Model, Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold_shared(&txn, by.event.id).await?;
    entrance::open(&txn, &event, app.now()).await?;
    let note = note::hold(&txn, event.id, id).await?;
    let was = note.state;
    let state = match (decision, was) {
        (_, State::Withdrawn) => return Err(WITHDRAWN.into()),
        (Decision::Hide, _) => State::Hidden,
        (Decision::Show, _) => State::Kept,
    };
    if state == was {
        return Ok(note);
    }
    let reason = reason.trim();
    let mut row = note.into_active_model();
    row.state = Set(state);
    row.reason = Set(Some(reason.to_owned()));
    let note = row.update(&txn).await?;
    by.records(Deed::CircleModerated)
        .about("circle_note", note.id)
        .because(reason)
        .with(json!({ "from": was, "to": state }))
        .record(&txn, app)
        .await?;
    txn.commit().await?;
    Ok(note)
}
