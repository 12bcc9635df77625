//! What somebody can still earn today, so that they know before they try.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::entry;
use super::fold::Tally;
use super::frozen;
use super::rules::{Deed, Rule, RuleSet};
use crate::error::Fault;
use crate::events::event;

/// Where somebody stands today.
#[derive(Clone, Debug)]
pub struct Today {
    tally: Tally,
    rules: RuleSet,
    day: NaiveDate,
    frozen: bool,
}

/// Reads what a person has.
pub async fn of_person(
    db: &impl ConnectionTrait,
    event: &event::Model,
    registration_id: Uuid,
    now: DateTime<Utc>,
) -> Result<Today, Fault> {
    Ok(Today {
        tally: entry::tally_of_person(db, event.id, registration_id, None).await?,
        rules: RuleSet::of(event)?,
        day: event.day(now),
        frozen: frozen::is_closed(db, event, now).await?,
    })
}

impl Today {
    /// The points so far.
    #[must_use]
    pub fn points(&self) -> i64 {
        self.tally.points(&self.rules)
    }

    /// What each further time still pays today, after `waiting` more deeds of today were counted; None where this event
    /// does not reward the rule, or nothing can be added any more.
    #[must_use]
    pub fn steps(&self, rule: Rule, waiting: i64) -> Option<Vec<i64>> {
        let terms = self.rules.terms(rule).filter(|_| !self.frozen)?;
        let mut tally = self.tally.clone();
        tally.count(rule, self.day, waiting);
        let mut pays = || tally.add(Deed { rule, day: self.day, effect: 1 }, &self.rules).points;
        Some(terms.per_day.iter().map(|_| pays()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today(posts: i64, before: i64) -> Today {
        let day = NaiveDate::from_ymd_opt(2026, 8, 22).unwrap();
        let mut tally = Tally::default();
        tally.count(Rule::Post, day, posts);
        for earlier in 1..=before {
            tally.count(Rule::Post, NaiveDate::from_ymd_opt(2026, 8, u32::try_from(earlier).unwrap()).unwrap(), 2);
        }
        Today { tally, rules: RuleSet::default(), day, frozen: false }
    }

    #[test]
    fn the_next_step_is_told_and_what_waits_is_counted() {
        let steps = |today: Today, waiting| today.steps(Rule::Post, waiting);
        assert_eq!(steps(today(0, 0), 0), Some(vec![4, 2]));
        assert_eq!(steps(today(1, 0), 0), Some(vec![2, 0]));
        assert_eq!(steps(today(0, 0), 1), Some(vec![2, 0]));
        assert_eq!(steps(today(1, 0), 1), Some(vec![0, 0]));
        assert_eq!(steps(today(0, 5), 0), Some(vec![0, 0]), "the cap of the whole event");
        assert_eq!(steps(Today { frozen: true, ..today(0, 0) }, 0), None);
    }
}
