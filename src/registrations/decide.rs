//! An organizer approves or rejects, one application or many, and takes that back before it is used; and shuts out
//! somebody who has a seat.

use std::collections::{HashMap, HashSet};

use sea_orm::ActiveValue::Set;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::json;
use uuid::Uuid;

use super::letters;
use super::refusals::{APPLIED_AGAIN, EMPLOYER_UNSETTLED, NOT_DECIDABLE, SEATS_GIVEN};
use super::registration::{self, Status};
use super::roll::{self, Applicant};
use super::terms::Terms;
use super::verdict::{Decided, Decision, MOST, Unchanged, Verdict, Verdicts};
use super::vouch;
use super::withdraw::BEFORE_THE_DOORS;
use crate::accounts::account;
use crate::accounts::recipient;
use crate::app::App;
use crate::audit::Deed;
use crate::error::refusal::NOT_FOUND;
use crate::error::{Error, Fault, FieldError, Refused};
use crate::events::access::Organizer;
use crate::events::event;
use crate::events::phase::Phase;
use crate::happening::What;
use crate::mail::letter;
use crate::units::unit;

/// While applications are decided on: until the screening has used what came of it.
const DECIDING: [Phase; 3] = [Phase::Registration, Phase::Online, Phase::Screening];

/// Decides on one application. The seat of whoever is shut out goes to the next in line, as where somebody withdraws.
///
/// # Errors
/// 404 where the event has no such application; 409 `not_decidable`, with the status it has; 409 `employer_unsettled`
/// where the applicant wrote down an employer nobody has looked at; 409 `phase_closed` once the screening is over, or
/// the doors are open where somebody is shut out, `seats_given` where only a rejection can follow, `applied_again` where
/// the person did meanwhile; 422 `invalid` where a rejection has no reason.
pub async fn decide(app: &App, by: &Organizer, id: Uuid, verdict: Verdict) -> Result<Applicant, Error> {
    let txn = app.database.begin_write().await?;
    let phases: &[Phase] = if verdict.decision == Decision::ShutOut { &BEFORE_THE_DOORS } else { &DECIDING };
    let (event, reason) = judge(&txn, app, by, (verdict.decision, verdict.reason), phases).await?;
    let held = registration::Entity::of_event(event.id).filter(registration::Column::Id.eq(id)).lock_exclusive();
    let held = held.one(&txn).await?.ok_or_else(Refused::not_found)?;
    let had_a_seat = held.status.has_a_seat();
    if !verdict.decision.may_follow(held.status) {
        return Err(NOT_DECIDABLE.with("registration_status", json!(held.status)).into());
    }
    if verdict.decision == Decision::Approve && unsettled(&txn, std::slice::from_ref(&held)).await?.contains(&held.id) {
        return Err(EMPLOYER_UNSETTLED.into());
    }
    if verdict.decision == Decision::Restore && !again(&txn, &event, std::slice::from_ref(&held)).await?.is_empty() {
        return Err(APPLIED_AGAIN.into());
    }
    let decided = record_decision(&txn, app, by, &event, vec![held], verdict.decision, reason).await?.pop();
    let decided = roll::applicant(app, &txn, decided.ok_or_else(Refused::not_found)?).await?;
    txn.commit_telling(&decided).await?;
    app.happenings.announce(event.id, What::RegistrationsChanged);
    if had_a_seat {
        app.happenings.announce(event.id, What::SeatsMoved);
    }
    Ok(decided)
}

/// Decides on many; those a verdict cannot touch are told and left.
///
/// # Errors
/// 409 `phase_closed` once seats are given; 422 `invalid` where a rejection has no reason, or where applications are
/// named in neither or in both of the ways.
pub async fn decide_many(app: &App, by: &Organizer, verdicts: Verdicts) -> Result<Decided, Error> {
    let txn = app.database.begin_write().await?;
    let (event, reason) = judge(&txn, app, by, (verdicts.decision, verdicts.reason), &DECIDING).await?;
    let named = registration::Entity::of_event(event.id).order_by_asc(registration::Column::Id).lock_exclusive();
    let (held, more) = match (&verdicts.ids, verdicts.waiting) {
        (Some(ids), None) => {
            (named.filter(registration::Column::Id.is_in(ids.iter().copied())).all(&txn).await?, false)
        }
        (None, Some(waiting)) => {
            let mut held = waiting.among(named).all(&txn).await?;
            if waiting.vouched {
                held = vouched(&txn, app, &event, held).await?;
            }
            let more = held.len() > MOST;
            held.truncate(MOST);
            (held, more)
        }
        _ => return Err(invalid("ids", "nobody_named", "give either ids or waiting").into()),
    };
    let unknown = verdicts.ids.iter().flatten().filter(|id| held.iter().all(|held| held.id != **id));
    let mut unchanged: Vec<Unchanged> =
        unknown.map(|id| Unchanged { id: *id, code: NOT_FOUND.code, status: None }).collect();
    let unsettled = match verdicts.decision {
        Decision::Approve => unsettled(&txn, &held).await?,
        Decision::Reject | Decision::ShutOut | Decision::Restore => HashSet::new(),
    };
    let (waits, held): (Vec<_>, Vec<_>) = held.into_iter().partition(|held| unsettled.contains(&held.id));
    unchanged.extend(waits.into_iter().map(|held| Unchanged {
        id: held.id,
        code: EMPLOYER_UNSETTLED.code,
        status: Some(held.status),
    }));
    // Nobody loses a seat among many others.
    let may_follow = |held: &registration::Model| {
        verdicts.decision != Decision::ShutOut && verdicts.decision.may_follow(held.status)
    };
    let (mut fit, unfit): (Vec<_>, Vec<_>) = held.into_iter().partition(may_follow);
    if verdicts.decision == Decision::Restore {
        let again = again(&txn, &event, &fit).await?;
        fit.retain(|held| !again.contains(&held.id));
        unchanged.extend(again.into_iter().map(|id| Unchanged { id, code: APPLIED_AGAIN.code, status: None }));
    }
    unchanged.extend(unfit.into_iter().map(|held| Unchanged {
        id: held.id,
        code: NOT_DECIDABLE.code,
        status: Some(held.status),
    }));
    let decided = record_decision(&txn, app, by, &event, fit, verdicts.decision, reason).await?;
    let decided = Decided { decided: decided.into_iter().map(|decided| decided.id).collect(), unchanged, more };
    txn.commit_telling(&decided).await?;
    app.happenings.announce(event.id, What::RegistrationsChanged);
    Ok(decided)
}

