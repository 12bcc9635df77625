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
    let mut events = event::Entity::find();
    if let Some(union) = &union {
        events = events.filter(event::Column::OrganizationId.eq(union.id));
    }
    let events = events.order_by_asc(event::Column::StartsAt).all(db).await?;
    let of_year = |event: &event::Model| {
        event.is_published(now)
            && event.phase(now) == Phase::Closed
            && event.starts_at.with_timezone(&event.zone()).year() == year
    };
    let (mut held, mut units, mut lasting, mut hosts) = (Vec::new(), HashSet::new(), Vec::new(), HashSet::new());
    for event in events.into_iter().filter(of_year) {
        hosts.insert(event.organization_id);
        let (line, employers, together) = one(db, event, now).await?;
        held.push(line);
        units.extend(employers);
        lasting.push(together);
    }
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
    let [zh, en] = [Language::Zh, Language::En].map(|language| summary_sentence(&report, &called(language), language));
    report.sentence = Sentence { zh, en };
    Ok(report)
}

/// One event, the employers of those who came, and how many couples are together after three months.
async fn one(
    db: &impl ConnectionTrait,
    event: event::Model,
    now: DateTime<Utc>,
) -> Result<(EventOfYear, HashSet<Uuid>, usize), Fault> {
    let guests = head_counts::of_event(db, event.id).await?;
    let couples = couple::Entity::find_standing().filter(couple::Column::EventId.eq(event.id)).all(db).await?;
    let lasting = outcomes::at_three_months(db, &event, &couples, now).await?;
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
    Ok((line, guests.employers_came, lasting.together))
}

/// What unions publish at the end of a year; what is nothing, or too little to be told, is left out.
fn summary_sentence(report: &YearReport, union: &str, language: Language) -> String {
    let gaps: [(&'static str, FluentValue<'_>); 6] = [
        ("union", union.into()),
        // A year is no amount: it takes no separators.
        ("year", report.year.to_string().into()),
        ("events", report.events.into()),
        ("units", report.units.into()),
        ("attendances", report.attendances.into()),
        ("couples", report.couples.into()),
    ];
    let key = match (report.events, &report.organization) {
        (0, None) => "year-nothing-anywhere",
        (0, Some(_)) => "year-nothing",
        _ => "year-held",
    };
    let mut text = fluent::say(language, key, &gaps);
    if report.couples > 0 {
        text.push_str(&fluent::say(language, "year-couples", &gaps));
    }
    if let Some(lasting) = report.lasting.filter(|lasting| *lasting > 0) {
        text.push_str(&fluent::say(language, "year-lasting", &[("lasting", lasting.into())]));
    }
    text.push_str(&fluent::say(language, "year-end", &[]));
    text
}
