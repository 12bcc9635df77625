//! Somebody applies.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use anyhow::anyhow;
use chrono::{DateTime, Utc};
use garde::Validate;
use sea_orm::sea_query::{LockType, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
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
use crate::accounts::consent::{self, Agreed, Sentence};
use crate::accounts::recipient::Recipient;
use crate::accounts::{account, age, profile};
use crate::app::App;
use crate::batch;
use crate::body::one_line_or_none;
use crate::database::Write;
use crate::error::{Error, Fault, FieldError, Refused};
use crate::events::access::Guest;
use crate::events::event;
use crate::events::phase::Phase;
use crate::happening::What;
use crate::language::Language;
use crate::mail::letter;
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

/// An application that somebody sends.
#[derive(Debug, Clone)]
pub struct Request {
    pub guest: Guest,
    pub application: Application,
    /// The language of the sentences that were agreed to.
    pub read_in: Language,
}

/// Enters an application under the next number of the event, together with those that are sent at the same time;
/// approves it at once where the event says so and somebody vouches.
///
/// # Errors
/// 403 `mail_not_verified`, 409 `profile_missing`, as [`judge_age`], 422 `invalid` for the unit, 409 `phase_closed`,
/// 409 `already_registered`.
pub async fn apply(app: &Arc<App>, request: Request) -> Result<registration::Model, Error> {
    batch::join(app, request).await
}

impl batch::Request for Request {
    type Answer = registration::Model;

    const LARGEST: usize = 128;

    fn line(&self) -> Uuid {
        self.guest.event.id
    }

    async fn carry_out(app: &App, requests: &[Self]) -> Result<batch::Answers<Self>, Error> {
        apply_all(app, requests).await
    }
}

/// As [`apply`], of applications to one event in their order, in one transaction.
///
/// # Errors
/// 404 where the event is gone, or a fault; what a single application is refused stands among the answers.
pub async fn apply_all(app: &App, requests: &[Request]) -> Result<batch::Answers<Request>, Error> {
    let Some(event_id) = requests.first().map(|first| first.guest.event.id) else { return Ok(Vec::new()) };
    let txn = app.database.begin_write().await?;
    let people: Vec<Uuid> = requests.iter().map(|request| request.guest.account.account_id).collect();
    let crowd = Crowd::hold(&txn, event_id, &people, requests).await?;
    let mut registered = registration::active_among(&txn, event_id, &people).await?;
    let judge = |request| {
        let applicant = crowd.judge(app, request)?;
        // Of two that one person sends in this very moment, too, the first is entered.
        if registered.insert(applicant.account.id) { Ok(applicant) } else { Err(ALREADY_REGISTERED.into()) }
    };
    let judged: Vec<Result<Applicant<'_>, Error>> = requests.iter().map(judge).collect();
    let applicants: Vec<&Applicant<'_>> = judged.iter().flatten().collect();
    let entered = insert_applications(&txn, app, &crowd.event, &applicants).await?;
    if let Some(first) = entered.first() {
        // Whoever has an answer to be kept with the work comes alone.
        txn.commit_telling(first).await?;
        app.happenings.announce(event_id, What::RegistrationsChanged);
    }
    let mut entered = entered.into_iter();
    let answer = |judged: Result<_, Error>| judged.and_then(|_| entered.next().ok_or(ALREADY_REGISTERED.into()));
    Ok(judged.into_iter().map(answer).collect())
}

/// Those who apply in one transaction, and what they are judged by.
struct Crowd {
    event: event::Model,
    /// Held: of one person one application is entered at a time, so that a number is taken only by what is entered.
    accounts: HashMap<Uuid, account::Model>,
    profiles: HashMap<Uuid, profile::Model>,
    units: HashMap<Uuid, unit::Model>,
}

/// Somebody whose application can be entered.
struct Applicant<'a> {
    account: &'a account::Model,
    profile: &'a profile::Model,
    employer: Employer<'a>,
    request: &'a Request,
}

/// Where an applicant works.
enum Employer<'a> {
    Known(&'a unit::Model),
    /// As they wrote it down.
    Named(&'a str),
}

impl Crowd {
    async fn hold(txn: &Write, event_id: Uuid, people: &[Uuid], requests: &[Request]) -> Result<Self, Error> {
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
    fn judge<'a>(&'a self, app: &App, request: &'a Request) -> Result<Applicant<'a>, Error> {
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

/// Enters applications that were found good, under the next numbers.
async fn insert_applications(
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
    let classes = class::of_people(txn, event, &people, now).await?;
    let numbers = number::take_many(txn, app, event.id, applicants.len()).await?;

    let (mut entered, mut agreed, mut posted) = (Vec::new(), Vec::new(), Vec::new());
    for (((applicant, (unit, account)), vouched), number) in applicants.iter().zip(&named).zip(vouched).zip(numbers) {
        let Request { application, read_in, .. } = applicant.request;
        let side = Side::from(applicant.profile.gender);
        let registration = registration::Model {
            answers: json!(application.answers),
            decided_at: vouched.then_some(now),
            status: if vouched { Status::Approved } else { Status::Applied },
            class: classes.get(&account.id).copied().unwrap_or(class::ORDINARY),
            ..registration::fresh(app, event, account.id, unit.id, side, applicant.profile, number)?
        };
        let sentences = Agreed::to(application.consents.iter().copied(), *read_in);
        agreed.extend(sentences.rows(app, account.id, Some(registration.id), now));
        if vouched {
            let to = Recipient::of(app, account, &applicant.profile.nickname)?;
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
