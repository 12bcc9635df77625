//! When people came in, as a curve.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use utoipa::ToSchema;

/// The most steps a curve of arrivals has.
const MOST_STEPS: i64 = 36;
/// How long one of them may be, in minutes.
const STEPS: [i64; 5] = [5, 10, 30, 60, 1440];

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Arrivals {
    pub from: DateTime<Utc>,
    pub people: usize,
}

/// In steps of the shortest length that needs no more than [`MOST_STEPS`]. A clock far out of step
/// makes the steps longer, never more.
#[must_use]
pub fn arrivals(moments: Vec<DateTime<Utc>>) -> Vec<Arrivals> {
    let minutes: Vec<i64> = moments.iter().map(|at| at.timestamp().div_euclid(60)).collect();
    let (Some(first), Some(last)) = (minutes.iter().min(), minutes.iter().max()) else { return Vec::new() };
    let fits = |step: &i64| last.div_euclid(*step) - first.div_euclid(*step) < MOST_STEPS;
    let step = STEPS.into_iter().find(fits).unwrap_or(last - first + 1);
    let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
    for minute in &minutes {
        *counts.entry(minute.div_euclid(step)).or_default() += 1;
    }
    let from = |at: i64| DateTime::UNIX_EPOCH + TimeDelta::minutes(at * step);
    let (first, last) = (first.div_euclid(step), last.div_euclid(step));
    (first..=last).map(|at| Arrivals { from: from(at), people: counts.get(&at).copied().unwrap_or(0) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: &[i64]) -> Vec<DateTime<Utc>> {
        let begin: DateTime<Utc> = "2026-08-22T05:58:00Z".parse().unwrap();
        minutes.iter().map(|minute| begin + TimeDelta::minutes(*minute)).collect()
    }

    #[test]
    fn arrivals_have_no_gap_and_lose_nobody() {
        let figures = arrivals(at(&[0, 1, 3, 4, 17]));
        let people: Vec<usize> = figures.iter().map(|step| step.people).collect();
        assert_eq!((figures[0].from, people), ("2026-08-22T05:55:00Z".parse().unwrap(), vec![2, 2, 0, 0, 1]));
        assert_eq!(arrivals(Vec::new()), []);
    }

    #[test]
    fn a_clock_far_out_of_step_makes_few_long_steps() {
        for late in [200, 1000, 30_000, 40_000_000] {
            let figures = arrivals(at(&[0, 5, late]));
            assert!(figures.len() <= usize::try_from(MOST_STEPS).unwrap(), "{late}: {}", figures.len());
            assert_eq!(figures.iter().map(|step| step.people).sum::<usize>(), 3);
        }
    }
}
