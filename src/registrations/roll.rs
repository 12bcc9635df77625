//! The roll of an event as its organizers read it: who applied, and how many stand where.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Select,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::registration::{self, Side, Status};
use super::search::{Search, named, parse_search};
use crate::accounts::{account, profile};
use crate::app::App;
use crate::error::{Error, Fault};
use crate::events::event;
use crate::paging::{Page, Paging};
use crate::units::unit;

/// People looked up by one statement: SQLite takes 32,766 values a statement.
const MOST_ASKED: usize = 5_000;

/// Which part of the roll is asked for.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    pub status: Option<Status>,
    pub side: Option<Side>,
    /// The unit's id.
    pub unit: Option<Uuid>,
    /// Part of a nickname or a real name, or an applicant number such as `A0012`.
    pub q: Option<String>,
    /// How many items, 1 to 200; 50 where it is left out.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u64>,
    /// `next` of the page before.
    pub cursor: Option<String>,
}

/// An applicant as the organizer sees them.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Applicant {
    pub id: Uuid,
    #[schema(example = "A0012")]
    pub number: String,
    pub status: Status,
    pub side: Side,
    pub unit: UnitName,
    pub nickname: String,
    pub real_name: Option<String>,
    /// In full years on the day of the event; by the year alone where the date of birth is not known.
    pub age: Option<i32>,
    pub education: Option<String>,
    pub email_verified: bool,
    pub answers: Value,
    pub reason: Option<String>,
    pub applied_at: DateTime<Utc>,
    pub decided_at: Option<DateTime<Utc>>,
    pub reply_by: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RollUnitName)]
pub struct UnitName {
    pub id: Uuid,
    pub name: String,
    /// The applicant wrote it down, and the union has not looked at it.
    pub typed: bool,
}

/// How many stand where.
#[derive(Clone, Debug, Serialize, FromQueryResult, ToSchema)]
pub struct Count {
    pub side: Side,
    pub status: Status,
    pub count: i64,
}

/// A page of the roll, in the order of applying.
///
/// # Errors
/// 422 for a limit, cursor or search that cannot be.
pub async fn page(app: &App, event_id: Uuid, filter: Filter) -> Result<Page<Applicant>, Error> {
    let db = app.database.reader();
    let paging = Paging { limit: filter.limit, cursor: filter.cursor.clone() };
    let (limit, after) = (paging.limit()?, paging.after()?);
    let mut rows = registration::Entity::of_event(event_id);
    if let Some(after) = after {
        rows = rows.filter(registration::Column::Number.gt(i32::try_from(after.as_u128()).unwrap_or(i32::MAX)));
    }
    let rows = narrowed(app, event_id, rows, &filter, limit + 1).await?;
    let rows = rows.order_by_asc(registration::Column::Number).limit(limit + 1).all(db).await?;
    let people = People::of(app, db, &rows).await?;
    // Numbers tell the order of applying to the last place; keys tell it to the millisecond. The cursor carries either.
    let place = |row: &registration::Model| Uuid::from_u128(u128::try_from(row.number).unwrap_or_default());
    Ok(Page::of(rows, limit, place, |row| people.applicant(row)))
}

/// Of these applications those a filter names; of those whose name is searched for, the first so many.
async fn narrowed(
    app: &App,
    event_id: Uuid,
    mut rows: Select<registration::Entity>,
    filter: &Filter,
    most: u64,
) -> Result<Select<registration::Entity>, Error> {
    if let Some(status) = filter.status {
        rows = rows.filter(registration::Column::Status.eq(status));
    }
    if let Some(side) = filter.side {
        rows = rows.filter(registration::Column::Side.eq(side));
    }
    if let Some(unit) = filter.unit {
        rows = rows.filter(registration::Column::UnitId.eq(unit));
    }
    let Some(text) = filter.q.as_deref().map(str::trim).filter(|text| !text.is_empty()) else { return Ok(rows) };
    Ok(match parse_search(text)? {
        Search::Number(number) => rows.filter(registration::Column::Number.eq(number)),
        Search::Name(part) => {
            let found = named(app, rows, &part, most).await?;
            registration::Entity::of_event(event_id).filter(registration::Column::Number.is_in(found))
        }
    })
}

