//! A member says something, or answers somebody. It stands at once: these people have met.

use garde::Validate;
use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::entrance::{self, Inside};
use super::note::{self, State};
use super::refusals::ANSWERS_AN_ANSWER;
use crate::app::App;
use crate::body::text;
use crate::error::{Error, Refused};
use crate::points::digest::morning_after;
use crate::registrations::access::Participant;

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCircleNote {
    /// 1 to 500 characters; kept as typed, shown as plain text.
    #[garde(custom(text(1, 500)))]
    #[schema(min_length = 1, max_length = 500)]
    pub body: String,
}

/// On one day, as on the plaza.
const MOST_POSTS: u64 = 10;
const MOST_REPLIES: u64 = 100;

/// # Arguments
/// `about`: what it answers.
///
/// # Errors
/// 429 until tomorrow where it is enough for one day; 409 `answers_an_answer`; what [`entrance::admit_member`] says;
/// 404 where what it answers is not there.
pub async fn write(app: &App, who: &Participant, about: Option<Uuid>, body: String) -> Result<note::Model, Error> {
    let txn = app.database.begin_write().await?;
    let inside = entrance::admit_member(&txn, app, who).await?;
    if let Some(id) = about {
        let found = note::Entity::of_event(inside.event.id).filter(note::Column::Id.eq(id)).lock_shared();
        let found = note::in_sight(&txn, found.one(&txn).await?, inside.registration_id).await?;
        if found.about.is_some() {
            return Err(ANSWERS_AN_ANSWER.into());
        }
    }
    // Counted while the membership is held: two hands of one person cannot both be the last.
    let written = note::written_on(&txn, inside.registration_id, inside.today, about.is_some()).await?;
    if written >= if about.is_some() { MOST_REPLIES } else { MOST_POSTS } {
        return Err(Refused::too_many(until_tomorrow(&inside)).into());
    }
    let row = note::ActiveModel {
        id: Set(app.new_id()),
        event_id: Set(inside.event.id),
        registration_id: Set(Some(inside.registration_id)),
        about: Set(about),
        body: Set(body.trim().to_owned()),
        day: Set(inside.today),
        state: Set(State::Shown),
        reason: Set(None),
        at: Set(inside.now),
    };
    let note = row.insert(&txn).await?;
    txn.commit_telling(&note).await?;
    Ok(note)
}

fn until_tomorrow(inside: &Inside) -> u64 {
    let begins = morning_after(&inside.event, inside.today);
    let seconds = begins.map_or(3600, |begins| (begins - inside.now).num_seconds());
    u64::try_from(seconds).unwrap_or(0).max(1)
}
