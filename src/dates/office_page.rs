//! The dates as organizers and hosts see them: plan from the door, how good the plan is, who sits
//! where, and the same on paper.

use std::collections::BTreeMap;

use actix_web::web::{Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::json;

use super::date_round::State;
use super::overview::{self, Overview, RoundSeen, TableSet};
use super::plan::{self, PlanWishes};
use super::strike::{self, TableSeen};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::Error;
use crate::error::refusal::MALFORMED_FORM;
use crate::events::access::Host;
use crate::events::heading::Heading;
use crate::events::phase::Phase;
use crate::events::{event, tabs};
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page, Tab, when};

#[derive(Template)]
#[template(path = "dates/office.html")]
struct Office {
    page: Page,
    /// None for a host, who has no office.
    tabs: Vec<Tab>,
    heading: Heading,
    event: event::Model,
    now: DateTime<Utc>,
    form: Form,
    plan: Overview,
    /// The round whose tables are shown.
    open: Option<RoundSeen>,
}

/// One line of the paper: what somebody wears, and each round's table and partner.
struct Line {
    badge: String,
    cells: Vec<Option<(i32, String)>>,
}

#[derive(Template)]
#[template(path = "dates/print.html")]
struct Print {
    page: Page,
    event: event::Model,
    rounds: Vec<i32>,
    lines: Vec<Line>,
    printed: String,
}

#[derive(Deserialize)]
struct RoundQuery {
    round: Option<i32>,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(open_dates).service(plan_dates).service(print_dates).service(correct_table);
}

fn address(event: &event::Model) -> String {
    format!("/office/e/{}/dates", event.slug)
}

async fn render_dates(
    house: &House,
    page: Page,
    host: Host,
    round: Option<i32>,
    form: Option<Form>,
) -> Result<HttpResponse, Error> {
    let now = house.now();
    let (event, organizes) = (host.event.clone(), host.organizer);
    let read = house.ask(async move |app| {
        let db = app.database.reader();
        overview::look(db, &host.event).await
    });
    let plan = read.await?;
    let wanted = |seen: &&RoundSeen| match round {
        Some(round) => seen.round == round,
        None => seen.state != State::Finished,
    };
    let open = plan.rounds.iter().find(wanted).or(plan.rounds.last()).cloned();
    let form = form.unwrap_or_else(|| {
        let lowest = if plan.look_after_the_lowest { "yes" } else { "" };
        Form::filled([("look_after_the_lowest", lowest)])
    });
    let tabs = if organizes { tabs::of_organizer(&page, &event.slug, "dates") } else { Vec::new() };
    let heading = Heading::of(&page, &event, now);
    page::answer(&Office { page, tabs, heading, event, now, form, plan, open })
}

#[get("/office/e/{event}/dates")]
async fn open_dates(house: House, visit: Visit, host: Host, query: Query<RoundQuery>) -> Result<HttpResponse, Error> {
    render_dates(&house, visit.page, host, query.round, None).await
}

#[post("/office/e/{event}/dates")]
async fn plan_dates(house: House, visit: Visit, host: Host, form: Form) -> Result<HttpResponse, Error> {
    let by = host.clone();
    let planned = async {
        let wishes: PlanWishes = body::read(json!({
            "rounds": form.number("rounds"),
            "tables": form.number("tables"),
            "look_after_the_lowest": form.flag("look_after_the_lowest"),
        }))?;
        house.run(async move |app| plan::plan(&app, &by, wishes).await).await
    };
    match planned.await {
        Ok(()) => see_saying(&address(&host.event), "dates-planned"),
        Err(error) => {
            form.show_again(visit.page, error, |page, form| render_dates(&house, page, host, None, Some(form))).await
        }
    }
}

/// One table of a played round took place after all, or did not.
#[post("/office/e/{event}/dates/{round}")]
async fn correct_table(
    house: House,
    visit: Visit,
    host: Host,
    path: Path<(String, i32)>,
    form: Form,
) -> Result<HttpResponse, Error> {
    let round = path.1;
    let (table, held) = match (form.value("missed").parse::<i32>(), form.value("held").parse::<i32>()) {
        (Ok(table), _) => (table, false),
        (_, Ok(table)) => (table, true),
        _ => return Err(MALFORMED_FORM.saying("Which table?").into()),
    };
    let by = host.clone();
    match house.run(async move |app| strike::strike(&app, &by, round, table, TableSeen { held }).await).await {
        Ok(()) => see_saying(&format!("{}?round={round}", address(&host.event)), "date-corrected"),
        Err(error) => {
            form.show_again(visit.page, error, |page, form| render_dates(&house, page, host, Some(round), Some(form)))
                .await
        }
    }
}

#[get("/office/e/{event}/dates/print")]
async fn print_dates(house: House, visit: Visit, host: Host) -> Result<HttpResponse, Error> {
    let event = host.event.clone();
    let plan = house.ask(async move |app| overview::look(app.database.reader(), &host.event).await).await?;
    let printed = when::clock(event.zone(), house.now());
    let rounds = plan.rounds.iter().map(|round| round.round).collect();
    page::answer(&Print { page: visit.page, event, rounds, lines: lines(&plan.rounds), printed })
}

/// Everybody who has a table in some round, by number.
fn lines(rounds: &[RoundSeen]) -> Vec<Line> {
    let mut lines: BTreeMap<String, Vec<Option<(i32, String)>>> = BTreeMap::new();
    for (place, round) in rounds.iter().enumerate() {
        for table in &round.tables {
            let [one, other] = table.badges.as_slice() else { continue };
            for (badge, partner) in [(one, other), (other, one)] {
                let cells = lines.entry(badge.clone()).or_insert_with(|| vec![None; rounds.len()]);
                if let Some(cell) = cells.get_mut(place) {
                    *cell = Some((table.table, partner.clone()));
                }
            }
        }
    }
    lines.into_iter().map(|(badge, cells)| Line { badge, cells }).collect()
}

impl Print {
    fn title(&self) -> &str {
        self.event.titled(self.page.language)
    }
}

impl Office {
    fn here(&self) -> String {
        address(&self.event)
    }

    fn may_plan(&self) -> bool {
        self.event.phase(self.now) == Phase::OnSite
    }

    fn planned_at(&self) -> Option<String> {
        let at = self.plan.planned_at?;
        let gaps = [("when", when::clock(self.event.zone(), at).into())];
        Some(self.page.say("office-dates-planned-at", &gaps))
    }

    /// How good the plan is, in a sentence.
    fn bound(&self) -> String {
        let figures = &self.plan.figures;
        let gaps = [("percent", format!("{:.1}", figures.reached_percent).trim_end_matches(".0").to_owned().into())];
        let key = if figures.proven_best { "office-dates-best" } else { "office-dates-bound" };
        self.page.say(key, &gaps)
    }

    fn spread(&self, fewest: &u32, most: &u32) -> String {
        if fewest == most { fewest.to_string() } else { format!("{fewest}–{most}") }
    }

    fn state(&self, round: &RoundSeen) -> String {
        self.page.t(match round.state {
            State::Planned => "office-dates-round-planned",
            State::Running => "office-dates-round-running",
            State::Finished => "office-dates-round-finished",
        })
    }

    fn is_played(&self, round: &RoundSeen) -> bool {
        round.state != State::Planned
    }

    fn pair(&self, table: &TableSet) -> String {
        table.badges.join(" · ")
    }

    fn list(&self, badges: &[String]) -> String {
        self.page.list(badges)
    }

    fn is_shown(&self, round: &RoundSeen) -> bool {
        self.open.as_ref().is_some_and(|open| open.round == round.round)
    }
}