/// How many applications stand where.
pub async fn counts(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Vec<Count>, Fault> {
    let counts = registration::Entity::of_event(event_id)
        .select_only()
        .column(registration::Column::Side)
        .column(registration::Column::Status)
        // Of a column of the index, so that it is enough to read that.
        .column_as(registration::Column::Side.count(), "count")
        .group_by(registration::Column::Side)
        .group_by(registration::Column::Status)
        .order_by_asc(registration::Column::Side)
        .order_by_asc(registration::Column::Status);
    Ok(counts.into_model::<Count>().all(db).await?)
}

#[derive(FromQueryResult)]
struct OfSide {
    event_id: Uuid,
    side: Side,
    count: i64,
}

/// How many living applications there are to each of these events: men and women.
pub async fn sides(db: &impl ConnectionTrait, events: Vec<Uuid>) -> Result<HashMap<Uuid, (i64, i64)>, Fault> {
    let counts = registration::Entity::find()
        .filter(registration::Column::EventId.is_in(events))
        .filter(registration::Column::Status.is_not_in([Status::Withdrawn, Status::Rejected]))
        .select_only()
        .column(registration::Column::EventId)
        .column(registration::Column::Side)
        .column_as(registration::Column::Side.count(), "count")
        .group_by(registration::Column::EventId)
        .group_by(registration::Column::Side);
    let mut sides: HashMap<Uuid, (i64, i64)> = HashMap::new();
    for OfSide { event_id, side, count } in counts.into_model::<OfSide>().all(db).await? {
        let of_event = sides.entry(event_id).or_default();
        match side {
            Side::Men => of_event.0 = count,
            Side::Women => of_event.1 = count,
        }
    }
    Ok(sides)
}

/// Everybody a filter names, in the order of applying.
///
/// # Errors
/// 422 for a search that cannot be.
pub async fn whole(
    app: &App,
    db: &impl ConnectionTrait,
    event_id: Uuid,
    filter: &Filter,
) -> Result<Vec<Applicant>, Error> {
    let rows = narrowed(app, event_id, registration::Entity::of_event(event_id), filter, u64::MAX).await?;
    let rows = rows.order_by_asc(registration::Column::Number).all(db).await?;
    let mut roll = Vec::with_capacity(rows.len());
    for some in rows.chunks(MOST_ASKED) {
        let people = People::of(app, db, some).await?;
        roll.extend(some.iter().cloned().map(|row| people.applicant(row)));
    }
    Ok(roll)
}

/// One application as the organizer sees it.
pub async fn applicant(
    app: &App,
    db: &impl ConnectionTrait,
    registration: registration::Model,
) -> Result<Applicant, Fault> {
    let people = People::of(app, db, std::slice::from_ref(&registration)).await?;
    Ok(people.applicant(registration))
}

/// What is told of applicants besides their applications.
struct People {
    profiles: HashMap<Uuid, profile::Model>,
    /// On the day of the event, in its own zone.
    ages: HashMap<Uuid, i32>,
    real_names: HashMap<Uuid, String>,
    units: HashMap<Uuid, unit::Model>,
    verified: HashMap<Uuid, bool>,
}

impl People {
    async fn of(app: &App, db: &impl ConnectionTrait, rows: &[registration::Model]) -> Result<Self, Fault> {
        let event = match rows.first() {
            Some(row) => event::Entity::find_by_id(row.event_id).one(db).await?,
            None => None,
        };
        let day = event.map(|event| event.starts_at.with_timezone(&event.zone()).date_naive()).unwrap_or_default();
        let ids: Vec<Uuid> = rows.iter().map(|row| row.account_id).collect();
        let units: Vec<Uuid> = rows.iter().map(|row| row.unit_id).collect();
        let accounts = account::Entity::find().filter(account::Column::Id.is_in(ids.iter().copied())).all(db).await?;
        let profiles = profile::Entity::find().filter(profile::Column::AccountId.is_in(ids)).all(db).await?;
        let units = unit::Entity::find().filter(unit::Column::Id.is_in(units)).all(db).await?;
        let (mut real_names, mut ages) = (HashMap::new(), HashMap::new());
        for profile in &profiles {
            if let Some(age) = profile.age_on(&app.secrets, day)? {
                ages.insert(profile.account_id, age);
            }
            if let Some(name) = profile.real_name(&app.secrets)? {
                real_names.insert(profile.account_id, name);
            }
        }
        Ok(Self {
            ages,
            real_names,
            profiles: profiles.into_iter().map(|profile| (profile.account_id, profile)).collect(),
            units: units.into_iter().map(|unit| (unit.id, unit)).collect(),
            verified: accounts.into_iter().map(|account| (account.id, account.verified_at.is_some())).collect(),
        })
    }

    fn applicant(&self, row: registration::Model) -> Applicant {
        let (profile, unit) = (self.profiles.get(&row.account_id), self.units.get(&row.unit_id));
        Applicant {
            id: row.id,
            number: row.label(),
            status: row.status,
            side: row.side,
            unit: UnitName {
                id: row.unit_id,
                name: unit.map(|unit| unit.name.clone()).unwrap_or_default(),
                typed: unit.is_some_and(|unit| unit.typed_at.is_some()),
            },
            nickname: profile.map(|profile| profile.nickname.clone()).unwrap_or_default(),
            real_name: self.real_names.get(&row.account_id).cloned(),
            age: self.ages.get(&row.account_id).copied(),
            education: profile.and_then(|profile| profile.education.clone()),
            email_verified: self.verified.get(&row.account_id).copied().unwrap_or_default(),
            answers: row.answers,
            reason: row.reason,
            applied_at: row.applied_at,
            decided_at: row.decided_at,
            reply_by: row.reply_by,
        }
    }
}
