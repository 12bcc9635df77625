//! Those who apply, and whether they may.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use sea_orm::sea_query::LockType;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::age_band;
use super::apply::{Application, Request};
use super::refusals::{BIRTHDAY_MISSING, MAIL_NOT_VERIFIED, PROFILE_MISSING, UNDER_AGE};
use crate::accounts::{account, age, profile};
use crate::app::App;
use crate::database::Write;
use crate::error::{Error, FieldError, Refused};
use crate::events::event;
use crate::events::phase::Phase;
use crate::units::unit;

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

/// Those who apply in one transaction, and what they are judged by.
pub(super) struct Crowd {
    pub event: event::Model,
    /// Held: of one person one application is entered at a time, so that a number is taken only by what is entered.
    accounts: HashMap<Uuid, account::Model>,
    profiles: HashMap<Uuid, profile::Model>,
    units: HashMap<Uuid, unit::Model>,
}

/// Somebody whose application can be entered.
pub(super) struct Applicant<'a> {
    pub account: &'a account::Model,
    pub profile: &'a profile::Model,
    pub employer: Employer<'a>,
    pub request: &'a Request,
}

/// Where an applicant works.
pub(super) enum Employer<'a> {
    Known(&'a unit::Model),
    /// As they wrote it down.
    Named(&'a str),
}

impl Crowd {
    /// Reads those who apply, and holds their accounts.
    pub async fn hold(txn: &Write, event_id: Uuid, people: &[Uuid], requests: &[Request]) -> Result<Self, Error> {
        let some = || people.iter().copied();
        let accounts = account::Entity::alive().filter(account::Column::Id.is_in(some()));
        // In one order for everybody, so that two who hold several never wait for each other.
        let accounts = accounts.order_by_asc(account::Column::Id).lock(LockType::NoKeyUpdate).all(txn).await?;
        let profiles = profile::Entity::find().filter(profile::Column::AccountId.is_in(some())).all(txn).await?;
        let units: BTreeSet<Uuid> = requests.iter().filter_map(|request| request.application.unit_id).collect();
        let units = unit::Entity::find().filter(unit::Column::Id.is_in(units)).all(txn).await?;
        Ok(Self {
            accounts: accounts.into_iter().map(|account| (account.id, account)).collect(),
            profiles: profiles.into_iter().map(|profile| (profile.account_id, profile)).collect(),
            units: units.into_iter().map(|unit| (unit.id, unit)).collect(),
            event: event::hold_shared(txn, event_id).await?,
        })
    }

    /// Whether somebody may apply, but for what they have applied for already.
    pub fn judge<'a>(&'a self, app: &App, request: &'a Request) -> Result<Applicant<'a>, Error> {
        let now = app.now();
        let account = self.accounts.get(&request.guest.account.account_id).ok_or_else(Refused::not_signed_in)?;
        if account.verified_at.is_none() {
            return Err(MAIL_NOT_VERIFIED.into());
        }
        let profile = self.profiles.get(&account.id).ok_or(PROFILE_MISSING)?;
        judge_age(app, profile, &self.event, now)?;
        let employer = self.employer(&request.application)?;
        self.event.requires(now, Phase::Registration)?;
        Ok(Applicant { account, profile, employer, request })
    }

    /// Where the applicant works: a unit of the union, or what they wrote down.
    fn employer<'a>(&'a self, application: &'a Application) -> Result<Employer<'a>, Error> {
        match (application.unit_id, &application.unit_name) {
            (Some(id), None) => {
                let unit = self.units.get(&id).filter(|unit| unit.organization_id == self.event.organization_id);
                Ok(Employer::Known(unit.ok_or_else(unknown_unit)?))
            }
            (None, Some(name)) => Ok(Employer::Named(name)),
            _ => {
                let needed = FieldError::new("unit_id", "needed", "say where you work: unit_id, or unit_name");
                Err(Refused::invalid(vec![needed]).into())
            }
        }
    }
}
