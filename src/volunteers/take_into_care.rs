//! A volunteer takes a couple into care, and hands them over.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use super::refusals::{CASE_TAKEN, FOLLOW_UP_NOT_AGREED, NOT_IN_YOUR_CARE};
use super::{assignment, cases};
use crate::accounts::SignedIn;
use crate::app::App;
use crate::audit::Deed;
use crate::couples::{couple, volunteer_contact};
use crate::database::Write;
use crate::error::{Error, FieldError, Refused};
use crate::events::crew::{self, Rights, Role};
use crate::events::event;
use crate::happening::What;

/// A couple in care, or free to be.
pub(super) struct Tended {
    pub couple: couple::Model,
    pub event: event::Model,
    pub organizer: bool,
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

/// Gives a couple into another volunteer's care, or back into nobody's. Who holds it may, and an
/// organizer.
///
/// # Errors
/// 409 `follow_up_not_agreed`, `case_taken`; 422 on `to`; 404 for who is neither a volunteer of that event nor
/// its organizer.
pub async fn hand_over(app: &App, account: SignedIn, couple_id: Uuid, to: Option<Uuid>) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let Tended { couple, event, organizer } = hold(&txn, account.account_id, couple_id).await?;
    let holder = assignment::of_couples(&txn, &[couple_id]).await?.pop().map(|case| case.volunteer_id);
    if !organizer && holder != Some(account.account_id) {
        return Err(CASE_TAKEN.into());
    }
    if let Some(to) = to
        && (!crew::in_role(&txn, event.id, Role::Volunteer).await?.contains(&to)
            || cases::is_one_of(&txn, &couple, to).await?)
    {
        let wrong = FieldError::new("to", "not_a_volunteer", "a volunteer of the event");
        return Err(Refused::invalid(vec![wrong]).into());
    }
    assignment::give(&txn, couple_id, to, app.now()).await?;
    // It was for that one volunteer; the two say anew what the next one may see.
    if to != holder {
        volunteer_contact::close(&txn, couple.match_id).await?;
    }
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

/// A couple in whose event the person serves, and which is not their own, held against others who would note at once.
pub(super) async fn hold(txn: &Write, account_id: Uuid, couple_id: Uuid) -> Result<Tended, Error> {
    let couple =
        couple::Entity::find_standing().filter(couple::Column::Id.eq(couple_id)).lock_exclusive().one(txn).await?;
    let couple = couple.ok_or_else(Refused::not_found)?;
    let event = event::Entity::find_by_id(couple.event_id).one(txn).await?.ok_or_else(Refused::not_found)?;
    let rights = Rights::of(txn, account_id, &event).await?;
    if !rights.allow(Role::Volunteer) || cases::is_one_of(txn, &couple, account_id).await? {
        return Err(Refused::not_found().into());
    }
    if couple.follow_up_since.is_none() {
        return Err(FOLLOW_UP_NOT_AGREED.into());
    }
    Ok(Tended { couple, event, organizer: rights.organizer })
}

/// As [`hold`], of a couple in the person's own care.
pub(super) async fn hold_own(txn: &Write, account_id: Uuid, couple_id: Uuid) -> Result<Tended, Error> {
    let tended = hold(txn, account_id, couple_id).await?;
    match assignment::of_couples(txn, &[couple_id]).await?.pop() {
        Some(case) if case.volunteer_id == account_id => Ok(tended),
        Some(_) => Err(CASE_TAKEN.into()),
        None => Err(NOT_IN_YOUR_CARE.into()),
    }
}
