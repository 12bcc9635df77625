//! The screening studio: the rules to move, what they would come to, and the steps from the frozen ledger to the letters.

use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, get, post};
use askama::Template;
use chrono::{DateTime, Utc};
use serde_json::json;

use super::change_rules::change_rules;
use super::commit_run::{Draw, commit_run};
use super::progress::{self, Progress};
use super::publish_list::{Announcement, publish_list};
use super::rules_form::{self, BandRow};
use super::sentences;
use super::spoken::fallback;
use super::studio::{self, View};
use super::terms;
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::Error;
use crate::events::access::Organizer;
use crate::events::heading::Heading;
use crate::events::phase::Phase;
use crate::events::{event, tabs};
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page, Tab, when};
use crate::points::freeze;
use queqiao_screening::rules::Rules;

pub fn pages(config: &mut ServiceConfig) {
    config
        .service(open_studio)
        .service(tried_rules)
        .service(preview_rules)
        .service(freeze_points)
        .service(fix_list)
        .service(screen_for_good)
        .configure(super::board_page::pages);
}

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

/// What stands beside the controls; the small module asks for it alone.
#[derive(Template)]
#[template(path = "screening/comparison.html")]
struct Preview {
    page: Page,
    form: Form,
    view: Option<View>,
}

fn address(event: &event::Model) -> String {
    format!("/office/e/{}/screening", event.slug)
}

/// The studio with `form` in its controls and what `rules` would come to.
async fn render_studio(
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

#[get("/office/e/{event}/screening")]
async fn open_studio(house: House, visit: Visit, by: Organizer) -> Result<HttpResponse, Error> {
    standing(&house, visit.page, by.event, Form::default()).await
}

/// The studio with the rules that stand, and what became of a step.
async fn standing(house: &House, page: Page, event: event::Model, step: Form) -> Result<HttpResponse, Error> {
    let rules = terms::rules_of(&event)?;
    render_studio(house, page, event.clone(), (rules_form::filled(&event)?, Some(rules)), step).await
}

/// The studio with the rules of a form and what they would come to, or with what is wrong about them.
async fn render_judged(house: &House, page: Page, event: event::Model, form: Form) -> Result<HttpResponse, Error> {
    match rules_form::typed_rules(&form, &event) {
        Ok(rules) => {
            let form = rules_form::settled(&form, &rules);
            render_studio(house, page, event, (form, Some(rules)), Form::default()).await
        }
        Err(error) => render_refused(house, page, event, form, error).await,
    }
}

async fn render_refused(
    house: &House,
    page: Page,
    event: event::Model,
    form: Form,
    error: Error,
) -> Result<HttpResponse, Error> {
    form.show_again(page, error, |page, form| render_studio(house, page, event, (form, None), Form::default())).await
}

/// The form with the numbers changed that keep its rules from being met; as it is where it has no rules.
async fn adopted(house: &House, event: &event::Model, form: Form) -> Result<Form, Error> {
    let Ok(rules) = rules_form::typed_rules(&form, event) else { return Ok(form) };
    let (of, form) = (event.clone(), rules_form::settled(&form, &rules));
    let preview = house.run(async move |app| studio::preview(&app, &of, rules).await).await?;
    Ok(match preview.infeasible {
        Some(why) => rules_form::adopted(&form, &why.smallest_change),
        None => form,
    })
}

#[post("/office/e/{event}/screening")]
async fn tried_rules(house: House, visit: Visit, by: Organizer, form: Form) -> Result<HttpResponse, Error> {
    let (page, event) = (visit.page, by.event.clone());
    match form.value("act") {
        "save" => save(&house, page, by, form).await,
        "adopt" => {
            let form = adopted(&house, &event, form).await?;
            render_judged(&house, page, event, form).await
        }
        _ => render_judged(&house, page, event, form).await,
    }
}

async fn save(house: &House, page: Page, by: Organizer, form: Form) -> Result<HttpResponse, Error> {
    let event = by.event.clone();
    let saved = async {
        let changes = rules_form::changes(&form, &event)?;
        rules_form::rules(&event, &changes)?;
        house.run(async move |app| change_rules(&app, &by, changes).await).await
    };
    match saved.await {
        Ok(event) => see_saying(&address(&event), "screening-rules-saved"),
        Err(error) => render_refused(house, page, event, form, error).await,
    }
}

#[post("/office/e/{event}/screening/preview")]
async fn preview_rules(house: House, visit: Visit, by: Organizer, form: Form) -> Result<HttpResponse, Error> {
    let (page, event) = (visit.page, by.event);
    match rules_form::typed_rules(&form, &event) {
        Ok(rules) => {
            let form = rules_form::settled(&form, &rules);
            let view = house.run(async move |app| studio::preview(&app, &event, rules).await).await?;
            page::answer(&Preview { page, form, view: Some(view) })
        }
        Err(error) => {
            let show = async |page, form| page::answer(&Preview { page, form, view: None });
            form.show_again(page, error, show).await
        }
    }
}

#[post("/office/e/{event}/screening/freeze")]
async fn freeze_points(house: House, visit: Visit, by: Organizer, form: Form) -> Result<HttpResponse, Error> {
    let event = by.event.clone();
    let frozen = house.run(async move |app| freeze::freeze(&app, &by).await).await;
    stepped(&house, visit.page, event, form, frozen.map(|_| "points-frozen")).await
}

#[post("/office/e/{event}/screening/list")]
async fn fix_list(house: House, visit: Visit, by: Organizer, form: Form) -> Result<HttpResponse, Error> {
    let event = by.event.clone();
    let published = async {
        let announcement: Announcement = body::read(json!({ "draw": form.text("draw") }))?;
        house.run(async move |app| publish_list(&app, &by, announcement).await).await
    };
    let published = published.await.map(|_| "screening-list-published");
    stepped(&house, visit.page, event, form, published).await
}

#[post("/office/e/{event}/screening/runs")]
async fn screen_for_good(house: House, visit: Visit, by: Organizer, form: Form) -> Result<HttpResponse, Error> {
    let event = by.event.clone();
    let screened = async {
        let draw: Draw = body::read(json!({ "beacon": form.text("beacon") }))?;
        house.run(async move |app| commit_run(&app, &by, draw).await).await
    };
    let screened = screened.await.map(|_| "screened");
    stepped(&house, visit.page, event, form, screened).await
}

/// Goes on after a step, or shows the studio with the reason it was refused.
async fn stepped(
    house: &House,
    page: Page,
    event: event::Model,
    form: Form,
    done: Result<&'static str, Error>,
) -> Result<HttpResponse, Error> {
    match done {
        Ok(flash) => see_saying(&address(&event), flash),
        Err(error) => form.show_again(page, error, |page, step| standing(house, page, event, step)).await,
    }
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
