//! One line of the ledger. Lines are only ever added: what takes one back is a line too, and the
//! database refuses everything else.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter, QuerySelect};

use super::fold::Tally;
use super::rules::{Deed, Rule};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "points_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    pub registration_id: Uuid,
    pub rule: Rule,
    /// The event's own calendar day of the action, fixed when it happened.
    pub day: Date,
    /// What it was about, so that the same thing counts once: a post, a quiz; empty where the day
    /// says enough.
    pub subject: String,
    /// +1, or −1 where the line takes another one back.
    pub effect: i32,
    pub reverses: Option<Uuid>,
    /// The organizer who entered it; None where the person's own action did.
    pub actor_id: Option<Uuid>,
    pub reason: Option<String>,
    pub at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    #[must_use]
    pub fn of_event(event_id: Uuid) -> Select<Self> {
        Self::find().filter(Column::EventId.eq(event_id))
    }

    #[must_use]
    pub fn of_person(event_id: Uuid, registration_id: Uuid) -> Select<Self> {
        Self::of_event(event_id).filter(Column::RegistrationId.eq(registration_id))
    }
}

impl Model {
    #[must_use]
    pub fn deed(&self) -> Deed {
        Deed { rule: self.rule, day: self.day, effect: self.effect.into() }
    }

    /// The line as the digest reads it: everything it says, separated by tabs, which no field
    /// holds. What is missing is a dash.
    #[must_use]
    pub fn canonical(&self) -> String {
        let or_dash = |id: Option<Uuid>| id.map_or_else(|| "-".to_owned(), |id| id.to_string());
        [
            self.id.to_string(),
            self.registration_id.to_string(),
            self.rule.to_value().to_string(),
            self.day.to_string(),
            self.subject.clone(),
            self.effect.to_string(),
            or_dash(self.reverses),
            or_dash(self.actor_id),
            self.reason.clone().unwrap_or_else(|| "-".to_owned()),
            self.at.to_rfc3339_opts(SecondsFormat::Micros, true),
        ]
        .join("\t")
    }
}

/// How often a person did what, day by day; of one rule where it is named.
pub async fn tally_of_person(
    db: &impl ConnectionTrait,
    event_id: Uuid,
    registration_id: Uuid,
    only: Option<Rule>,
) -> Result<Tally, DbErr> {
    let mut lines = Entity::of_person(event_id, registration_id);
    if let Some(rule) = only {
        lines = lines.filter(Column::Rule.eq(rule));
    }
    let days = lines
        .select_only()
        .column(Column::Rule)
        .column(Column::Day)
        .column_as(Column::Effect.sum(), "times")
        .group_by(Column::Rule)
        .group_by(Column::Day)
        .into_tuple::<(Rule, NaiveDate, i64)>()
        .all(db)
        .await?;
    let mut tally = Tally::default();
    for (rule, day, times) in days {
        tally.count(rule, day, times);
    }
    Ok(tally)
}

/// As [`tally_of_person`], of these people and rules.
pub async fn tallies_of(
    db: &impl ConnectionTrait,
    event_id: Uuid,
    people: &BTreeSet<Uuid>,
    rules: &BTreeSet<Rule>,
) -> Result<BTreeMap<Uuid, Tally>, DbErr> {
    let mut tallies: BTreeMap<Uuid, Tally> = BTreeMap::new();
    if people.is_empty() {
        return Ok(tallies);
    }
    let days = Entity::of_event(event_id)
        .filter(Column::RegistrationId.is_in(people.iter().copied()))
        .filter(Column::Rule.is_in(rules.iter().copied()))
        .select_only()
        .column(Column::RegistrationId)
        .column(Column::Rule)
        .column(Column::Day)
        .column_as(Column::Effect.sum(), "times")
        .group_by(Column::RegistrationId)
        .group_by(Column::Rule)
        .group_by(Column::Day)
        .into_tuple::<(Uuid, Rule, NaiveDate, i64)>()
        .all(db)
        .await?;
    for (registration_id, rule, day, times) in days {
        tallies.entry(registration_id).or_default().count(rule, day, times);
    }
    Ok(tallies)
}

/// Writes lines; the ids of those that were not counted before.
pub async fn insert_all(db: &impl ConnectionTrait, lines: Vec<ActiveModel>) -> Result<HashSet<Uuid>, DbErr> {
    let ids: Vec<Uuid> = lines.iter().filter_map(|line| line.id.try_as_ref().copied()).collect();
    if lines.is_empty() {
        return Ok(HashSet::new());
    }
    let once = OnConflict::new().do_nothing().to_owned();
    let written = Entity::insert_many(lines).on_conflict(once).exec_without_returning(db).await?;
    if written == ids.len() as u64 {
        return Ok(ids.into_iter().collect());
    }
    let found = Entity::find().filter(Column::Id.is_in(ids)).select_only().column(Column::Id);
    Ok(found.into_tuple::<Uuid>().all(db).await?.into_iter().collect())
}

/// What everybody with a line did, and in how many lines; only what was entered before a moment, where one is given.
pub async fn tallies(
    db: &impl ConnectionTrait,
    event_id: Uuid,
    before: Option<DateTime<Utc>>,
) -> Result<(BTreeMap<Uuid, Tally>, u64), DbErr> {
    let mut lines = Entity::of_event(event_id);
    if let Some(before) = before {
        lines = lines.filter(Column::At.lt(before));
    }
    let rows = lines
        .select_only()
        .column(Column::RegistrationId)
        .column(Column::Rule)
        .column(Column::Day)
        .column_as(Column::Effect.sum(), "times")
        .column_as(Column::Id.count(), "lines")
        .group_by(Column::RegistrationId)
        .group_by(Column::Rule)
        .group_by(Column::Day)
        .into_tuple::<(Uuid, Rule, NaiveDate, i64, i64)>()
        .all(db)
        .await?;
    let mut tallies: BTreeMap<Uuid, Tally> = BTreeMap::new();
    let mut counted = 0;
    for (registration_id, rule, day, times, lines) in rows {
        tallies.entry(registration_id).or_default().count(rule, day, times);
        counted += lines.unsigned_abs();
    }
    Ok((tallies, counted))
}

/// The lines about one fact: the entry, what took it back, what restored it, and so on.
pub async fn about(
    db: &impl ConnectionTrait,
    event_id: Uuid,
    registration_id: Uuid,
    rule: Rule,
    day: NaiveDate,
    subject: &str,
) -> Result<Vec<Model>, DbErr> {
    Entity::of_person(event_id, registration_id)
        .filter(Column::Rule.eq(rule))
        .filter(Column::Day.eq(day))
        .filter(Column::Subject.eq(subject))
        .all(db)
        .await
}

/// The lines entered from `from` on, for the digests.
pub async fn since(
    db: &impl ConnectionTrait,
    event_id: Uuid,
    from: Option<DateTime<Utc>>,
) -> Result<Vec<Model>, DbErr> {
    let lines = Entity::of_event(event_id);
    match from {
        Some(from) => lines.filter(Column::At.gte(from)),
        None => lines,
    }
    .all(db)
    .await
}
