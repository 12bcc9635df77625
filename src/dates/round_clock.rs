//! The clock of a round on a page: what it says while nothing ticks, and what lets a page tick.

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;

use super::date_round;
use crate::page::when;

/// Moments are RFC 3339.
pub struct RoundClock {
    /// Until then the hall changes tables.
    pub begins: String,
    pub ends: String,
    /// Empty while it goes on.
    pub paused: String,
    pub now: String,
    /// `20:16`: when its minutes begin, or are over.
    pub at: String,
    pub standing: Standing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Changing,
    Going,
    Paused,
    Over,
}

impl RoundClock {
    /// # Arguments
    /// `minutes`: how long one date lasts.
    #[must_use]
    pub fn of(round: &date_round::Model, minutes: u32, zone: Tz, now: DateTime<Utc>) -> Self {
        let begins = round.started_at.unwrap_or(now);
        let ends = round.ends_at(minutes).unwrap_or(now);
        let stamp = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        let standing = match round.paused_at {
            Some(_) => Standing::Paused,
            None if begins > now => Standing::Changing,
            None if ends <= now => Standing::Over,
            None => Standing::Going,
        };
        Self {
            begins: stamp(begins),
            ends: stamp(ends),
            paused: round.paused_at.map(stamp).unwrap_or_default(),
            now: stamp(now),
            at: when::clock(zone, if standing == Standing::Changing { begins } else { ends }),
            standing,
        }
    }

    /// The word for it, as `clock-{word}`; none while it simply goes on.
    #[must_use]
    pub fn warning(&self) -> Option<&'static str> {
        match self.standing {
            Standing::Changing => Some("clock-changing"),
            Standing::Paused => Some("clock-paused"),
            Standing::Over => Some("clock-over"),
            Standing::Going => None,
        }
    }
}
