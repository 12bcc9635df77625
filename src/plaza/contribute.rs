//! A participant posts, comments, declares or shows their face.

use chrono::{DateTime, Days, NaiveTime, TimeZone, Utc};
use garde::Validate;
use queqiao_photos::Developed;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ConnectionTrait};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::contribution::{self, Kind};
use super::entrance;
use super::photo;
use crate::app::App;
use crate::body::text;
use crate::error::{Error, Refused};
use crate::events::event;
use crate::happening::What;
use crate::registrations::access::Participant;

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPost {
    /// 1 to 2000 characters; kept as typed, shown as plain text.
    #[garde(custom(text(1, 2000)))]
    #[schema(min_length = 1, max_length = 2000)]
    pub body: String,
}

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewComment {
    /// 1 to 500 characters.
    #[garde(custom(text(1, 500)))]
    #[schema(min_length = 1, max_length = 500)]
    pub body: String,
}

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDeclaration {
    /// 1 to 140 characters.
    #[garde(custom(text(1, 140)))]
    #[schema(min_length = 1, max_length = 140)]
    pub body: String,
}

/// What is to be put on the plaza.
pub struct NewContribution {
    pub kind: Kind,
    /// The post a comment belongs to.
    pub about: Option<Uuid>,
    pub body: String,
    pub photos: Vec<Developed>,
}

/// Puts words on the plaza. Points for a post come with its approval.
///
/// # Errors
/// What [`entrance::admit_participant`] says; 404 where the post is not there; 429 past the day's limit.
pub async fn contribute(app: &App, who: &Participant, new: NewContribution) -> Result<contribution::Model, Error> {
    let NewContribution { kind, about, body, photos } = new;
    let txn = app.database.begin_write().await?;
    let inside = entrance::admit_participant(&txn, app, who).await?;
    if let Some(post) = about {
        contribution::hold_shown_post(&txn, inside.event.id, post, inside.registration.id).await?;
    }
    // Counted while the registration is held: two hands of one person cannot both be the last.
    has_room(&txn, &inside.event, inside.registration.id, kind, inside.now).await?;
    let row = contribution::ActiveModel {
        id: Set(app.new_id()),
        event_id: Set(inside.event.id),
        registration_id: Set(inside.registration.id),
        kind: Set(kind),
        post_id: Set(about),
        body: Set(body),
        day: Set(inside.today),
        state: Set(kind.first_state()),
        reason: Set(None),
        decided_by: Set(None),
        decided_at: Set(None),
        at: Set(inside.now),
    };
    let row = row.insert(&txn).await?;
    photo::keep(&txn, app, &row, photos).await?;
    txn.commit_telling(&row).await?;
    app.happenings.announce(inside.event.id, What::PlazaChanged);
    Ok(row)
}

/// Whether somebody may put up another of a kind today, asked before its photos are unpacked;
/// [`contribute`] asks again.
///
/// # Errors
/// 429 past the day's limit.
pub async fn may_contribute(app: &App, who: &Participant, kind: Kind) -> Result<(), Error> {
    has_room(app.database.reader(), &who.event, who.registration.id, kind, app.now()).await
}

async fn has_room(
    db: &impl ConnectionTrait,
    event: &event::Model,
    registration: Uuid,
    kind: Kind,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let today = event.day(now);
    if contribution::written_on(db, registration, today, kind).await? < kind.most_a_day() {
        return Ok(());
    }
    let tomorrow = today.checked_add_days(Days::new(1)).map(|day| day.and_time(NaiveTime::MIN));
    let begins = tomorrow.and_then(|midnight| event.zone().from_local_datetime(&midnight).earliest());
    let seconds = begins.map_or(3600, |begins| (begins.to_utc() - now).num_seconds());
    Err(Refused::too_many(u64::try_from(seconds).unwrap_or(0).max(1)).into())
}
