//! What the forms of an event show besides what was typed: rows, choices, and what may no longer be
//! changed.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::error::Fault;
use crate::events::event;
use crate::events::phase::Phase;
use crate::events::schedule::Schedule;
use crate::events::series;
use crate::page::form::Form;
use crate::page::rows::{self, Row};
use crate::page::{Page, when};
use crate::planning::amend::settled;
use crate::points::terms::Earnings;
use crate::{boards, programme, screening};

pub type Choices = Vec<(String, String)>;

/// The zones that are offered; another one that an event has is offered to it too.
const ZONES: [&str; 5] = ["Asia/Shanghai", "Asia/Urumqi", "Asia/Hong_Kong", "Asia/Taipei", "UTC"];

pub struct Drawing {
    pub form: Form,
    pub phases: Vec<PhaseRow>,
    pub hosts: Vec<Row>,
    pub roles: Choices,
    pub sides: Choices,
    pub screening: screening::terms_form::Inputs,
    pub earnings: Earnings,
    pub boards: Vec<Row>,
    pub programme: Vec<Row>,
    pub kinds: Choices,
    pub zones: Choices,
    pub series: Choices,
    late: Vec<(&'static str, String)>,
}

/// A phase: one that has begun says when, the others have an input.
pub struct PhaseRow {
    pub name: String,
    pub begun: Option<String>,
    pub row: Option<Row>,
}

impl Drawing {
    /// # Arguments
    /// `stored`: the event as it is, where it is one, and the present moment.
    #[must_use]
    pub fn new(page: &Page, form: Form, stored: Option<(&event::Model, DateTime<Utc>)>, series: Choices) -> Self {
        let mut zones: Choices = ZONES.map(|zone| (zone.to_owned(), zone.to_owned())).to_vec();
        let own = form.value("timezone").to_owned();
        if !own.is_empty() && zones.iter().all(|(zone, _)| *zone != own) {
            zones.push((own.clone(), own));
        }
        Self {
            phases: phases(page, &form, stored),
            hosts: rows::rows(&form, "hosts"),
            roles: page.choices("host", ["organizer", "co_organizer", "assistant", "supporter"]),
            sides: page.choices("sides", ["two", "open"]),
            screening: screening::terms_form::Inputs::of(page, &form),
            earnings: Earnings::of(page, &form),
            boards: rows::rows(&form, boards::terms_form::LIST.name),
            programme: rows::rows(&form, programme::terms::LIST.name),
            kinds: programme::terms::kinds(page),
            zones,
            series,
            late: stored.map(|(event, now)| late(page, event, now)).unwrap_or_default(),
            form,
        }
    }

    /// The same with parts that stay because the event was screened.
    #[must_use]
    pub fn screened(mut self, page: &Page, parts: &[(&'static str, Phase)]) -> Self {
        self.late.extend(parts.iter().map(|(part, _)| (*part, page.t("late-screened"))));
        self
    }

    /// Why a part may no longer be changed; None where it may.
    #[must_use]
    pub fn late(&self, part: &str) -> Option<&str> {
        self.late.iter().find(|(late, _)| *late == part).map(|(_, text)| text.as_str())
    }

    /// The words of what is chosen in a list.
    #[must_use]
    pub fn chosen<'a>(&self, choices: &'a Choices, name: &str) -> &'a str {
        let value = self.form.value(name);
        choices.iter().find(|(choice, _)| choice == value).map_or("", |(_, text)| text)
    }
}

fn phases(page: &Page, form: &Form, stored: Option<(&event::Model, DateTime<Utc>)>) -> Vec<PhaseRow> {
    let name = |key: &str| page.t(&format!("step-{key}"));
    let begun = stored.map(|(event, now)| {
        let present = event.phase(now);
        let past = Schedule::of(event).iter().filter(|(phase, _)| *phase <= present).collect::<Vec<_>>();
        past.into_iter()
            .map(|(phase, begins)| PhaseRow {
                name: name(phase.word()),
                begun: Some(begins.map_or_else(
                    || page.t("phase-skipped"),
                    |begins| when::moment(page.language, event.zone(), begins, now),
                )),
                row: None,
            })
            .collect::<Vec<_>>()
    });
    let ahead = rows::rows(form, "phases").into_iter().map(|row| {
        let name = name(form.value(&row.at("phase")));
        PhaseRow { name, begun: None, row: Some(row) }
    });
    begun.into_iter().flatten().chain(ahead).collect()
}

fn late(page: &Page, event: &event::Model, now: DateTime<Utc>) -> Vec<(&'static str, String)> {
    let why = |last: Phase| match last {
        Phase::Draft => page.t("late-published"),
        _ => page.say("late-after", &[("phase", page.t(&format!("step-{}", last.word())).into())]),
    };
    let phase = event.phase(now);
    let mut late: Vec<_> = settled(event, phase).into_iter().map(|(field, last)| (field, why(last))).collect();
    let looks_back = event.part("screening.by_history").ok().flatten().unwrap_or(false);
    if phase > Phase::Draft && !looks_back {
        late.push(("screening.by_history", page.t("late-history")));
    }
    late
}

/// The series of these unions, with nothing first.
pub async fn series_of(db: &impl ConnectionTrait, page: &Page, unions: Vec<Uuid>) -> Result<Choices, Fault> {
    let found = series::Entity::find().filter(series::Column::OrganizationId.is_in(unions));
    let found = found.order_by_asc(series::Column::Id).all(db).await?;
    let none = (!found.is_empty()).then(|| (String::new(), page.t("series-none")));
    Ok(none.into_iter().chain(found.into_iter().map(|series| (series.slug, series.name))).collect())
}
