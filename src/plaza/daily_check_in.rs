//! 每日签到: once a day by the event's own calendar.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter, QueryOrder};

use super::entrance;
use crate::app::App;
use crate::batch;
use crate::database::Write;
use crate::error::{Error, Fault, Refused};
use crate::events::event;
use crate::events::phase::Phase;
use crate::happening::What;
use crate::points::fold::Awarded;
use crate::points::ledger::{self, Merit};
use crate::points::rules::Rule;
use crate::registrations::access::Participant;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "daily_check_in")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub registration_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: Date,
    pub event_id: Uuid,
    pub at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A day's sign-in.
#[derive(Clone, Copy)]
pub struct SignedInToday {
    pub day: NaiveDate,
    /// False where it was done before on this day.
    pub first: bool,
    pub awarded: Awarded,
}

/// The days a person signed in, oldest first.
pub async fn days_of(db: &impl ConnectionTrait, registration_id: Uuid) -> Result<Vec<NaiveDate>, DbErr> {
    let rows = Entity::find().filter(Column::RegistrationId.eq(registration_id)).order_by_asc(Column::Day);
    Ok(rows.all(db).await?.into_iter().map(|row| row.day).collect())
}

/// Somebody who signs in for today.
#[derive(Clone, Debug)]
pub struct Request(pub Participant);

/// Signs a participant in for today, together with those who do so at the same time. However many hands do it at
/// once, it counts once.
///
/// # Errors
/// What [`entrance::admit_participant`] says; 409 `ledger_frozen`.
pub async fn sign_in(app: &Arc<App>, request: Request) -> Result<SignedInToday, Error> {
    batch::join(app, request).await
}

impl batch::Request for Request {
    type Answer = SignedInToday;

    const LARGEST: usize = 128;

    fn line(&self) -> Uuid {
        self.0.event.id
    }

    async fn carry_out(app: &App, requests: &[Self]) -> Result<batch::Answers<Self>, Error> {
        sign_in_all(app, requests).await
    }
}

/// As [`sign_in`], of participants of one event in their order, in one transaction.
///
/// # Errors
/// What is refused to all of them: 409 `phase_closed`, 404; a fault.
pub async fn sign_in_all(app: &App, requests: &[Request]) -> Result<batch::Answers<Request>, Error> {
    let Some(event_id) = requests.first().map(|first| first.0.event.id) else { return Ok(Vec::new()) };
    let txn = app.database.begin_write().await?;
    let event = event::hold_shared(&txn, event_id).await?;
    let now = app.now();
    event.requires(now, Phase::Online)?;
    let people: Vec<Uuid> = requests.iter().map(|request| request.0.registration.id).collect();
    let held = ledger::hold_people(&txn, event_id, &people).await?;
    let admitted = |id: &Uuid| match held.get(id) {
        Some(registration) => entrance::may_enter(registration).map_err(|refusal| Box::new(Refused::from(refusal))),
        None => Err(Box::new(Refused::not_found())),
    };
    let mut admitted: Vec<Result<(), Box<Refused>>> = people.iter().map(admitted).collect();
    let day = event.day(now);
    let ledger = match ledger::open_held(app, &txn, event, now).await {
        Ok(open) => Some(open),
        Err(Error::Refused(frozen)) => {
            admitted = admitted.into_iter().map(|admitted| admitted.and_then(|()| Err(frozen.clone()))).collect();
            None
        }
        Err(fault) => return Err(fault),
    };
    let Some(ledger) = ledger.filter(|_| admitted.iter().any(Result::is_ok)) else {
        return Ok(admitted
            .into_iter()
            .map(|admitted| Err(admitted.err().map_or_else(|| Refused::not_found().into(), Error::Refused)))
            .collect());
    };

    let mut signed_in = signed_in_on(&txn, &people, day).await?;
    let inside = people.iter().zip(&admitted).filter(|(_, admitted)| admitted.is_ok()).map(|(id, _)| *id);
    let first: Vec<Uuid> = inside.filter(|id| signed_in.insert(*id)).collect();
    let mut awarded = award_all(&txn, &ledger, &first, day).await?;
    let earns = awarded.values().any(|awarded| awarded.points != 0);
    let again = Awarded::nothing(ledger.rules.terms(Rule::SignIn).map(|_| Rule::SignIn));
    let done = |(id, admitted): (&Uuid, Result<(), Box<Refused>>)| {
        admitted.map_err(Error::Refused)?;
        let first = awarded.remove(id);
        Ok(SignedInToday { day, first: first.is_some(), awarded: first.unwrap_or(again) })
    };
    let answers: batch::Answers<Request> = people.iter().zip(admitted).map(done).collect();
    if let Some(done) = answers.iter().flatten().next() {
        // Whoever has an answer to be kept with the work comes alone.
        txn.commit_telling(done).await?;
    }
    if earns {
        app.happenings.announce(event_id, What::PointsChanged);
    }
    Ok(answers)
}

/// Those of these people who have signed in on a day.
async fn signed_in_on(txn: &Write, people: &[Uuid], day: NaiveDate) -> Result<HashSet<Uuid>, DbErr> {
    let rows = Entity::find().filter(Column::RegistrationId.is_in(people.iter().copied())).filter(Column::Day.eq(day));
    Ok(rows.all(txn).await?.into_iter().map(|row| row.registration_id).collect())
}

/// Writes down that these people signed in, for the first time on this day; what each earns by it.
async fn award_all(
    txn: &Write,
    ledger: &ledger::Open<'_>,
    first: &[Uuid],
    day: NaiveDate,
) -> Result<HashMap<Uuid, Awarded>, Fault> {
    if first.is_empty() {
        return Ok(HashMap::new());
    }
    let row = |id: &Uuid| ActiveModel {
        registration_id: Set(*id),
        day: Set(day),
        event_id: Set(ledger.event.id),
        at: Set(ledger.now),
    };
    Entity::insert_many(first.iter().map(row)).exec_without_returning(txn).await?;
    let merit =
        |id: &Uuid| Merit { registration_id: *id, rule: Rule::SignIn, day, subject: "", actor_id: None, reason: None };
    let merits: Vec<Merit<'_>> = first.iter().map(merit).collect();
    let awarded = ledger.award_all(&merits).await?;
    Ok(first.iter().copied().zip(awarded).collect())
}
