//! Somebody's own account of their points: every line, and what the caps did to it.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ConnectionTrait, QueryOrder};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::entry;
use super::fold::Tally;
use super::frozen;
use super::rules::{Rule, RuleSet};
use crate::error::Fault;
use crate::events::event;

#[derive(Debug, Serialize, ToSchema)]
pub struct Statement {
    /// What all lines come to.
    pub points: i64,
    /// The most anybody can have at this event.
    pub most: i64,
    /// Whether nothing can change any more.
    pub frozen: bool,
    pub rules: Vec<Subtotal>,
    /// Oldest first.
    pub lines: Vec<Line>,
}

/// What one rule paid so far.
#[derive(Debug, Serialize, ToSchema)]
pub struct Subtotal {
    pub rule: Rule,
    pub points: i64,
    /// Points for the first, the second, … time on one day.
    pub per_day: Vec<i64>,
    pub cap: i64,
    /// How often it counted today, so that a person sees what today can still earn.
    pub today: i64,
}

impl Subtotal {
    /// What the rule can still pay in the whole event.
    #[must_use]
    pub fn left(&self) -> i64 {
        (self.cap - self.points).max(0)
    }
}

/// One line, and what it did when it was written.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StatementLine)]
pub struct Line {
    pub id: Uuid,
    pub at: DateTime<Utc>,
    /// The event's calendar day it counts for.
    pub day: NaiveDate,
    pub rule: Rule,
    /// What it was about: the id of a post or quiz, or the organizer's words; none where the day says enough.
    pub subject: Option<String>,
    /// What it changed; negative where it took another line back.
    pub points: i64,
    /// Whether the day's or the event's limit withheld something.
    pub capped: bool,
    /// The line it took back.
    pub reverses: Option<Uuid>,
    /// Whether an organizer entered it.
    pub by_organizer: bool,
    pub reason: Option<String>,
    /// The points after this line.
    pub total: i64,
}

/// Reads a person's statement.
pub async fn read(
    db: &impl ConnectionTrait,
    event: &event::Model,
    registration_id: Uuid,
    now: DateTime<Utc>,
) -> Result<Statement, Fault> {
    let rules = RuleSet::of(event)?;
    let entries = entry::Entity::of_person(event.id, registration_id)
        .order_by_asc(entry::Column::At)
        .order_by_asc(entry::Column::Id)
        .all(db)
        .await?;
    let frozen = frozen::is_closed(db, event, now).await?;
    let mut tally = Tally::default();
    let mut total = 0;
    let lines = entries
        .into_iter()
        .map(|entry| {
            let awarded = tally.add(entry.deed(), &rules);
            total += awarded.points;
            line(entry, awarded.points, awarded.capped, total)
        })
        .collect();
    let today = event.day(now);
    let subtotal = |(rule, terms): (Rule, &super::rules::PointTerms)| Subtotal {
        rule,
        points: tally.points_of(rule, &rules),
        per_day: terms.per_day.clone(),
        cap: terms.cap,
        today: tally.times(rule, today),
    };
    let subtotals = rules.iter().map(subtotal).collect();
    Ok(Statement { points: tally.points(&rules), most: rules.most(), frozen, rules: subtotals, lines })
}

fn line(entry: entry::Model, points: i64, capped: bool, total: i64) -> Line {
    Line {
        id: entry.id,
        at: entry.at,
        day: entry.day,
        rule: entry.rule,
        subject: Some(entry.subject).filter(|subject| !subject.is_empty()),
        points,
        capped,
        reverses: entry.reverses,
        by_organizer: entry.actor_id.is_some(),
        reason: entry.reason,
        total,
    }
}