/// Applications whose person has another that is alive, or another among these before it.
async fn again(
    txn: &impl ConnectionTrait,
    event: &event::Model,
    held: &[registration::Model],
) -> Result<Vec<Uuid>, Fault> {
    let (mut again, mut alive) = (Vec::new(), HashSet::new());
    for held in held {
        let active = registration::active_of(txn, event.id, held.account_id).await?;
        if active.is_some_and(|active| active.id != held.id) || !alive.insert(held.account_id) {
            again.push(held.id);
        }
    }
    Ok(again)
}

/// Those that wait for their employer to be looked at.
async fn unsettled(txn: &impl ConnectionTrait, held: &[registration::Model]) -> Result<HashSet<Uuid>, Fault> {
    let waits = held.iter().filter(|held| held.status == Status::Applied);
    let typed = unit::Entity::find()
        .filter(unit::Column::Id.is_in(waits.clone().map(|held| held.unit_id)))
        .filter(unit::Column::TypedAt.is_not_null());
    let typed: HashSet<Uuid> = typed.all(txn).await?.into_iter().map(|unit| unit.id).collect();
    Ok(waits.filter(|held| typed.contains(&held.unit_id)).map(|held| held.id).collect())
}

/// Those for whom somebody vouches by now.
async fn vouched(
    txn: &impl ConnectionTrait,
    app: &App,
    event: &event::Model,
    held: Vec<registration::Model>,
) -> Result<Vec<registration::Model>, Fault> {
    let terms = Terms::of(event)?;
    let units = unit::Entity::find().filter(unit::Column::OrganizationId.eq(event.organization_id)).all(txn).await?;
    let units: HashMap<Uuid, unit::Model> = units.into_iter().map(|unit| (unit.id, unit)).collect();
    let mut vouched = Vec::new();
    for registration in held {
        let account = account::find(txn, registration.account_id).await?;
        let (Some(account), Some(unit)) = (account, units.get(&registration.unit_id)) else { continue };
        if vouch::vouches(txn, app, terms, unit, &account).await? {
            vouched.push(registration);
        }
    }
    Ok(vouched)
}

/// What every verdict needs: an event in one of these phases, and a reason to reject.
async fn judge(
    txn: &impl ConnectionTrait,
    app: &App,
    by: &Organizer,
    (decision, reason): (Decision, Option<String>),
    phases: &[Phase],
) -> Result<(event::Model, Option<String>), Error> {
    // What is restored lives again: nobody applies again meanwhile.
    let event = match decision {
        Decision::Restore => event::hold(txn, by.event.id).await?,
        _ => event::hold_shared(txn, by.event.id).await?,
    };
    event.requires_one_of(app.now(), phases)?;
    // Whoever was not approved before the screening is in no list any more: nothing else can be promised.
    if !decision.rejects() && registration::seats_are_given(txn, event.id).await? {
        return Err(SEATS_GIVEN.into());
    }
    let reason = reason.map(|reason| reason.trim().to_owned()).filter(|reason| !reason.is_empty());
    if decision.rejects() && reason.is_none() {
        return Err(invalid("reason", "required", "a rejection says why").into());
    }
    Ok((event, reason))
}

fn invalid(field: &str, code: &'static str, message: &str) -> Refused {
    Refused::invalid(vec![FieldError::new(field, code, message)])
}

/// Writes the verdict into held applications, with its letters and its audit entries.
async fn record_decision(
    txn: &impl ConnectionTrait,
    app: &App,
    by: &Organizer,
    event: &event::Model,
    held: Vec<registration::Model>,
    decision: Decision,
    reason: Option<String>,
) -> Result<Vec<registration::Model>, Fault> {
    let recipients = recipient::find_all(txn, app, held.iter().map(|held| held.account_id)).await?;
    let mut decided = Vec::with_capacity(held.len());
    for held in held {
        let before = held.status;
        // What the letter of the decision before says is no longer so.
        let unheard = letters::call_back(txn, &held).await?;
        let mut row = held.into_active_model();
        row.status = Set(decision.status());
        row.reason = Set(reason.clone().filter(|_| decision.rejects()));
        row.decided_at = Set((decision != Decision::Restore).then(|| app.now()));
        let now = row.update(txn).await?;
        // An erased account has no address any more; the verdict stands all the same. And whoever has not
        // heard of a decision need not hear that it is open again.
        if let Some(to) = recipients.get(&now.account_id)
            && !(decision == Decision::Restore && unheard)
        {
            let letter = if decision == Decision::ShutOut {
                letters::of_shutting_out(app, event, &now, to)?
            } else {
                letters::of_verdict(app, event, &now, to)?
            };
            letter::post(txn, app, letter).await?;
        }
        by.records(Deed::RegistrationDecided)
            .about("registration", now.id)
            .because(reason.as_deref())
            .with(json!({ "decision": decision, "before": before }))
            .record(txn, app)
            .await?;
        decided.push(now);
    }
    Ok(decided)
}
