//! The organizer decides what stands in the chat.

use garde::Validate;
use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use sea_orm::IntoActiveModel;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::line::{self, State};
use super::pay::pay;
use super::refusals::CHAT_OVER;
use super::{entrance, room};
use crate::app::App;
use crate::audit::Deed;
use crate::body::one_line_or_none;
use crate::circle::refusals::WITHDRAWN;
use crate::error::Error;
use crate::events::access::Organizer;
use crate::events::event;
use crate::happening::What;
use crate::points::ledger;

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChatVerdict {
    #[garde(skip)]
    pub decision: Decision,
    /// Told to the author, and stands in the audit log.
    #[garde(custom(one_line_or_none(1, 200)))]
    #[schema(min_length = 1, max_length = 200)]
    pub reason: Option<String>,
}

/// What an organizer decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ChatDecision)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Hide,
    /// Whoever reported it, it stays; a picture that waited is seen from now on, as what was said last.
    Show,
}

/// Decides about something; saying it again changes nothing.
///
/// # Errors
/// 409 `withdrawn`; what [`entrance::open`] says; 409 `chat_over` where the room was closed; 404 where it is not of this
/// event.
pub async fn decide(
    app: &App,
    by: &Organizer,
    id: Uuid,
    decision: Decision,
    reason: Option<String>,
) -> Result<line::Model, Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold_shared(&txn, by.event.id).await?;
    entrance::open(&txn, &event, app.now()).await?;
    // The author first and then the room, as when the author says something.
    let found = line::find(&txn, event.id, id).await?;
    if let Some(author) = found.registration_id {
        ledger::hold_person(&txn, event.id, author).await?;
    }
    let room = room::hold_by_id(&txn, found.room_id).await?;
    if room.closed_at.is_some() {
        return Err(CHAT_OVER.into());
    }
    let line = line::hold(&txn, event.id, id).await?;
    let was = line.state;
    let state = match (decision, was) {
        (_, State::Withdrawn) => return Err(WITHDRAWN.into()),
        (Decision::Hide, _) => State::Hidden,
        (Decision::Show, _) => State::Kept,
    };
    if state == was {
        return Ok(line);
    }
    let changed = room.count(&txn).await?;
    let reason = reason.map(|reason| reason.trim().to_owned());
    let mut row = line.into_active_model();
    row.state = Set(state);
    row.reason = Set(reason.clone());
    row.changed = Set(changed);
    if was == State::Pending && state.is_seen() {
        row.number = Set(changed);
    }
    let line = row.update(&txn).await?;
    let paid = pay(app, &txn, &event, &line, state.is_seen(), Some(by.account.account_id)).await?;
    by.records(Deed::ChatModerated)
        .about("chat_line", line.id)
        .because(reason.as_deref())
        .with(json!({ "from": was, "to": state }))
        .record(&txn, app)
        .await?;
    txn.commit_telling(&line).await?;
    app.happenings.announce(event.id, What::ChatMoved);
    if paid {
        app.happenings.announce(event.id, What::PointsChanged);
    }
    Ok(line)
}
