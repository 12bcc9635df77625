//! A union's year: what it held, and the sentence it publishes.

use std::collections::HashSet;

use chrono::{DateTime, Datelike, Utc};
use fluent_templates::fluent_bundle::FluentValue;
use sea_orm::prelude::Uuid;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use utoipa::ToSchema;

use super::head_counts;
use crate::couples::couple;
use crate::error::Fault;
use crate::events::event;
use crate::events::phase::Phase;
use crate::language::Language;
use crate::organizations::organization;
use crate::page::{Page, fluent, when};
use crate::small_counts::{suppress_small, told_sum};
use crate::volunteers::outcomes;

/// A year in figures, of one union or of all: of the events that are over, by the calendar of each.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct YearReport {
    /// Null: of all of them.
    pub organization: Option<String>,
    pub year: i32,
    /// 场次
    pub events: usize,
    /// 单位数: employers of those who came to any of them, each once.
    pub units: usize,
    pub applications: usize,
    /// 人次: whoever came to two came twice.
    pub attendances: usize,
    /// 牵手对数: couples who both want it to be told.
    pub couples: usize,
    /// 三个月仍交往: of these, together when they were asked after three months; null below five, and before anybody
    /// was asked.
    pub lasting: Option<usize>,
    /// Whether it is three months for any of them.
    pub lasting_due: bool,
    pub sentence: Sentence,
    /// In the order of the year.
    pub held: Vec<EventOfYear>,
}

/// The year as unions publish it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = YearSentence)]
pub struct Sentence {
    pub zh: String,
    pub en: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventOfYear {
    /// Its slug.
    pub event: String,
    pub title: String,
    pub title_en: Option<String>,
    pub starts_at: DateTime<Utc>,
    pub timezone: String,
    pub applications: usize,
    pub attendances: usize,
    pub units: usize,
    pub couples: usize,
    pub lasting: Option<usize>,
    pub lasting_due: bool,
}

impl YearReport {
    /// What stands above it.
    #[must_use]
    pub fn title(&self, page: &Page) -> String {
        // A year is no amount: it takes no separators.
        page.say("year-title", &[("year", self.year.to_string().into())])
    }
}

impl Sentence {
    pub(super) fn of(said: impl Fn(Language) -> String) -> Self {
        Self { zh: said(Language::Zh), en: said(Language::En) }
    }

    #[must_use]
    pub fn in_language(&self, language: Language) -> &str {
        language.choose(&self.zh, &self.en)
    }
}

impl EventOfYear {
    #[must_use]
    pub fn titled(&self, language: Language) -> &str {
        language.name(&self.title, self.title_en.as_deref())
    }

