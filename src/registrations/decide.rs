//! An organizer approves or rejects, one application or many.

use std::collections::HashMap;

use sea_orm::ActiveValue::Set;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::json;
use uuid::Uuid;

use super::letters;
use super::refusals::NOT_DECIDABLE;
use super::registration;
use super::roll::{self, Applicant};
use super::terms::Terms;
use super::verdict::{Decided, Decision, MOST, Unchanged, Verdict, Verdicts};
use super::vouch;
use crate::accounts::account;
use crate::accounts::recipient::Recipient;
use crate::app::App;
use crate::audit::Deed;
use crate::error::refusal::NOT_FOUND;
use crate::error::{Error, Fault, FieldError, Refused};
use crate::events::access::Organizer;
use crate::events::event;
use crate::events::phase::Phase;
use crate::happening::What;
use crate::units::unit;

/// Decides on one application.
///
/// # Errors
/// 404 where the event has no such application; 409 `not_decidable`, with the status it has; 409 `phase_closed`
/// once seats are given; 422 `invalid` where a rejection has no reason.
pub async fn decide(app: &App, by: &Organizer, id: Uuid, verdict: Verdict) -> Result<Applicant, Error> {
    let txn = app.database.begin_write().await?;
    let (event, reason) = judge(&txn, app, by, verdict.decision, verdict.reason).await?;
    let held = registration::Entity::of_event(event.id).filter(registration::Column::Id.eq(id)).lock_exclusive();
    let held = held.one(&txn).await?.ok_or_else(Refused::not_found)?;
    if !verdict.decision.may_follow(held.status) {
        return Err(NOT_DECIDABLE.with("registration_status", json!(held.status)).into());
    }
    let decided = record_decision(&txn, app, by, &event, vec![held], verdict.decision, reason).await?.pop();
    let decided = roll::applicant(app, &txn, decided.ok_or_else(Refused::not_found)?).await?;
    txn.commit_telling(&decided).await?;
    app.happenings.announce(event.id, What::RegistrationsChanged);
    Ok(decided)
}

/// Decides on many; those a verdict cannot touch are told and left.
///
/// # Errors
/// 409 `phase_closed` once seats are given; 422 `invalid` where a rejection has no reason, or where applications are
/// named in neither or in both of the ways.
pub async fn decide_many(app: &App, by: &Organizer, verdicts: Verdicts) -> Result<Decided, Error> {
    let txn = app.database.begin_write().await?;
    let (event, reason) = judge(&txn, app, by, verdicts.decision, verdicts.reason).await?;
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
    let (fit, unfit): (Vec<_>, Vec<_>) = held.into_iter().partition(|held| verdicts.decision.may_follow(held.status));
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

/// What every verdict needs: an event whose seats are still to be given, and a reason to reject.
async fn judge(
    txn: &impl ConnectionTrait,
    app: &App,
    by: &Organizer,
    decision: Decision,
    reason: Option<String>,
) -> Result<(event::Model, Option<String>), Error> {
    let event = event::hold_shared(txn, by.event.id).await?;
    event.requires_one_of(app.now(), &[Phase::Registration, Phase::Online, Phase::Screening])?;
    let reason = reason.map(|reason| reason.trim().to_owned()).filter(|reason| !reason.is_empty());
    if decision == Decision::Reject && reason.is_none() {
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
    let recipients = Recipient::find_all(txn, app, held.iter().map(|held| held.account_id)).await?;
    let mut decided = Vec::with_capacity(held.len());
    for held in held {
        let before = held.status;
        let mut row = held.into_active_model();
        row.status = Set(decision.status());
        row.reason = Set(reason.clone().filter(|_| decision == Decision::Reject));
        row.decided_at = Set(Some(app.now()));
        let now = row.update(txn).await?;
        // An erased account has no address any more; the verdict stands all the same.
        if let Some(to) = recipients.get(&now.account_id) {
            match decision {
                Decision::Approve => letters::approved(txn, app, event, &now, to).await?,
                Decision::Reject => letters::rejected(txn, app, event, &now, to).await?,
            }
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
