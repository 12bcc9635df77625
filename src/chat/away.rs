//! Who is out of whose sight in a room, and since when: what they said goes from the pages that are open.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Since when somebody is out of somebody's sight.
#[derive(Clone, Copy, Debug)]
pub struct Away {
    /// The look that saw it first.
    look: u64,
    /// The moment, where it is known.
    at: Option<DateTime<Utc>>,
}

/// For each person those whom they do not see.
pub type Apart = HashMap<Uuid, HashMap<Uuid, Away>>;

/// Those whom nobody sees.
pub type Left = HashMap<Uuid, Away>;

impl Away {
    /// Whether it is new to a listener who heard of this look last, as to something that was said then; None as `looked`
    /// has just come, and has read what was said before.
    #[must_use]
    pub fn is_new(self, said_at: DateTime<Utc>, looked: Option<u64>) -> bool {
        match (looked, self.at) {
            (Some(looked), _) => self.look > looked,
            (None, Some(at)) => said_at <= at,
            (None, None) => true,
        }
    }
}

/// Who does not see whom in this look, after the one before.
#[must_use]
pub fn apart(look: u64, before: Option<&Apart>, now: HashMap<Uuid, HashMap<Uuid, DateTime<Utc>>>) -> Apart {
    let mut apart = Apart::with_capacity(now.len());
    for (one, others) in now {
        let was = before.and_then(|before| before.get(&one));
        let mut of_one = HashMap::with_capacity(others.len());
        for (other, at) in others {
            let look = was.and_then(|was| was.get(&other)).map_or(look, |away| away.look);
            of_one.insert(other, Away { look, at: Some(at) });
        }
        apart.insert(one, of_one);
    }
    apart
}

/// As [`apart`], whom nobody sees.
#[must_use]
pub fn left(look: u64, before: Option<&Left>, now: impl IntoIterator<Item = Uuid>) -> Left {
    let since = |one: Uuid| before.and_then(|before| before.get(&one)).map_or(look, |away| away.look);
    now.into_iter().map(|one| (one, Away { look: since(one), at: None })).collect()
}
