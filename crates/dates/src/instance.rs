//! The planner as a plain program reads and answers it, so that anyone can recompute an evening.

use crate::gathering::{Gathering, Guest, Round, Scores};
use crate::merit::Merit;
use crate::rolling::{Plan, Wishes, plan};
use serde::{Deserialize, Serialize};

/// The most people of one side, and the most rounds, that keep the arithmetic inside 63 bits.
const LARGEST_SIDE: usize = 5_000;
const MOST_ROUNDS: usize = 100;
/// Scores and histories above this are a mistake.
const HIGHEST_SCORE: i64 = 1_000;
const LONGEST_HISTORY: i64 = 1_000;

/// An instance file: `m` men, `w` women, `R` rounds, `T` tables, `wt[man][woman]` their score from
/// 0 to 1000 or null where they may not meet, `had_*` dates so far, `cap_*` rounds each can still attend.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instance {
    m: usize,
    w: usize,
    #[serde(rename = "R")]
    rounds: usize,
    #[serde(rename = "T")]
    tables: usize,
    wt: Vec<Vec<Option<i64>>>,
    had_m: Option<Vec<i64>>,
    had_w: Option<Vec<i64>>,
    cap_m: Option<Vec<i64>>,
    cap_w: Option<Vec<i64>>,
}

/// The plan as it is printed.
#[derive(Debug, Serialize)]
pub struct Answer {
    /// Man and woman of each date, round by round.
    pub rounds: Vec<Round>,
    /// Dates per person, history included, sorted upwards; without those who can attend no round.
    pub profile: Vec<u32>,
    pub total: u64,
}

/// Reads an instance; a refusal is one line that names the field.
pub fn read(text: &str) -> Result<Instance, String> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let instance: Instance = serde_path_to_error::deserialize(&mut reader).map_err(|wrong| wrong.to_string())?;
    reader.end().map_err(|wrong| wrong.to_string())?;
    instance.check()?;
    Ok(instance)
}

impl Instance {
    fn check(&self) -> Result<(), String> {
        within("m", self.m as i64, LARGEST_SIDE as i64)?;
        within("w", self.w as i64, LARGEST_SIDE as i64)?;
        within("R", self.rounds as i64, MOST_ROUNDS as i64)?;
        if self.wt.len() != self.m {
            return Err(format!("wt: {} rows where there are {} men", self.wt.len(), self.m));
        }
        for (man, row) in self.wt.iter().enumerate() {
            if row.len() != self.w {
                return Err(format!("wt[{man}]: {} scores where there are {} women", row.len(), self.w));
            }
            for (woman, score) in row.iter().enumerate() {
                within(&format!("wt[{man}][{woman}]"), score.unwrap_or(0), HIGHEST_SCORE)?;
            }
        }
        per_person("had_m", &self.had_m, self.m, LONGEST_HISTORY)?;
        per_person("had_w", &self.had_w, self.w, LONGEST_HISTORY)?;
        per_person("cap_m", &self.cap_m, self.m, i64::MAX)?;
        per_person("cap_w", &self.cap_w, self.w, i64::MAX)
    }

    /// The answer: fairest counts, then the highest total.
    ///
    /// `cap_*` says how many rounds a person can still attend and not which. So the dates of whoever
    /// cannot attend all go into the first rounds where that costs nothing, and into any rounds otherwise;
    /// either way counts and total are the best there are.
    pub fn answer(&self) -> Answer {
        let leaving = plan(&self.gathering(true), &Wishes::default());
        let found = if leaving.is_proven() { leaving } else { plan(&self.gathering(false), &Wishes::default()) };
        let Plan { rounds, merit: Merit { profile, total }, .. } = found;
        Answer { rounds, profile, total }
    }

    fn gathering(&self, leave_early: bool) -> Gathering {
        let mut scores = Scores::none(self.m, self.w);
        for (man, row) in self.wt.iter().enumerate() {
            for (woman, score) in row.iter().enumerate() {
                scores.set((man, woman), score.and_then(|score| u32::try_from(score).ok()));
            }
        }
        let guests = |people: usize, had: &Option<Vec<i64>>, cap: &Option<Vec<i64>>| {
            let figure = |figures: &Option<Vec<i64>>, at: usize| figures.as_ref().and_then(|all| all.get(at).copied());
            let guest = |at: usize| {
                let cap = figure(cap, at).and_then(|cap| usize::try_from(cap).ok());
                let most = cap.map_or(self.rounds, |cap| cap.min(self.rounds));
                Guest {
                    had: figure(had, at).and_then(|had| u32::try_from(had).ok()).unwrap_or(0),
                    until: if leave_early { most } else { self.rounds },
                    most,
                    ..Guest::default()
                }
            };
            (0..people).map(guest).collect()
        };
        Gathering {
            men: guests(self.m, &self.had_m, &self.cap_m),
            women: guests(self.w, &self.had_w, &self.cap_w),
            scores,
            rounds: self.rounds,
            tables: self.tables.min(self.m.min(self.w)),
        }
    }
}

fn within(field: &str, value: i64, most: i64) -> Result<(), String> {
    if (0..=most).contains(&value) {
        return Ok(());
    }
    Err(if most == i64::MAX {
        format!("{field}: {value} is below 0")
    } else {
        format!("{field}: {value} is not between 0 and {most}")
    })
}

fn per_person(field: &str, figures: &Option<Vec<i64>>, people: usize, most: i64) -> Result<(), String> {
    let Some(figures) = figures else { return Ok(()) };
    if figures.len() != people {
        return Err(format!("{field}: {} figures for {people} people", figures.len()));
    }
    figures.iter().enumerate().try_for_each(|(at, figure)| within(&format!("{field}[{at}]"), *figure, most))
}
