//! A volunteer writes to one or both of a couple through the house, and sees no address.

use garde::Validate;
use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::case_letter::{self, MOST_BY_VOLUNTEER};
use super::refusals::LETTERS_STOPPED;
use super::take_into_care::{Tended, hold_own};
use super::{letters, letters_stopped};
use crate::accounts::SignedIn;
use crate::app::App;
use crate::badges::face;
use crate::body::text;
use crate::error::{Error, FieldError, Refused};
use crate::points::digest::morning_after;
use crate::sealed;

/// What a volunteer writes.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCaseLetter {
    /// 1 to 1000 characters.
    #[garde(custom(text(1, 1000)))]
    #[schema(min_length = 1, max_length = 1000)]
    pub body: String,
    /// The badge of the one it goes to; both where left out.
    #[garde(skip)]
    #[serde(default)]
    pub to: Option<String>,
}

/// Writes to those of the two it is meant for who did not stop letters.
///
/// # Errors
/// 409 `follow_up_not_agreed`, `case_taken`, `not_in_your_care`, `letters_stopped`; 422 on `to`; 429 until tomorrow
/// where it is enough for one day; 404 for who does not serve at their event.
pub async fn write(app: &App, account: SignedIn, couple_id: Uuid, letter: NewCaseLetter) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let Tended { couple, event, .. } = hold_own(&txn, account.account_id, couple_id).await?;
    let faces = face::faces(&txn, couple.people()).await?;
    let named = |id: &Uuid| faces.get(id).is_some_and(|face| Some(face.badge()) == letter.to);
    let mut readers: Vec<Uuid> = couple.people().into_iter().filter(|id| letter.to.is_none() || named(id)).collect();
    if readers.is_empty() {
        let wrong = FieldError::new("to", "not_of_the_couple", "the badge of one of the two");
        return Err(Refused::invalid(vec![wrong]).into());
    }
    let stopped = letters_stopped::by(&txn, couple_id).await?;
    readers.retain(|id| !stopped.contains(id));
    if readers.is_empty() {
        return Err(LETTERS_STOPPED.into());
    }
    // Counted while the couple is held: two hands cannot both write the last one.
    let (now, today) = (app.now(), event.day(app.now()));
    for reader in readers {
        if case_letter::count_on(&txn, couple_id, reader, true, today).await? >= MOST_BY_VOLUNTEER {
            return Err(Refused::too_many(seconds_until(morning_after(&event, today), now)).into());
        }
        let id = app.new_id();
        let row = case_letter::ActiveModel {
            id: Set(id),
            couple_id: Set(couple_id),
            registration_id: Set(reader),
            written_by: Set(account.account_id),
            by_volunteer: Set(true),
            text: Set(sealed::CASE_LETTER.seal(&app.secrets, &[id], letter.body.trim())?),
            day: Set(today),
            at: Set(now),
        };
        row.insert(&txn).await?;
        letters::post_written(&txn, app, &event, &couple, reader, account.account_id, id, letter.body.trim()).await?;
    }
    txn.commit().await
}

/// How long it is until then; an hour where nobody knows.
pub(super) fn seconds_until(then: Option<chrono::DateTime<chrono::Utc>>, now: chrono::DateTime<chrono::Utc>) -> u64 {
    let seconds = then.map_or(3600, |then| (then - now).num_seconds());
    u64::try_from(seconds).unwrap_or(0).max(1)
}
