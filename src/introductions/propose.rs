//! A volunteer proposes two who asked to each other.

use garde::Validate;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{LockType, OnConflict};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::introduction::{self, ANSWERS_FOR, are_kept_apart};
use super::refusals::{ASKED_ALREADY, PROPOSED_BEFORE};
use super::{authorize, letters, place, request};
use crate::accounts::{SignedIn, account};
use crate::app::App;
use crate::audit::Deed;
use crate::database::Write;
use crate::error::{Error, Fault, FieldError, Refused};
use crate::events::event::{self, Sides};
use crate::picks::matched;
use crate::registrations::registration;

/// Which two, by what they asked.
#[derive(Debug, Clone, Copy, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewIntroduction {
    #[garde(skip)]
    pub one: Uuid,
    #[garde(skip)]
    pub other: Uuid,
}

/// Proposes them, and asks both. Of two who keep apart neither is asked, and the volunteer sees what waiting looks like.
///
/// # Errors
/// 409 `asked_already`, `proposed_before`; 422 on `other`; 404 for who introduces nobody at this union, and for what
/// was taken back, or whose application was.
pub async fn propose(app: &App, by: SignedIn, union: &str, new: NewIntroduction) -> Result<Uuid, Error> {
    let txn = app.database.begin_write().await?;
    let union = authorize::admit(&txn, by.account_id, union).await?;
    let (one, other) = hold(&txn, union.id, new).await?;
    judge(&txn, by.account_id, &one, &other).await?;
    let now = app.now();
    for request in [&one, &other] {
        free(&txn, request, now).await?;
    }
    let (lo, hi) = if one.account_id < other.account_id { (&one, &other) } else { (&other, &one) };
    let may_meet = !are_kept_apart(&txn, lo.account_id, hi.account_id).await?
        && !proposed_elsewhere(&txn, lo.account_id, hi.account_id).await?;
    let row = introduction::Model {
        id: app.new_id(),
        organization_id: union.id,
        lo_id: lo.account_id,
        hi_id: hi.account_id,
        lo_registration_id: lo.registration_id,
        hi_registration_id: hi.registration_id,
        lo_shows: lo.shows.clone(),
        hi_shows: hi.shows.clone(),
        proposed_by: by.account_id,
        asked: may_meet,
        proposed_at: now,
        lapses_at: now + ANSWERS_FOR,
        together_at: None,
        opened_at: None,
        over: false,
    };
    let columns = [introduction::Column::OrganizationId, introduction::Column::LoId, introduction::Column::HiId];
    let once = OnConflict::columns(columns).do_nothing().to_owned();
    let active = row.clone().into_active_model().reset_all();
    if introduction::Entity::insert(active).on_conflict(once).exec_without_returning(&txn).await? == 0 {
        return Err(PROPOSED_BEFORE.into());
    }
    for request in [&one, &other] {
        let taken = place::ActiveModel { request_id: Set(request.id), introduction_id: Set(row.id) };
        place::Entity::insert(taken).exec_without_returning(&txn).await?;
    }
    if may_meet {
        letters::proposed(&txn, app, &row).await?;
    }
    let deed = Deed::IntroductionProposed.by(by.account_id);
    deed.of_union(union.id).about("introduction", row.id).record(&txn, app).await?;
    txn.commit().await?;
    Ok(row.id)
}

/// What the two asked, held in the order in which everybody holds such.
async fn hold(
    txn: &Write,
    organization_id: Uuid,
    new: NewIntroduction,
) -> Result<(request::Model, request::Model), Error> {
    let of_union = request::Entity::find().filter(request::Column::OrganizationId.eq(organization_id));
    let both = of_union.filter(request::Column::Id.is_in([new.one, new.other]));
    // Two unions that propose the same two in one instant do so one after the other: of both they hold the people first.
    let people = both.clone().all(txn).await?.into_iter().map(|request| request.account_id);
    let people = account::Entity::find().filter(account::Column::Id.is_in(people));
    people.order_by_asc(account::Column::Id).lock(LockType::NoKeyUpdate).all(txn).await?;
    let mut both = both.order_by_asc(request::Column::Id).lock_exclusive().all(txn).await?;
    match (both.pop(), both.pop()) {
        (Some(other), Some(one)) => Ok((one, other)),
        (Some(_), None) if new.one == new.other => Err(wrong("same", "somebody else").into()),
        _ => Err(Refused::not_found().into()),
    }
}

fn wrong(code: &'static str, message: &'static str) -> Refused {
    Refused::invalid(vec![FieldError::new("other", code, message)])
}

/// Nobody proposes themself; and where people meet on two sides, the two are of both.
async fn judge(txn: &Write, volunteer: Uuid, one: &request::Model, other: &request::Model) -> Result<(), Error> {
    if [one.account_id, other.account_id].contains(&volunteer) {
        return Err(wrong("oneself", "two other people").into());
    }
    let ids = [one.registration_id, other.registration_id];
    let people = registration::Entity::find().filter(registration::Column::Id.is_in(ids)).all(txn).await?;
    if people.len() < 2 || !people.iter().all(|person| person.status.is_active()) {
        return Err(Refused::not_found().into());
    }
    let events = event::Entity::find().filter(event::Column::Id.is_in([one.event_id, other.event_id])).all(txn).await?;
    let same_side = matches!(people.as_slice(), [one, other] if one.side == other.side);
    if same_side && events.iter().any(|event| event.sides == Sides::Two) {
        return Err(wrong("same_side", "somebody of the other side").into());
    }
    Ok(())
}

/// Frees somebody of whom they were asked about before, where that is over by the clock. What they asked is held; whoever
/// took it back and asked anew is still being asked about the same one.
async fn free(txn: &Write, request: &request::Model, now: chrono::DateTime<chrono::Utc>) -> Result<(), Error> {
    let own = introduction::Entity::with(request.account_id);
    let own = own.filter(introduction::Column::OrganizationId.eq(request.organization_id));
    let own = own.filter(introduction::Column::LapsesAt.gt(now)).all(txn).await?;
    if own.iter().any(|one| one.is_open(now)) {
        return Err(ASKED_ALREADY.into());
    }
    place::Entity::delete_by_id(request.id).exec(txn).await?;
    Ok(())
}

/// Whether another union has proposed them: of that a volunteer of this one learns nothing.
async fn proposed_elsewhere(txn: &Write, lo: Uuid, hi: Uuid) -> Result<bool, Fault> {
    let (lo, hi) = matched::ordered(lo, hi);
    let before = introduction::Entity::find().filter(introduction::Column::LoId.eq(lo));
    Ok(before.filter(introduction::Column::HiId.eq(hi)).one(txn).await?.is_some())
}
