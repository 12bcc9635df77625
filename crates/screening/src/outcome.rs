//! What a screening came to, as it is published and as `queqiao screen` prints it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::applicant::{Applicant, Side};
use super::explain::{self, Explanation};
use super::infeasible::Infeasible;
use super::lottery::Hash;
use super::pool::Pool;
use super::rules::{Fallback, Rules};
use super::select::{Selection, select};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// Seats that were given out by the rules, after a fallback where one was needed.
    pub seats: u32,
    /// Numbers in rank order; nothing where the quotas cannot be met.
    pub selected: Option<Vec<String>>,
    pub standby: Standby,
    /// Why somebody was not selected, by number.
    pub explanations: BTreeMap<String, Explanation>,
    pub infeasible: Option<Infeasible>,
    /// There only where the rules as asked could not be met and the declared fallback was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<Used>,
}

/// Who waits, best first: a seat given back by one side goes to the same side.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standby {
    pub men: Vec<String>,
    pub women: Vec<String>,
}

impl Standby {
    pub fn of(&self, side: Side) -> &[String] {
        match side {
            Side::Men => &self.men,
            Side::Women => &self.women,
        }
    }
}

/// The fallback that was used, the rules that came of it, and why the rules as asked could not be met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = ScreeningFallbackUsed))]
#[serde(deny_unknown_fields)]
pub struct Used {
    pub used: Fallback,
    pub rules: Rules,
    pub because: Infeasible,
}

/// Ranks the applicants and applies the rules. Pure: the same list, rules and seed give the same outcome, byte for byte.
pub fn screen(applicants: &[Applicant], rules: &Rules, seed: &Hash) -> Outcome {
    let pool = Pool::rank(applicants, seed);
    match select(&pool, rules) {
        Ok(selection) => explained(&pool, rules, &selection, None),
        Err(because) => match fallen_back(&pool, rules) {
            Some((used, selection)) => {
                explained(&pool, &used, &selection, Some(Used { used: rules.fallback, rules: used.clone(), because }))
            }
            None => Outcome {
                seats: rules.seats,
                selected: None,
                standby: Standby::default(),
                explanations: BTreeMap::new(),
                infeasible: Some(because),
                fallback: None,
            },
        },
    }
}

/// The first rules along the declared fallback that can be met.
fn fallen_back(pool: &Pool, rules: &Rules) -> Option<(Rules, Selection)> {
    match rules.fallback {
        Fallback::None => None,
        Fallback::ReduceSeats => {
            let people = u32::try_from(pool.len()).unwrap_or(u32::MAX);
            let fewer = (1..rules.seats.min(people.saturating_add(1))).rev().map(|seats| rules.reduced(seats));
            first_met(pool, fewer)
        }
        Fallback::WidenBalance => first_met(pool, (1..).map_while(|steps| rules.widened(steps))),
    }
}

fn first_met(pool: &Pool, candidates: impl Iterator<Item = Rules>) -> Option<(Rules, Selection)> {
    candidates
        .filter(|rules| rules.check().is_ok())
        .find(|rules| super::select::can_start(pool, rules))
        .and_then(|rules| select(pool, &rules).ok().map(|selection| (rules, selection)))
}

fn explained(pool: &Pool, rules: &Rules, selection: &Selection, fallback: Option<Used>) -> Outcome {
    let mut selected = Vec::new();
    let mut standby = Standby::default();
    for (ranked, taken) in pool.iter().zip(&selection.taken) {
        let person = &ranked.applicant;
        let list = match (taken, person.side) {
            (true, _) => &mut selected,
            (false, Side::Men) => &mut standby.men,
            (false, Side::Women) => &mut standby.women,
        };
        list.push(person.number.clone());
    }
    let waiting = usize::try_from(rules.standby.unwrap_or(u32::MAX)).unwrap_or(usize::MAX);
    standby.men.truncate(waiting);
    standby.women.truncate(waiting);
    Outcome {
        seats: rules.seats,
        selected: Some(selected),
        standby,
        explanations: explain::explain(pool, rules, selection),
        infeasible: None,
        fallback,
    }
}
