//! A volunteer notes what they heard from a couple.

use chrono::{DateTime, Duration, Utc};
use garde::Validate;
use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::assignment;
use super::follow_up::{self, State};
use super::milestone::Milestone;
use super::refusals::CASE_TAKEN;
use super::take_into_care::{Tended, hold};
use crate::accounts::SignedIn;
use crate::app::App;
use crate::body::text;
use crate::error::{Error, FieldError, Refused};
use crate::happening::What;
use crate::sealed;

/// What a volunteer heard from a couple.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFollowUp {
    #[garde(skip)]
    pub state: State,
    /// At most 2000 characters.
    #[garde(custom(text(0, 2000)))]
    #[serde(default)]
    pub note: String,
    /// When they spoke; now where left out.
    #[garde(skip)]
    pub at: Option<DateTime<Utc>>,
}

/// Notes what was heard. It answers the earliest task that is due by then; who notes first takes
/// the couple into care.
///
/// # Errors
/// 409 `follow_up_not_agreed`, `case_taken`; 422 on `at`; 404 for who is neither a volunteer of that event nor
/// its organizer.
pub async fn note(
    app: &App,
    account: SignedIn,
    couple_id: Uuid,
    heard: NewFollowUp,
) -> Result<follow_up::Model, Error> {
    let txn = app.database.begin_write().await?;
    let Tended { couple, event, organizer } = hold(&txn, account.account_id, couple_id).await?;
    let now = app.now();
    let at = heard.at.unwrap_or(now);
    // The evening's own day counts from its start: people type a day, not a minute.
    if at > now + Duration::minutes(5) || at < couple.formed_at - Duration::days(1) {
        let wrong = FieldError::new("at", "out_of_range", "between the evening and now");
        return Err(Refused::invalid(vec![wrong]).into());
    }
    let holder = match organizer {
        // An organizer may note for whoever looks after the two, and takes nothing over.
        true => account.account_id,
        false => assignment::take(&txn, couple_id, account.account_id, now).await?,
    };
    if holder != account.account_id {
        return Err(CASE_TAKEN.into());
    }
    let noted = follow_up::of_couples(&txn, &[couple_id]).await?;
    let answered: Vec<Milestone> = noted.iter().filter_map(|noted| noted.milestone).collect();
    let since = couple.follow_up_since.unwrap_or(couple.formed_at);
    // A call the day before is the call that was due.
    let due = |milestone: &Milestone| milestone.due(since, event.zone()) <= at + Duration::days(1);
    let id = app.new_id();
    let row = follow_up::ActiveModel {
        id: Set(id),
        couple_id: Set(couple_id),
        account_id: Set(account.account_id),
        milestone: Set(Milestone::next(&answered).filter(due)),
        state: Set(heard.state),
        note: Set(sealed::FOLLOW_UP_NOTE.seal(&app.secrets, &[id], &heard.note)?),
        at: Set(at),
        recorded_at: Set(now),
    };
    let noted = row.insert(&txn).await?;
    txn.commit().await?;
    app.happenings.announce(event.id, What::OutcomesChanged);
    Ok(noted)
}
