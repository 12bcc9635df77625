//! One of two answers their volunteer through the house, stops their letters, and takes that back.

use garde::Validate;
use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use sea_orm::{EntityTrait, QuerySelect};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::case_letter::{self, MOST_ANSWERS};
use super::refusals::{FOLLOW_UP_NOT_AGREED, NOTHING_TO_ANSWER};
use super::write_to_couple::seconds_until;
use super::{assignment, cases, letters, letters_stopped};
use crate::accounts::SignedIn;
use crate::app::App;
use crate::body::text;
use crate::couples::{couple, mine};
use crate::error::{Error, Refused};
use crate::events::crew::{Rights, Role};
use crate::events::event;
use crate::points::digest::morning_after;
use crate::sealed;

/// What one of two answers.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCaseReply {
    /// 1 to 1000 characters.
    #[garde(custom(text(1, 1000)))]
    #[schema(min_length = 1, max_length = 1000)]
    pub body: String,
}

/// Answers the volunteer, whoever looks after the two by now.
///
/// # Errors
/// 409 `follow_up_not_agreed`, `nothing_to_answer`; 429 until tomorrow where it is enough for one day; 404 for a match
/// that is not theirs.
pub async fn answer(app: &App, account: SignedIn, match_id: Uuid, body: String) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let mine = mine::hold(&txn, account.account_id, match_id).await?;
    let couple = couple::of_match(&txn, match_id).await?.filter(|couple| couple.withdrawn_at.is_none());
    let couple = couple.filter(|couple| couple.follow_up_since.is_some()).ok_or(FOLLOW_UP_NOT_AGREED)?;
    let event = event::Entity::find_by_id(couple.event_id).one(&txn).await?.ok_or_else(Refused::not_found)?;
    let former = case_letter::with_person(&txn, couple.id, mine.own_id).await?;
    if !former.iter().any(|letter| letter.by_volunteer) {
        return Err(NOTHING_TO_ANSWER.into());
    }
    let (now, today) = (app.now(), event.day(app.now()));
    if case_letter::count_on(&txn, couple.id, mine.own_id, false, today).await? >= MOST_ANSWERS {
        return Err(Refused::too_many(seconds_until(morning_after(&event, today), now)).into());
    }
    let id = app.new_id();
    let row = case_letter::ActiveModel {
        id: Set(id),
        couple_id: Set(couple.id),
        registration_id: Set(mine.own_id),
        written_by: Set(account.account_id),
        by_volunteer: Set(false),
        text: Set(sealed::CASE_LETTER.seal(&app.secrets, &[id], body.trim())?),
        day: Set(today),
        at: Set(now),
    };
    row.insert(&txn).await?;
    let holder = assignment::of_couples(&txn, &[couple.id]).await?.pop();
    // Whoever serves here no more hears nothing of it; whoever takes the two over reads it.
    if let Some(holder) = holder
        && Rights::of(&txn, holder.volunteer_id, &event).await?.allow(Role::Volunteer)
        && !cases::is_one_of(&txn, &couple, holder.volunteer_id).await?
    {
        letters::post_reply(&txn, app, &event, &couple, mine.own_id, holder.volunteer_id, id).await?;
    }
    txn.commit().await
}

/// Wants no more letters from the volunteer, or wants them again. Doing it twice is once.
///
/// # Errors
/// 404 for a match that is not theirs, or no couple.
pub async fn stop(app: &App, account: SignedIn, match_id: Uuid, stops: bool) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let mine = mine::hold(&txn, account.account_id, match_id).await?;
    let couple = couple::of_match(&txn, match_id).await?.ok_or_else(Refused::not_found)?;
    couple::Entity::find_by_id(couple.id).lock_exclusive().one(&txn).await?;
    letters_stopped::note(&txn, couple.id, mine.own_id, stops.then(|| app.now())).await?;
    txn.commit().await
}
