//! Somebody applies.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use garde::Validate;
use sea_orm::sea_query::{LockType, OnConflict};
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QuerySelect};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::age_band;
use super::class;
use super::letters;
use super::number;
use super::refusals::{ALREADY_REGISTERED, BIRTHDAY_MISSING, MAIL_NOT_VERIFIED, PROFILE_MISSING, UNDER_AGE};
use super::registration::{self, Side, Status};
use super::terms::Terms;
use super::vouch;
use crate::accounts::consent::{Agreed, Sentence};
use crate::accounts::recipient::Recipient;
use crate::accounts::{account, age, profile};
use crate::app::App;
use crate::body::one_line_or_none;
use crate::database::Write;
use crate::error::{Error, FieldError, Refused};
use crate::events::access::Guest;
use crate::events::event;
use crate::events::phase::Phase;
use crate::happening::What;
use crate::language::Language;
use crate::units::add::{LONGEST_NAME, write_down};
use crate::units::unit;

/// What an applicant says.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// Where the person works: a unit of the union that hosts the event.
    #[serde(default)]
    #[garde(skip)]
    pub unit_id: Option<Uuid>,
    /// Or in its place the employer's name, where the union has no such unit: it looks at it before anybody of it is
    /// approved.
    #[serde(default)]
    #[garde(custom(one_line_or_none(2, LONGEST_NAME)))]
    #[schema(example = "市第一医院")]
    pub unit_name: Option<String>,
    /// Answers to the organizer's questions: at most 20 of at most 500 characters.
    #[serde(default)]
    #[garde(custom(short_answers))]
    pub answers: BTreeMap<String, String>,
    /// The sentences the person was shown and agreed to, each on its own.
    #[serde(default)]
    #[garde(skip)]
    #[schema(value_type = Vec<Sentence>)]
    pub consents: BTreeSet<Sentence>,
}

fn short_answers(answers: &BTreeMap<String, String>, (): &()) -> garde::Result {
    let stray = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    let fits = |(question, answer): (&String, &String)| {
        question.chars().count() <= 60
            && answer.chars().count() <= 500
            && !question.contains(stray)
            && !answer.contains(stray)
    };
    if answers.len() <= 20 && answers.iter().all(fits) {
        return Ok(());
    }
    Err(garde::Error::new("too_long|at most 20 answers of 500 characters, without control characters"))
}

/// 422: the union of the event has no unit of the id that was named.
pub fn unknown_unit() -> Refused {
    Refused::invalid(vec![FieldError::new("unit_id", "unknown_unit", "the union of this event has no such unit")])
}

/// Whether somebody may apply by their age. Whoever has said nothing yet has agreed to being of age
/// with their account; an event with age bands has to know.
///
/// # Errors
/// 403 `under_age`, 409 `birthday_missing`.
pub fn judge_age(app: &App, profile: &profile::Model, event: &event::Model, now: DateTime<Utc>) -> Result<(), Error> {
    let has_bands = !age_band::of(event)?.is_empty();
    match profile.is_grown_up(&app.secrets, age::today(now))? {
        Some(true) => Ok(()),
        Some(false) => Err(UNDER_AGE.into()),
        None if profile.birth_year.is_some() || has_bands => Err(BIRTHDAY_MISSING.into()),
        None => Ok(()),
    }
}

/// Enters an application under the next number of the event; approves it at once where the event says so and
/// somebody vouches. `read_in` is the language of the sentences that were agreed to.
///
/// # Errors
/// 403 `mail_not_verified`, 409 `profile_missing`, as [`judge_age`], 422 `invalid` for the unit, 409 `phase_closed`,
/// 409 `already_registered`.
pub async fn apply(
    app: &App,
    by: &Guest,
    application: Application,
    read_in: Language,
) -> Result<registration::Model, Error> {
    let txn = app.database.begin_write().await?;
    // One application of a person at a time, so that a number is taken only by the one that is entered.
    let account = account::Entity::find_by_id(by.account.account_id).lock(LockType::NoKeyUpdate).one(&txn).await?;
    let account = account.filter(|account| account.erased_at.is_none()).ok_or_else(Refused::not_signed_in)?;
    if account.verified_at.is_none() {
        return Err(MAIL_NOT_VERIFIED.into());
    }
    let profile = profile::Entity::find_by_id(account.id).one(&txn).await?.ok_or(PROFILE_MISSING)?;
    judge_age(app, &profile, &by.event, app.now())?;
    let unit = employer(&txn, app, by.event.organization_id, &application).await?;
    let vouched = vouch::vouches(&txn, app, Terms::of(&by.event)?, &unit, &account).await?;
    let class = class::of_person(&txn, &by.event, account.id, app.now()).await?;
    let event = event::hold_shared(&txn, by.event.id).await?;
    let now = app.now();
    event.requires(now, Phase::Registration)?;
    if registration::active_of(&txn, event.id, account.id).await?.is_some() {
        return Err(ALREADY_REGISTERED.into());
    }
    let status = if vouched { Status::Approved } else { Status::Applied };
    let side = Side::from(profile.gender);
    let number = number::take(&txn, app, event.id).await?;
    let registration = registration::Model {
        answers: json!(application.answers),
        decided_at: vouched.then_some(now),
        status,
        class,
        ..registration::fresh(app, &event, account.id, unit.id, side, &profile, number)?
    };
    insert_registration(&txn, &registration).await?;
    let agreed = Agreed::to(application.consents, read_in);
    agreed.keep(&txn, app, account.id, Some(registration.id), now).await?;
    if vouched {
        let to = Recipient::of(app, &account, &profile.nickname)?;
        letters::verdict(&txn, app, &event, &registration, &to).await?;
    }
    txn.commit_telling(&registration).await?;
    app.happenings.announce(event.id, What::RegistrationsChanged);
    Ok(registration)
}

/// Where the applicant works: a unit of the union, or what they wrote down.
async fn employer(txn: &Write, app: &App, union: Uuid, application: &Application) -> Result<unit::Model, Error> {
    match (application.unit_id, &application.unit_name) {
        (Some(id), None) => {
            let unit = unit::Entity::find_by_id(id).one(txn).await?;
            Ok(unit.filter(|unit| unit.organization_id == union).ok_or_else(unknown_unit)?)
        }
        (None, Some(name)) => Ok(write_down(txn, app, union, name).await?),
        _ => {
            let needed = FieldError::new("unit_id", "needed", "say where you work: unit_id, or unit_name");
            Err(Refused::invalid(vec![needed]).into())
        }
    }
}

/// Writes the row.
///
/// # Errors
/// 409 `already_registered`.
pub async fn insert_registration(txn: &impl ConnectionTrait, registration: &registration::Model) -> Result<(), Error> {
    // The number is ours: the one row in the way can only be the person's own living one.
    let written = registration::Entity::insert(registration.clone().into_active_model().reset_all())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(txn)
        .await?;
    if written == 0 { Err(ALREADY_REGISTERED.into()) } else { Ok(()) }
}
