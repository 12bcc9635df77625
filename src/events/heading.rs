//! What stands above every page of the office about one event.

use chrono::{DateTime, Utc};

use super::event;
use super::phase::Phase;
use crate::page::{Page, when};

pub struct Heading {
    pub slug: String,
    pub title: String,
    pub phase: String,
    pub live: bool,
    pub over: bool,
    /// The doors are open: the host's console is at work.
    pub evening: bool,
    /// Only its organizers can see it.
    pub draft: bool,
    pub when: String,
}

impl Heading {
    #[must_use]
    pub fn of(page: &Page, event: &event::Model, now: DateTime<Utc>) -> Self {
        let phase = event.phase(now);
        let draft = !event.is_published(now);
        let key = if draft { "unpublished" } else { phase.word() };
        Self {
            slug: event.slug.clone(),
            title: event.titled(page.language).to_owned(),
            phase: page.t(&format!("phase-{key}")),
            live: matches!(phase, Phase::Registration | Phase::Online | Phase::OnSite),
            over: phase == Phase::Closed,
            evening: phase == Phase::OnSite,
            draft,
            when: when::stretch(page.language, event.zone(), event.starts_at, event.ends_at, now),
        }
    }
}
