//! A volunteer takes a couple into care, notes what they heard, and hands the couple over.

use chrono::{DateTime, Duration, Utc};
use garde::Validate;
use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::assignment;
use super::follow_up::{self, State};
use super::milestone::Milestone;
use super::refusals::{CASE_TAKEN, FOLLOW_UP_NOT_AGREED};
use crate::accounts::SignedIn;
use crate::app::App;
use crate::audit::Deed;
use crate::body::text;
use crate::couples::couple;
use crate::database::Write;
use crate::error::{Error, FieldError, Refused};
use crate::events::crew::{self, Rights, Role};
use crate::events::event;
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

struct Tended {
    couple: couple::Model,
    event: event::Model,
    organizer: bool,
}

/// Takes a couple into care. Doing it twice is once.
///
/// # Errors
/// 409 `follow_up_not_agreed`, `case_taken`; 404 for who is neither a volunteer of that event nor its organizer.
pub async fn take(app: &App, account: SignedIn, couple_id: Uuid) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let tended = hold(&txn, account.account_id, couple_id).await?;
    if assignment::take(&txn, couple_id, account.account_id, app.now()).await? != account.account_id {
        return Err(CASE_TAKEN.into());
    }
    txn.commit().await?;
    app.happenings.announce(tended.event.id, What::OutcomesChanged);
    Ok(())
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

/// Gives a couple into another volunteer's care, or back into nobody's. Who holds it may, and an
/// organizer.
///
/// # Errors
/// 409 `follow_up_not_agreed`, `case_taken`; 422 on `to`; 404 for who is neither a volunteer of that event nor
/// its organizer.
pub async fn hand_over(app: &App, account: SignedIn, couple_id: Uuid, to: Option<Uuid>) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let Tended { event, organizer, .. } = hold(&txn, account.account_id, couple_id).await?;
    let holder = assignment::of_couples(&txn, &[couple_id]).await?.pop().map(|case| case.volunteer_id);
    if !organizer && holder != Some(account.account_id) {
        return Err(CASE_TAKEN.into());
    }
    if let Some(to) = to
        && !crew::in_role(&txn, event.id, Role::Volunteer).await?.contains(&to)
    {
        let wrong = FieldError::new("to", "not_a_volunteer", "a volunteer of the event");
        return Err(Refused::invalid(vec![wrong]).into());
    }
    assignment::give(&txn, couple_id, to, app.now()).await?;
    Deed::CaseHandedOver
        .by(account.account_id)
        .at(event.organization_id, event.id)
        .about("couple", couple_id)
        .with(json!({ "from": holder, "to": to }))
        .record(&txn, app)
        .await?;
    txn.commit().await?;
    app.happenings.announce(event.id, What::OutcomesChanged);
    Ok(())
}

/// A couple in whose event the person serves, held against others who would note at once.
async fn hold(txn: &Write, account_id: Uuid, couple_id: Uuid) -> Result<Tended, Error> {
    let couple =
        couple::Entity::find_standing().filter(couple::Column::Id.eq(couple_id)).lock_exclusive().one(txn).await?;
    let couple = couple.ok_or_else(Refused::not_found)?;
    let event = event::Entity::find_by_id(couple.event_id).one(txn).await?.ok_or_else(Refused::not_found)?;
    let rights = Rights::of(txn, account_id, &event).await?;
    if !rights.allow(Role::Volunteer) {
        return Err(Refused::not_found().into());
    }
    if couple.follow_up_since.is_none() {
        return Err(FOLLOW_UP_NOT_AGREED.into());
    }
    Ok(Tended { couple, event, organizer: rights.organizer })
}
