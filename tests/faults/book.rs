//! What the clients were told: their own account, kept apart from the house.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use tokio::sync::watch;

use crate::fixtures::person::Answer;

/// What became of something, as far as whoever did it was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// It is done, for good.
    Done,
    /// It is not, and nothing was changed.
    Not,
    /// Nobody said, or it was said that nobody knows.
    Unknown,
}

impl Said {
    pub fn of(answer: Option<&Answer>) -> Self {
        let Some(answer) = answer else { return Self::Unknown };
        match (answer.status, answer.code()) {
            (200..300, _) | (409, "answer_lost") => Self::Done,
            (_, "outcome_unknown" | "request_in_progress") => Self::Unknown,
            _ => Self::Not,
        }
    }
}

/// One kind of act and which one, or whose.
type Key = (&'static str, String);

#[derive(Default)]
pub struct Book {
    /// Things that are there or not.
    acts: Mutex<BTreeMap<Key, Said>>,
    /// Things that have one value after another: those it may have now.
    values: Mutex<BTreeMap<Key, Vec<String>>>,
    /// What was found when it could be seen.
    seen: Mutex<BTreeMap<&'static str, BTreeSet<String>>>,
    /// How much of a kind was acknowledged.
    acknowledged: Mutex<BTreeMap<&'static str, u64>>,
    /// How many answers came, lost ones too.
    answers: watch::Sender<u64>,
    /// How often which answer came.
    statuses: Mutex<BTreeMap<(u16, String), u64>>,
}

/// What one look at a kind came to.
#[derive(Default)]
pub struct Look {
    pub found: u64,
    pub lost: u64,
    pub doubled: u64,
    pub wrong: Vec<String>,
}

impl Book {
    /// Notes an act before it is tried, and what was said of it after.
    pub fn act(&self, kind: &'static str, key: &str, heard: Said) {
        self.counts(kind, heard);
        self.acts.lock().unwrap().insert((kind, key.to_owned()), heard);
    }

    pub fn outcome_of(&self, kind: &'static str, key: &str) -> Option<Said> {
        self.acts.lock().unwrap().get(&(kind, key.to_owned())).copied()
    }

    /// Somebody is about to set this, which was something else at first.
    pub fn sets(&self, kind: &'static str, whose: &str, at_first: &str, value: &str) {
        let mut values = self.values.lock().unwrap();
        values.entry((kind, whose.to_owned())).or_insert_with(|| vec![at_first.to_owned()]).push(value.to_owned());
    }

    /// And was told this.
    pub fn set(&self, kind: &'static str, whose: &str, value: &str, heard: Said) {
        self.counts(kind, heard);
        let mut values = self.values.lock().unwrap();
        let possible = values.get_mut(&(kind, whose.to_owned())).unwrap();
        match heard {
            Said::Done => *possible = vec![value.to_owned()],
            Said::Not => possible.retain(|other| other != value),
            Said::Unknown => {}
        }
    }

    /// Something was found that cannot be seen again later.
    pub fn saw(&self, kind: &'static str, key: &str) {
        self.seen.lock().unwrap().entry(kind).or_default().insert(key.to_owned());
    }

    pub fn seen(&self, kind: &'static str) -> Vec<String> {
        self.seen.lock().unwrap().get(kind).into_iter().flatten().cloned().collect()
    }

    fn counts(&self, kind: &'static str, heard: Said) {
        *self.acknowledged.lock().unwrap().entry(kind).or_default() += u64::from(heard == Said::Done);
    }

    pub fn acknowledged(&self) -> BTreeMap<&'static str, u64> {
        self.acknowledged.lock().unwrap().clone()
    }

    /// An answer came, or none will.
    pub fn heard(&self, answer: Option<&Answer>) {
        let (status, code) = answer.map_or((0, "no answer"), |answer| (answer.status, answer.code()));
        *self.statuses.lock().unwrap().entry((status, code.to_owned())).or_default() += 1;
        self.answers.send_modify(|answers| *answers += 1);
    }

    pub fn answers(&self) -> watch::Receiver<u64> {
        self.answers.subscribe()
    }

    pub fn statuses(&self) -> BTreeMap<(u16, String), u64> {
        self.statuses.lock().unwrap().clone()
    }

    /// Compares what was told with all that is found of a kind. What was unknown is known from here on.
    pub fn check(&self, kind: &'static str, found: &[String]) -> Look {
        let mut look = Look::default();
        let mut count: BTreeMap<&str, u64> = BTreeMap::new();
        for key in found {
            *count.entry(key).or_default() += 1;
        }
        let mut acts = self.acts.lock().unwrap();
        for ((_, key), heard) in acts.iter_mut().filter(|((of, _), _)| *of == kind) {
            let times = count.remove(key.as_str()).unwrap_or(0);
            let seen = if times == 0 { Said::Not } else { Said::Done };
            look.found += u64::from(times > 0);
            if times > 1 {
                look.doubled += 1;
                look.wrong.push(format!("{kind} {key}: there {times} times"));
            }
            match (*heard, seen) {
                (Said::Done, Said::Not) => {
                    look.lost += 1;
                    look.wrong.push(format!("{kind} {key}: acknowledged, and not there"));
                }
                (Said::Not, Said::Done) => look.wrong.push(format!("{kind} {key}: told as not done, and there")),
                _ => {}
            }
            *heard = seen;
        }
        look.wrong.extend(count.keys().map(|key| format!("{kind} {key}: there, and nobody did it")));
        look
    }

    /// Whose values of a kind are known.
    pub fn owners(&self, kind: &'static str) -> Vec<String> {
        let values = self.values.lock().unwrap();
        values.keys().filter(|(of, _)| *of == kind).map(|(_, whose)| whose.clone()).collect()
    }

    /// Compares a value with those it may have.
    pub fn check_value(&self, kind: &'static str, whose: &str, found: &str) -> Look {
        let mut values = self.values.lock().unwrap();
        let possible = values.get_mut(&(kind, whose.to_owned())).unwrap();
        let mut look = Look { found: 1, ..Look::default() };
        if !possible.iter().any(|value| value == found) {
            (look.found, look.lost) = (0, 1);
            look.wrong.push(format!("{kind} of {whose}: {found}, and may be {possible:?}"));
        }
        *possible = vec![found.to_owned()];
        look
    }
}
