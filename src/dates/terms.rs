//! How an event holds its dates, as its organizer set it up.

use serde::Deserialize;

use crate::events::event;

/// The event's `dates` settings; what is left out or unreadable is as usual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Terms {
    pub rounds: u32,
    /// How long one date lasts.
    pub minutes: u32,
    pub pause_seconds: u32,
    /// One for every two seats where nothing is said.
    pub tables: Option<u32>,
}

impl Default for Terms {
    fn default() -> Self {
        Self { rounds: 10, minutes: 8, pause_seconds: 120, tables: None }
    }
}

impl Terms {
    #[must_use]
    pub fn of(event: &event::Model) -> Self {
        let told = event.setting("dates").cloned();
        told.and_then(|told| serde_json::from_value(told).ok()).unwrap_or_default()
    }

    /// Dates that fit into the hall at the same time.
    #[must_use]
    pub fn tables_for(&self, event: &event::Model) -> u32 {
        self.tables.unwrap_or_else(|| u32::try_from(event.seats / 2).unwrap_or(0)).max(1)
    }
}