    /// When it was, by its own calendar.
    #[must_use]
    pub fn day(&self, language: Language) -> String {
        when::day(language, event::zone_named(&self.timezone), self.starts_at, self.starts_at)
    }
}

/// The year of one union, or of all.
pub async fn read(
    db: &impl ConnectionTrait,
    union: Option<organization::Model>,
    year: i32,
    now: DateTime<Utc>,
) -> Result<YearReport, Fault> {
    let held = held_in(db, union.as_ref().map(|union| vec![union.id]), year, now).await?;
    let hosts: HashSet<Uuid> = held.iter().map(|held| held.host).collect();
    let units: HashSet<Uuid> = held.iter().flat_map(|held| held.employers.iter().copied()).collect();
    let lasting: Vec<usize> = held.iter().map(|held| held.together).collect();
    let held: Vec<EventOfYear> = held.into_iter().map(|held| held.line).collect();
    let sum = |of: fn(&EventOfYear) -> usize| held.iter().map(of).sum::<usize>();
    let mut report = YearReport {
        organization: union.as_ref().map(|union| union.name.clone()),
        year,
        events: held.len(),
        units: units.len(),
        applications: sum(|event| event.applications),
        attendances: sum(|event| event.attendances),
        couples: sum(|event| event.couples),
        lasting: told_sum(lasting.iter().sum(), lasting).filter(|_| held.iter().any(|event| event.lasting_due)),
        lasting_due: held.iter().any(|event| event.lasting_due),
        sentence: Sentence { zh: String::new(), en: String::new() },
        held,
    };
    let called = |language: Language| match &union {
        Some(union) => union.name_in(language).to_owned(),
        None => fluent::say(language, "year-unions", &[("unions", hosts.len().into())]),
    };
    report.sentence = Sentence::of(|language| {
        Told {
            year,
            union: called(language),
            of_all: union.is_none(),
            events: report.events,
            units: report.units,
            attendances: Some(report.attendances),
            couples: report.couples,
            lasting: report.lasting,
        }
        .sentence(language)
    });
    Ok(report)
}

/// An event that is over, with what must be put together before it is told of several.
pub(super) struct Held {
    /// The union whose event it was.
    pub host: Uuid,
    pub line: EventOfYear,
    /// Employers of those who came.
    pub employers: HashSet<Uuid>,
    /// Couples together after three months.
    pub together: usize,
}

/// The events of these unions, or of all, that are over and were held in a year by their own calendars.
pub(super) async fn held_in(
    db: &impl ConnectionTrait,
    unions: Option<Vec<Uuid>>,
    year: i32,
    now: DateTime<Utc>,
) -> Result<Vec<Held>, Fault> {
    let mut events = event::Entity::find();
    if let Some(unions) = unions {
        events = events.filter(event::Column::OrganizationId.is_in(unions));
    }
    let of_year = |event: &event::Model| {
        event.is_published(now)
            && event.phase(now) == Phase::Closed
            && event.starts_at.with_timezone(&event.zone()).year() == year
    };
    let mut held = Vec::new();
    for event in events.order_by_asc(event::Column::StartsAt).all(db).await?.into_iter().filter(of_year) {
        held.push(one(db, event, now).await?);
    }
    Ok(held)
}

async fn one(db: &impl ConnectionTrait, event: event::Model, now: DateTime<Utc>) -> Result<Held, Fault> {
    let guests = head_counts::of_event(db, event.id).await?;
    let couples = couple::Entity::find_standing().filter(couple::Column::EventId.eq(event.id)).all(db).await?;
    let lasting = outcomes::at_three_months(db, &event, &couples, now).await?;
    let host = event.organization_id;
    let line = EventOfYear {
        event: event.slug,
        title: event.title,
        title_en: event.title_en,
        starts_at: event.starts_at,
        timezone: event.timezone,
        applications: guests.applied,
        attendances: guests.came.len(),
        units: guests.employers_came.len(),
        couples: couples.len(),
        lasting: suppress_small(lasting.together).filter(|_| lasting.due),
        lasting_due: lasting.due,
    };
    Ok(Held { host, line, employers: guests.employers_came, together: lasting.together })
}

/// What a year's sentence is made of.
pub(super) struct Told {
    pub year: i32,
    /// Who held it, as the sentence calls them.
    pub union: String,
    /// Whether it is the year of all unions of the house.
    pub of_all: bool,
    pub events: usize,
    pub units: usize,
    /// None where the number would tell a small one.
    pub attendances: Option<usize>,
    pub couples: usize,
    pub lasting: Option<usize>,
}

impl Told {
    /// What unions publish at the end of a year; what is nothing, or too little to be told, is left out.
    pub fn sentence(&self, language: Language) -> String {
        let gaps: [(&'static str, FluentValue<'_>); 6] = [
            ("union", self.union.as_str().into()),
            // A year is no amount: it takes no separators.
            ("year", self.year.to_string().into()),
            ("events", self.events.into()),
            ("units", self.units.into()),
            ("attendances", self.attendances.unwrap_or(0).into()),
            ("couples", self.couples.into()),
        ];
        let key = match (self.events, self.of_all, self.attendances) {
            (0, true, _) => "year-nothing-anywhere",
            (0, false, _) => "year-nothing",
            (_, _, Some(_)) => "year-held",
            (_, _, None) => "year-held-untold",
        };
        let mut text = fluent::say(language, key, &gaps);
        if self.couples > 0 {
            text.push_str(&fluent::say(language, "year-couples", &gaps));
        }
        if let Some(lasting) = self.lasting.filter(|lasting| *lasting > 0) {
            text.push_str(&fluent::say(language, "year-lasting", &[("lasting", lasting.into())]));
        }
        text.push_str(&fluent::say(language, "year-end", &[]));
        text
    }
}
