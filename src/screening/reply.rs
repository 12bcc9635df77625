//! Somebody with a seat says whether they come.

use garde::Validate;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::refusals::{NO_SEAT_OFFERED, SEAT_GONE};
use super::seat_move::Reason;
use super::{placement, run, succeed};
use crate::app::App;
use crate::error::refusal::Refusal;
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

/// Confirms or declines. Saying the same again changes nothing; a confirmed seat may still be given back.
///
/// # Errors
/// 409 `no_seat_offered`, `seat_gone`; 409 `phase_closed` outside screening and confirmation.
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
        (_, Status::Selected) if late => return Err(standing(SEAT_GONE, Status::Expired)),
        (Reply::Confirm, Status::Selected) => Status::Confirmed,
        (Reply::Decline, Status::Selected | Status::Confirmed) => Status::Declined,
        (_, Status::Declined | Status::Expired) => return Err(standing(SEAT_GONE, held.status)),
        _ => return Err(standing(NO_SEAT_OFFERED, held.status)),
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
        let by = Some(by.account.account_id);
        let mut play = placement::in_play(&txn, event.id).await?;
        succeed::succeed(&txn, app, (&event, &run), &mut play, leaver, (Reason::Declined, by)).await?;
    }
    txn.commit_telling(&answered).await?;
    app.happenings.announce(event.id, What::SeatsMoved);
    Ok(answered)
}

/// The refusal, and how the registration stands.
fn standing(refusal: Refusal, status: Status) -> Error {
    refusal.with("registration_status", json!(status)).into()
}
