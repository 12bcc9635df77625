//! Clocks that run out on a page.

use chrono::{DateTime, SecondsFormat, Utc};

/// To the moment the present phase is about, where one is named.
pub struct Countdown {
    pub label: String,
    /// RFC 3339, as is `now`.
    pub until: String,
    /// None: the page may be kept, and what time it was when it was made helps nobody.
    pub now: Option<String>,
}

impl Countdown {
    /// None where the moment has passed.
    #[must_use]
    pub fn to(label: String, until: DateTime<Utc>, now: DateTime<Utc>) -> Option<Self> {
        (until > now).then(|| Self {
            label,
            until: until.to_rfc3339_opts(SecondsFormat::Secs, true),
            now: Some(now.to_rfc3339_opts(SecondsFormat::Millis, true)),
        })
    }

    /// On a page that may be kept.
    #[must_use]
    pub fn timeless(self) -> Self {
        Self { now: None, ..self }
    }
}
