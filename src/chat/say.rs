//! Somebody says something. Words stand at once; a picture as the terms say.

use chrono::{DateTime, Utc};
use garde::Validate;
use queqiao_photos::Developed;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ConnectionTrait};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::entrance::{self, Inside};
use super::line::{self, State};
use super::pay::pay;
use super::photo;
use super::refusals::{CHAT_READ_ONLY, NO_PICTURES};
use super::room::{self, Which};
use super::terms::{Pictures, Terms};
use crate::app::App;
use crate::body::text;
use crate::error::{Error, FieldError, Refused};
use crate::events::event;
use crate::happening::What;
use crate::points::digest::morning_after;
use crate::registrations::access::Participant;

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewChatLine {
    /// 1 to 500 characters; kept as typed, shown as plain text. With a picture it may be empty.
    #[garde(custom(text(0, 500)))]
    #[schema(max_length = 500)]
    pub body: String,
}

/// On one day, whatever became of them.
const MOST: u64 = 500;
const MOST_PICTURES: u64 = 20;

/// # Errors
/// 409 `chat_read_only`; 429 where the room is slow or the day's lines are written; 403 `no_pictures`; 422 where nothing
/// is said; what [`entrance::admit`] says.
pub async fn say(
    app: &App,
    who: &Participant,
    which: Which,
    body: String,
    picture: Option<Developed>,
) -> Result<line::Model, Error> {
    let body = body.trim();
    if body.is_empty() && picture.is_none() {
        return Err(Refused::invalid(vec![FieldError::new("body", "blank", "must not be empty")]).into());
    }
    let txn = app.database.begin_write().await?;
    let inside = entrance::admit(&txn, app, who, which).await?;
    if inside.room.read_only {
        return Err(CHAT_READ_ONLY.into());
    }
    // Judged while the room is held: two hands of one person cannot both be the last.
    let me = inside.seat.registration_id;
    has_turn(&txn, &inside.event, (&inside.room, inside.terms), me, inside.now).await?;
    if picture.is_some() && line::pictures_on(&txn, me, inside.today).await? >= MOST_PICTURES {
        return Err(not_today(&inside.event, inside.now));
    }
    let state = match (inside.terms.pictures, &picture) {
        (Pictures::None, Some(_)) => return Err(NO_PICTURES.into()),
        (Pictures::Reviewed, Some(_)) => State::Pending,
        (Pictures::AtOnce, Some(_)) | (_, None) => State::Shown,
    };
    let Inside { event, room, now, today, .. } = inside;
    let (id, room_id) = (app.new_id(), room.id);
    let number = room.count(&txn).await?;
    let row = line::ActiveModel {
        id: Set(id),
        room_id: Set(room_id),
        event_id: Set(event.id),
        registration_id: Set(Some(me)),
        number: Set(number),
        changed: Set(number),
        body: Set(line::seal(app, id, body)?),
        day: Set(today),
        pictured: Set(picture.is_some()),
        state: Set(state),
        reason: Set(None),
        at: Set(now),
    };
    let line = row.insert(&txn).await?;
    if let Some(picture) = picture {
        photo::keep(&txn, (event.id, id), picture).await?;
    }
    let paid = state == State::Shown && pay(app, &txn, &event, &line, true, None).await?;
    txn.commit_telling(&line).await?;
    app.happenings.announce(event.id, What::ChatMoved);
    if paid {
        app.happenings.announce(event.id, What::PointsChanged);
    }
    Ok(line)
}

/// Whether the room is not too slow for somebody just now, and the day's lines are not written.
async fn has_turn(
    db: &impl ConnectionTrait,
    event: &event::Model,
    (room, terms): (&room::Model, Terms),
    me: Uuid,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let today = event.day(now);
    // From the day before on: a pause reaches over midnight.
    let since = today.pred_opt().unwrap_or(today);
    if let Some(last) = line::last_at(db, me, room.id, since).await? {
        let waited = (now - last).num_seconds();
        let left = room.pause(terms) - waited;
        if left > 0 {
            return Err(Refused::too_many(u64::try_from(left).unwrap_or(1)).into());
        }
    }
    if line::written_on(db, me, today).await? >= MOST { Err(not_today(event, now)) } else { Ok(()) }
}

/// Come back tomorrow.
fn not_today(event: &event::Model, now: DateTime<Utc>) -> Error {
    let begins = morning_after(event, event.day(now));
    let seconds = begins.map_or(3600, |begins| (begins - now).num_seconds());
    Refused::too_many(u64::try_from(seconds).unwrap_or(0).max(1)).into()
}

/// What somebody may send with a line just now.
pub struct Allowance {
    /// How many pictures.
    pub most: usize,
    /// Whether they may say anything; where not, none is unpacked.
    pub may: Result<(), Error>,
    /// What is wrong with a picture where there is to be none.
    pub refusal: Error,
}

/// Asked before any picture is unpacked; [`say`] asks again.
///
/// # Errors
/// What [`entrance::look`] says.
pub async fn allowance(app: &App, who: &Participant, which: Which) -> Result<Allowance, Error> {
    let (terms, seat) = entrance::look(app, who, which).await?;
    let (db, me, now) = (app.database.reader(), seat.registration_id, app.now());
    let may = match room::find(db, who.event.id, which).await? {
        Some(room) if room.read_only => Err(CHAT_READ_ONLY.into()),
        Some(room) => has_turn(db, &who.event, (&room, terms), me, now).await,
        None => Ok(()),
    };
    let spent = line::pictures_on(db, me, who.event.day(now)).await? >= MOST_PICTURES;
    Ok(match terms.pictures {
        Pictures::None if may.is_ok() => Allowance { most: 0, may, refusal: NO_PICTURES.into() },
        _ if spent && may.is_ok() => Allowance { most: 0, may, refusal: not_today(&who.event, now) },
        _ => Allowance { most: 1, may, refusal: NO_PICTURES.into() },
    })
}

/// What is wrong with the pictures of a line: where none could have been sent, that.
#[must_use]
pub fn without_pictures(most: usize, refusal: Error, wrong: Error) -> Error {
    if most == 0 { refusal } else { wrong }
}
