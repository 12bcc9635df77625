//! A poster in words: what the pages say about an event, in the reader's language and the event's
//! own time.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::poster::Poster;
use crate::events::countdown::Countdown;
use crate::events::event::Sides;
use crate::events::host;
use crate::events::phase::Phase;
use crate::language::Language;
use crate::page::{Page, when};
use crate::programme::terms::Segment;

/// An event on the front page, and the head of its own page.
pub struct Card {
    pub slug: String,
    pub title: String,
    pub union: String,
    pub series: Option<String>,
    pub phase: String,
    /// Something can be done about it now.
    pub live: bool,
    pub over: bool,
    pub when: String,
    pub venue: String,
    pub seats: String,
    /// How many have applied, where that may be told.
    pub applied: Option<String>,
    /// What comes next, and when.
    pub next: String,
    pub countdown: Option<Countdown>,
}

/// A phase on the way of the event.
pub struct Step {
    pub name: String,
    pub note: String,
    pub when: String,
    pub place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Done,
    Here,
    Ahead,
}

/// A line of the programme.
pub struct Line {
    pub at: String,
    pub title: String,
    pub minutes: String,
}

/// A rule in plain words.
pub struct Rule {
    pub name: String,
    pub sentences: Vec<String>,
}

/// Reads a poster to somebody, now.
pub struct Speaker<'a> {
    pub page: &'a Page,
    pub now: DateTime<Utc>,
}

