//! Somebody applies.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::eligibility::{Applicant, Crowd};
use super::insert::insert_applications;
use super::refusals::ALREADY_REGISTERED;
use super::registration;
use crate::accounts::consent::Sentence;
use crate::app::App;
use crate::batch;
use crate::body::one_line_or_none;
use crate::error::Error;
use crate::events::access::Guest;
use crate::happening::What;
use crate::language::Language;
use crate::units::add::LONGEST_NAME;

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
/// 403 `mail_not_verified`, 409 `profile_missing`, as [`judge_age`](super::eligibility::judge_age), 422 `invalid` for the unit, 409 `phase_closed`,
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
