//! Applications that were found good become rows.

use std::collections::BTreeMap;

use anyhow::anyhow;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel};
use serde_json::json;
use uuid::Uuid;

use super::apply::Request;
use super::eligibility::{Applicant, Employer};
use super::letters;
use super::number;
use super::precedence;
use super::refusals::ALREADY_REGISTERED;
use super::registration::{self, Side, Status};
use super::terms::Terms;
use super::vouch;
use crate::accounts::account;
use crate::accounts::consent::{self, Agreed};
use crate::accounts::recipient;
use crate::app::App;
use crate::database::Write;
use crate::error::{Error, Fault};
use crate::events::event;
use crate::mail::letter;
use crate::units::add::write_down;
use crate::units::unit;

/// Enters applications that were found good, under the next numbers.
pub(super) async fn insert_applications(
    txn: &Write,
    app: &App,
    event: &event::Model,
    applicants: &[&Applicant<'_>],
) -> Result<Vec<registration::Model>, Error> {
    if applicants.is_empty() {
        return Ok(Vec::new());
    }
    let now = app.now();
    let written = write_down_all(txn, app, event.organization_id, applicants).await?;
    let mut named: Vec<(&unit::Model, &account::Model)> = Vec::with_capacity(applicants.len());
    for applicant in applicants {
        let unit = match applicant.employer {
            Employer::Known(unit) => Some(unit),
            Employer::Named(name) => written.get(&unit::folded(name)),
        };
        named.push((unit.ok_or_else(|| anyhow!("a unit that was written down is gone"))?, applicant.account));
    }
    let vouched = vouch::vouch_for(txn, app, Terms::of(event)?, &named).await?;
    let people: Vec<Uuid> = named.iter().map(|(_, account)| account.id).collect();
    let classes = precedence::of_people(txn, event, &people, now).await?;
    let numbers = number::take_many(txn, app, event.id, applicants.len()).await?;

    let (mut entered, mut agreed, mut posted) = (Vec::new(), Vec::new(), Vec::new());
    for (((applicant, (unit, account)), vouched), number) in applicants.iter().zip(&named).zip(vouched).zip(numbers) {
        let Request { application, read_in, .. } = applicant.request;
        let side = Side::from(applicant.profile.gender);
        let registration = registration::Model {
            answers: json!(application.answers),
            decided_at: vouched.then_some(now),
            status: if vouched { Status::Approved } else { Status::Applied },
            class: classes.get(&account.id).copied().unwrap_or(precedence::ORDINARY),
            ..registration::fresh(app, event, account.id, unit.id, side, applicant.profile, number)?
        };
        let sentences = Agreed::to(application.consents.iter().copied(), *read_in);
        agreed.extend(sentences.rows(app, account.id, Some(registration.id), now));
        if vouched {
            let to = recipient::of(app, account, &applicant.profile.nickname)?;
            posted.push(letters::of_verdict(app, event, &registration, &to)?);
        }
        entered.push(registration);
    }
    insert_registrations(txn, &entered).await?;
    if !agreed.is_empty() {
        consent::Entity::insert_many(agreed).exec_without_returning(txn).await?;
    }
    if !posted.is_empty() {
        letter::post_all(txn, app, posted).await?;
    }
    Ok(entered)
}

/// The units of a union that these applicants wrote down, by their folded names.
async fn write_down_all(
    txn: &Write,
    app: &App,
    union: Uuid,
    applicants: &[&Applicant<'_>],
) -> Result<BTreeMap<String, unit::Model>, Fault> {
    let named = applicants.iter().filter_map(|applicant| match applicant.employer {
        Employer::Known(_) => None,
        Employer::Named(name) => Some((unit::folded(name), name)),
    });
    let mut written = BTreeMap::new();
    // In one order for everybody, as the accounts.
    for (folded, name) in named.collect::<BTreeMap<_, _>>() {
        written.insert(folded, write_down(txn, app, union, name).await?);
    }
    Ok(written)
}

/// Writes a row.
///
/// # Errors
/// As [`insert_registrations`].
pub async fn insert_registration(txn: &impl ConnectionTrait, registration: &registration::Model) -> Result<(), Error> {
    insert_registrations(txn, std::slice::from_ref(registration)).await
}

/// Writes rows.
///
/// # Errors
/// 409 `already_registered` where the only one finds another in its way; a fault where one of many does.
async fn insert_registrations(txn: &impl ConnectionTrait, rows: &[registration::Model]) -> Result<(), Error> {
    // The numbers are ours: a row in the way can only be a person's own living one.
    let written = registration::Entity::insert_many(rows.iter().map(|row| row.clone().into_active_model().reset_all()))
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(txn)
        .await?;
    match rows.len() {
        all if written == all as u64 => Ok(()),
        1 => Err(ALREADY_REGISTERED.into()),
        // Which of them it is shows when each is entered by itself.
        _ => Err(anyhow!("somebody has registered elsewhere in this very moment").into()),
    }
}
