//! Clocks that run out on a page.

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;

use crate::page::when;

/// To the moment the present phase is about, where one is named.
pub struct Countdown {
    pub label: String,
    /// RFC 3339, as is `now`.
    pub until: String,
    pub now: String,
}

/// A clock that runs out in the hall: what it says while nothing ticks, and what lets a page tick.
pub struct Clock {
    /// RFC 3339, as is `now`.
    pub ends: String,
    pub now: String,
    /// `20:16`
    pub at: String,
    pub over: bool,
}

impl Countdown {
    /// None where the moment has passed.
    #[must_use]
    pub fn to(label: String, until: DateTime<Utc>, now: DateTime<Utc>) -> Option<Self> {
        (until > now).then(|| Self {
            label,
            until: until.to_rfc3339_opts(SecondsFormat::Secs, true),
            now: now.to_rfc3339_opts(SecondsFormat::Millis, true),
        })
    }
}

impl Clock {
    #[must_use]
    pub fn to(zone: Tz, ends: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        Self {
            ends: ends.to_rfc3339_opts(SecondsFormat::Secs, true),
            now: now.to_rfc3339_opts(SecondsFormat::Millis, true),
            at: when::clock(zone, ends),
            over: ends <= now,
        }
    }
}
