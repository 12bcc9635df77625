//! Somebody with a seat says whether they come.

use garde::Validate;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::seat_move::Reason;
use super::{placement, run, succeed};
use crate::app::App;
use crate::error::{Error, Refused};
use crate::events::event;
use crate::events::phase::Phase;
use crate::happening::What;
use crate::registrations::access::Participant;
use crate::registrations::registration::{self, Status};

#[derive(Clone, Copy, Debug, Deserialize, Validate, ToSchema)]
#[schema(as = InvitationAnswer)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    #[garde(skip)]
    pub reply: Reply,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = InvitationReply)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    Confirm,
    Decline,
}

pub enum NotAnswered {
    /// Nothing was offered to this person.
    NoSeat(Status),
    /// It was, and the deadline passed or the seat was given back.
    SeatGone(Status),
}

impl From<NotAnswered> for Error {
    fn from(reason: NotAnswered) -> Self {
        match reason {
            NotAnswered::NoSeat(status) => {
                let refused = Refused::conflict("no_seat_offered", "You have not been offered a seat.");
                refused.with("registration_status", json!(status)).into()
            }
            NotAnswered::SeatGone(status) => {
                let refused = Refused::conflict("seat_gone", "The seat was given back or the time to answer is over.");
                refused.with("registration_status", json!(status)).into()
            }
        }
    }
}

/// Confirms or declines. Saying the same again changes nothing; a confirmed seat may still be given back.
///
/// # Errors
/// As [`NotAnswered`]; 409 `phase_closed` outside screening and confirmation.
pub async fn reply(app: &App, by: &Participant, answer: Answer) -> Result<registration::Model, Error> {
    let txn = app.database.begin_write().await?;
    // A decline moves seats, and seats move one after another.
    let event = match answer.reply {
        Reply::Confirm => event::hold_shared(&txn, by.event.id).await?,
        Reply::Decline => event::hold(&txn, by.event.id).await?,
    };
    let now = app.now();
    event.requires_one_of(now, &[Phase::Screening, Phase::Confirmation])?;
    let held = registration::Entity::find_by_id(by.registration.id).lock_exclusive().one(&txn).await?;
    let held = held.ok_or_else(Refused::not_found)?;
    let late = held.reply_by.is_some_and(|deadline| deadline < now);
    let status = match (answer.reply, held.status) {
        (Reply::Confirm, Status::Confirmed) | (Reply::Decline, Status::Declined) => return Ok(held),
        (_, Status::Selected) if late => return Err(NotAnswered::SeatGone(Status::Expired).into()),
        (Reply::Confirm, Status::Selected) => Status::Confirmed,
        (Reply::Decline, Status::Selected | Status::Confirmed) => Status::Declined,
        (_, Status::Declined | Status::Expired) => return Err(NotAnswered::SeatGone(held.status).into()),
        _ => return Err(NotAnswered::NoSeat(held.status).into()),
    };
    let id = held.id;
    let mut row = held.into_active_model();
    row.status = Set(status);
    row.decided_at = Set(Some(now));
    let answered = row.update(&txn).await?;
    if status == Status::Declined
        && let Some(run) = run::of_event(&txn, event.id).await?
        && let Some(leaver) = placement::Entity::find_by_id(id).one(&txn).await?.filter(|place| place.seated)
    {
        succeed::succeed(&txn, app, &event, &run, leaver, Reason::Declined).await?;
    }
    txn.commit_telling(&answered).await?;
    app.happenings.announce(event.id, What::SeatsMoved);
    Ok(answered)
}