impl Speaker<'_> {
    /// The words for the reader's language, where there are any.
    #[must_use]
    pub fn chosen(&self, zh: &str, en: Option<&str>) -> String {
        match (self.page.language, en) {
            (Language::En, Some(en)) => en.to_owned(),
            _ => zh.to_owned(),
        }
    }

    #[must_use]
    pub fn card(&self, poster: &Poster) -> Card {
        let zone = zone(poster);
        let published = poster.published_at.is_some();
        let phase = if published { poster.phase.word() } else { "unpublished" };
        Card {
            slug: poster.slug.clone(),
            title: self.chosen(&poster.title, poster.title_en.as_deref()),
            union: self.chosen(&poster.organization.name, poster.organization.name_en.as_deref()),
            series: poster.series.as_ref().map(|series| self.chosen(&series.name, series.name_en.as_deref())),
            phase: self.page.t(&format!("phase-{phase}")),
            live: matches!(poster.phase, Phase::Registration | Phase::OnSite),
            over: poster.phase == Phase::Closed,
            when: when::stretch(self.page.language, zone, poster.starts_at, poster.ends_at, self.now),
            venue: poster.venue.clone(),
            seats: match poster.sides {
                Sides::Two => self.page.say("seats-two", &[("half", (poster.seats / 2).into())]),
                Sides::Open => self.page.say("seats-open", &[("seats", poster.seats.into())]),
            },
            applied: None,
            next: if published { self.next(poster, zone) } else { self.page.t("next-unpublished") },
            countdown: self.countdown(poster).filter(|_| published),
        }
    }

    fn next(&self, poster: &Poster, zone: Tz) -> String {
        let begins = |phase| poster.phases.iter().find(|stretch| stretch.phase == phase)?.starts_at;
        let ends = poster.phases.iter().find(|stretch| stretch.phase == poster.phase).and_then(|now| now.ends_at);
        let key = format!("next-{}", poster.phase.word());
        let until = |at: DateTime<Utc>| when::left(self.page.language, at - self.now);
        let moment = |at: DateTime<Utc>| when::moment(self.page.language, zone, at, self.now);
        let (name, value) = match poster.phase {
            Phase::Draft => ("when", begins(Phase::Registration).map(moment)),
            Phase::Screening => ("when", ends.map(moment)),
            Phase::Registration | Phase::Online | Phase::Confirmation => ("left", ends.map(until)),
            Phase::OnSite if self.now < poster.starts_at => ("left", Some(until(poster.starts_at))),
            Phase::OnSite => {
                return self.page.say("next-running", &[("when", when::clock(zone, poster.ends_at).into())]);
            }
            Phase::Closed => return self.page.t("next-closed"),
        };
        value.map_or_else(|| self.page.t("next-none"), |value| self.page.say(&key, &[(name, value.into())]))
    }

    fn countdown(&self, poster: &Poster) -> Option<Countdown> {
        let of = |phase| poster.phases.iter().find(|stretch| stretch.phase == phase);
        let until = match poster.phase {
            Phase::Draft => of(Phase::Registration)?.starts_at,
            Phase::OnSite => Some(poster.starts_at),
            Phase::Closed => None,
            phase => of(phase)?.ends_at,
        }?;
        Countdown::to(self.page.t(&format!("count-{}", poster.phase.word())), until, self.now)
    }

    /// The phases people live through.
    #[must_use]
    pub fn path(&self, poster: &Poster) -> Vec<Step> {
        let zone = zone(poster);
        let step = |stretch: &super::poster::Stretch| {
            let begins = stretch.starts_at.filter(|_| stretch.phase != Phase::Closed)?;
            let key = stretch.phase.word();
            let (from, to) = match stretch.phase {
                Phase::OnSite => (poster.starts_at, Some(poster.ends_at)),
                _ => (begins, stretch.ends_at),
            };
            Some(Step {
                name: self.page.t(&format!("step-{key}")),
                note: self.page.t(&format!("step-{key}-note")),
                when: match to {
                    Some(to) => when::stretch(self.page.language, zone, from, to, self.now),
                    None => when::moment(self.page.language, zone, from, self.now),
                },
                place: match poster.phase.cmp(&stretch.phase) {
                    std::cmp::Ordering::Greater => Place::Done,
                    std::cmp::Ordering::Equal => Place::Here,
                    std::cmp::Ordering::Less => Place::Ahead,
                },
            })
        };
        poster.phases.iter().filter_map(step).collect()
    }

    /// The run sheet by the clock, as planned.
    #[must_use]
    pub fn programme(&self, poster: &Poster) -> Vec<Line> {
        let mut at = poster.starts_at;
        let line = |segment: &Segment| {
            let line = Line {
                at: when::clock(zone(poster), at),
                title: self.chosen(&segment.title, segment.title_en.as_deref()),
                minutes: self.page.say("event-minutes", &[("minutes", segment.minutes.into())]),
            };
            at += chrono::TimeDelta::minutes(segment.minutes.into());
            line
        };
        poster.plan.programme.iter().flatten().map(line).collect()
    }

    /// By which clock the event's times are told.
    #[must_use]
    pub fn clock(&self, poster: &Poster) -> String {
        when::zone(self.page.language, zone(poster))
    }

    /// Who holds it, in the order of the roles.
    #[must_use]
    pub fn hosts(&self, poster: &Poster) -> Vec<(String, Vec<String>)> {
        let roles = [
            (host::Role::Organizer, "host-organizer"),
            (host::Role::CoOrganizer, "host-co_organizer"),
            (host::Role::Assistant, "host-assistant"),
            (host::Role::Supporter, "host-supporter"),
        ];
        let named = |role| poster.hosts.iter().filter(move |host| host.role == role).map(|host| host.name.clone());
        let rows = roles.map(|(role, key)| (self.page.t(key), named(role).collect::<Vec<_>>()));
        let mut rows: Vec<_> = rows.into_iter().filter(|(_, names)| !names.is_empty()).collect();
        if rows.is_empty() {
            let union = self.chosen(&poster.organization.name, poster.organization.name_en.as_deref());
            rows.push((self.page.t("host-organizer"), vec![union]));
        }
        rows
    }
}

fn zone(poster: &Poster) -> Tz {
    poster.timezone.parse().unwrap_or(chrono_tz::Asia::Shanghai)
}
