//! The record of seats that were added after a run. It names the record before it by its digest, so that whoever has both
//! can compute again who was asked; nobody who holds a seat loses it.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::record::{NotHolding, Record};
use queqiao_screening::applicant::Applicant;
use queqiao_screening::infeasible::Infeasible;
use queqiao_screening::limit::Obstacle;
use queqiao_screening::rules::Rules;
use queqiao_screening::succession::{promote, rules_for_more};

pub const FORMAT: &str = "queqiao/screening-addition/v1";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Addition {
    pub format: String,
    pub event: String,
    /// Counts the additions to the event's run from 1.
    pub number: u32,
    /// SHA-256 of the record before this one: of the run, or of the addition before.
    pub after: String,
    pub at: DateTime<Utc>,
    pub reason: String,
    pub added: Added,
    /// The rules from now on.
    pub rules: Rules,
    /// Numbers of those who held a seat, and of those who waited; who is named in neither had left by then.
    pub holders: Vec<String>,
    pub waiting: Vec<String>,
    /// Who was asked, best first.
    pub offered: Vec<String>,
}

/// So many seats more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Added {
    pub men: u32,
    pub women: u32,
}

/// Where an addition follows on: the record before it, the rules until then, and its number.
#[derive(Clone, Debug)]
pub struct Follows {
    pub digest: String,
    pub rules: Rules,
    pub number: u32,
}

impl Follows {
    /// The first addition to a run.
    #[must_use]
    pub fn run(record: &Record, bytes: &[u8]) -> Self {
        Self { digest: digest(bytes), rules: record.rules_used().clone(), number: 1 }
    }

    /// The one after this.
    #[must_use]
    pub fn addition(addition: &Addition, bytes: &[u8]) -> Self {
        Self { digest: digest(bytes), rules: addition.rules.clone(), number: addition.number + 1 }
    }
}

/// SHA-256, in hexadecimal.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

/// What was asked for.
#[derive(Clone, Debug)]
pub struct AdditionRequest {
    pub event: String,
    pub at: DateTime<Utc>,
    pub reason: String,
    pub added: Added,
}

impl Addition {
    /// Finds out who comes in, and writes down how. `people` have their names down, and are held where they hold a seat.
    ///
    /// # Errors
    /// The limits that keep somebody out of one of the seats.
    pub fn make(
        order: AdditionRequest,
        follows: &Follows,
        people: &[Applicant],
        seed: &[u8; 32],
    ) -> Result<Self, Infeasible> {
        let (holders, waiting): (Vec<&Applicant>, Vec<&Applicant>) = people.iter().partition(|person| person.held);
        let Added { men, women } = order.added;
        let numbers = |people: &[&Applicant]| {
            let mut numbers: Vec<String> = people.iter().map(|person| person.number.clone()).collect();
            numbers.sort();
            numbers
        };
        let (held, waits) = (numbers(&holders), numbers(&waiting));
        let holds = |number: &str| held.binary_search_by(|held| held.as_str().cmp(number)).is_ok();
        let one_more = rules_for_more(&follows.rules, &holders, men, women);
        let offered = promote(people, &one_more, seed, &holds, &|_| false)?;
        Ok(Self {
            format: FORMAT.to_owned(),
            event: order.event,
            number: follows.number,
            after: follows.digest.clone(),
            at: order.at,
            reason: order.reason,
            added: order.added,
            rules: follows.rules.enlarged(men, women),
            holders: held,
            waiting: waits,
            offered,
        })
    }

    /// As a run is written: compact JSON in the order of the fields, and a line break.
    pub fn bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Computes again who was asked, from the run and what is said of who had left.
    ///
    /// # Errors
    /// What does not follow.
    pub fn verify(bytes: &[u8], run: &Record, follows: &Follows) -> Result<Self, NotHolding> {
        let recorded: Self =
            serde_json::from_slice(bytes).map_err(|error| NotHolding::Unreadable(error.to_string()))?;
        if recorded.format != FORMAT {
            return Err(NotHolding::Unreadable(format!("format \"{}\"", recorded.format)));
        }
        let people = recorded.people(run)?;
        let (at, reason) = (recorded.at, recorded.reason.clone());
        let order = AdditionRequest { event: run.event.clone(), at, reason, added: recorded.added };
        let found = Self::make(order, follows, &people, &run.seed());
        let found = found.map_err(|why| differs("offered", recorded.offered.join(", "), listed(&why.limits)))?;
        for (field, recorded, found) in [
            ("event", &recorded.event, &found.event),
            ("number", &recorded.number.to_string(), &found.number.to_string()),
            ("after", &recorded.after, &found.after),
            ("rules", &spelled(&recorded.rules), &spelled(&found.rules)),
            ("offered", &recorded.offered.join(", "), &found.offered.join(", ")),
        ] {
            if recorded != found {
                return Err(differs(field, recorded.clone(), found.clone()));
            }
        }
        match found.bytes() {
            Ok(written) if written == bytes => Ok(found),
            _ => Err(NotHolding::Bytes),
        }
    }

    /// Those it names, as the run knew them: whoever it neither selected nor kept waiting cannot be among them.
    fn people(&self, run: &Record) -> Result<Vec<Applicant>, NotHolding> {
        let standby = &run.outcome.standby;
        let placed = run.outcome.selected.iter().flatten().chain(&standby.men).chain(&standby.women);
        let placed: HashSet<&str> = placed.map(String::as_str).collect();
        let screened = run.applicants();
        let mut people = Vec::new();
        for (numbers, held) in [(&self.holders, true), (&self.waiting, false)] {
            for number in numbers {
                let field = if held { "holders" } else { "waiting" };
                let unknown = || differs(field, number.clone(), "nobody the run had placed".to_owned());
                let found = screened.iter().find(|one| one.number == *number && placed.contains(number.as_str()));
                people.push(Applicant { held, ..found.ok_or_else(unknown)?.clone() });
            }
        }
        Ok(people)
    }
}

fn spelled(rules: &Rules) -> String {
    serde_json::to_string(rules).unwrap_or_default()
}

fn listed(limits: &[Obstacle]) -> String {
    limits.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn differs(field: &'static str, recorded: String, found: String) -> NotHolding {
    NotHolding::Differs { field, recorded, found }
}
