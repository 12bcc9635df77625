//! The screening studio: the rules to move, what they would come to, and the steps from the frozen ledger to the letters.

use actix_web::{HttpResponse, get};
use askama::Template;
use chrono::{DateTime, Utc};

use super::progress::{self, Progress};
use super::rules_form::{self, BandRow};
use super::sentences;
use super::spoken::fallback;
use super::studio::{self, View};
use super::terms;
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::error::Error;
use crate::events::access::Organizer;
use crate::events::heading::Heading;
use crate::events::phase::Phase;
use crate::events::{event, tabs};
use crate::page::form::Form;
use crate::page::{self, Page, Tab, when};
use queqiao_screening::rules::Rules;

#[derive(Template)]
#[template(path = "screening/studio.html")]
struct Studio {
    page: Page,
    heading: Heading,
    tabs: Vec<Tab>,
    event: event::Model,
    now: DateTime<Utc>,
    /// The rules as they are being moved.
    form: Form,
    bands: Vec<BandRow>,
    /// The step that was just refused.
    step: Form,
    view: Option<View>,
    progress: Progress,
    /// Whether this house keeps letters instead of sending them.
    kept: bool,
}

#[get("/office/e/{event}/screening")]
pub(super) async fn open_studio(house: House, visit: Visit, by: Organizer) -> Result<HttpResponse, Error> {
    render_standing(&house, visit.page, by.event, Form::default()).await
}

/// The studio with the rules that stand, and what became of a step.
pub(super) async fn render_standing(
    house: &House,
    page: Page,
    event: event::Model,
    step: Form,
) -> Result<HttpResponse, Error> {
    let rules = terms::rules_of(&event)?;
    render_studio(house, page, event.clone(), (rules_form::filled(&event)?, Some(rules)), step).await
}

/// The studio with `form` in its controls and what `rules` would come to.
pub(super) async fn render_studio(
    house: &House,
    page: Page,
    event: event::Model,
    (form, rules): (Form, Option<Rules>),
    step: Form,
) -> Result<HttpResponse, Error> {
    let of = event.clone();
    let read = house.run(async move |app| {
        let progress = progress::of_event(app.database.reader(), of.id).await?;
        let view = match (&progress.run, rules) {
            (Some(run), _) => Some(studio::after(&app, &of, run).await?),
            (None, Some(rules)) => Some(studio::preview(&app, &of, rules).await?),
            (None, None) => None,
        };
        Ok((progress, view))
    });
    let (progress, view) = read.await?;
    let tabs = tabs::of_organizer(&page, &event.slug, "screening");
    let (bands, kept) = (rules_form::bands(&form), house.settings.mail.keeps_letters());
    let now = house.now();
    let heading = Heading::of(&page, &event, now);
    page::answer(&Studio { heading, tabs, bands, now, page, event, form, step, view, progress, kept })
}

pub(super) fn address(event: &event::Model) -> String {
    format!("/office/e/{}/screening", event.slug)
}

impl Studio {
    fn here(&self) -> String {
        address(&self.event)
    }

    fn when(&self, at: &DateTime<Utc>) -> String {
        when::moment(self.page.language, self.event.zone(), *at, self.now)
    }

    fn phase(&self) -> Phase {
        self.event.phase(self.now)
    }

    fn is_due(&self) -> bool {
        self.phase() == Phase::Screening
    }

    fn may_freeze(&self) -> bool {
        self.progress.frozen.is_none() && self.phase() >= Phase::Online
    }

    fn may_change(&self) -> bool {
        self.phase() <= Phase::Screening
    }

    /// When it may be screened, for whoever is early.
    fn begins(&self) -> String {
        let begins = self.event.boundary(Phase::Screening).filter(|begins| *begins > self.now);
        match begins {
            Some(begins) => self.page.say("screening-not-yet", &[("when", self.when(&begins).into())]),
            None => self.page.t("screening-not-now"),
        }
    }

    /// Each board has seats and limits of its own: there is nothing to move here.
    fn has_boards(&self) -> bool {
        self.event.tells("boards")
    }

    fn is_two_sided(&self) -> bool {
        self.event.sides == event::Sides::Two
    }

    /// The right end of a slider.
    fn most(&self, name: &str) -> u32 {
        let people = self.view.as_ref().map_or(0, |view| u32::try_from(view.people).unwrap_or(u32::MAX));
        let typed = self.form.value(name).parse::<u32>().unwrap_or(0);
        match name {
            "screening.unit.max" => typed.max(20),
            "screening.unit_side.max" => typed.max(10),
            _ => people.max(typed).max(10),
        }
    }

    /// The bands and a row for one more, each with its name and what is wrong about it.
    fn band_rows(&self) -> Vec<(String, BandRow, Option<String>)> {
        let mut rows = self.bands.clone();
        rows.push(BandRow { side: "women".to_owned(), ..BandRow::default() });
        let band_row = |(place, row): (usize, BandRow)| {
            let named = |part: &str| self.form.wrong(&format!("screening.band[{place}]{part}")).map(str::to_owned);
            let wrong = ["", ".name", ".side", ".min", ".max"].iter().find_map(|part| named(part));
            (format!("{} {}", self.page.t("screening-band"), place + 1), row, wrong)
        };
        rows.into_iter().enumerate().map(band_row).collect()
    }

    fn fallbacks(&self) -> [(&'static str, String); 3] {
        ["none", "reduce_seats", "widen_balance"].map(|name| (name, fallback(&self.page, name)))
    }

    fn listed(&self, people: &i32) -> String {
        self.page.say("screening-listed", &[("count", (*people).into())])
    }

    fn counts(&self, run: &super::run::Model) -> String {
        let gaps = [("in", run.selected.into()), ("waiting", run.waitlisted.into()), ("out", run.not_selected.into())];
        self.page.say("screening-run-counts", &gaps)
    }

    fn letters(&self) -> String {
        let letters = self.progress.letters;
        let gaps =
            [("sent", letters.sent.into()), ("waiting", letters.waiting.into()), ("failed", letters.failed.into())];
        self.page.say(if self.kept { "screening-letters-kept" } else { "screening-letters" }, &gaps)
    }

    fn rule_lines(&self, rules: &Rules, by_history: &bool) -> Vec<(String, String)> {
        let page = &self.page;
        let range = |least: u32, most: Option<u32>| match most {
            Some(most) if most == least => most.to_string(),
            Some(most) => format!("{least}–{most}"),
            None => format!("≥ {least}"),
        };
        let mut lines = vec![(page.t("screening-seats"), rules.seats.to_string())];
        for (key, side) in [("side-men", rules.side.men), ("side-women", rules.side.women)] {
            lines.extend(side.map(|side| (page.t(key), range(side.min, side.max))));
        }
        lines.extend(rules.unit.map(|cap| (page.t("screening-unit-cap"), cap.max.to_string())));
        lines.extend(rules.unit_side.map(|cap| (page.t("screening-unit-side-cap"), cap.max.to_string())));
        let banded = |band: &queqiao_screening::rules::Band| {
            (sentences::limit(&band.limit(), page.language), range(band.min, band.max))
        };
        lines.extend(rules.band.iter().map(banded));
        lines.extend(by_history.then(|| (page.t("screening-history"), page.t("screening-history-on"))));
        lines
    }
}
