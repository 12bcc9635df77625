//! What an evening came to, as figures and a plot.

use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, get};
use askama::Template;
use chrono::{DateTime, Utc};

use super::follow_up::State;
use super::outcomes::{self, Agreed, Figures};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::error::Error;
use crate::events::access::Volunteer;
use crate::events::event;
use crate::page::{self, Page, when};

#[derive(Template)]
#[template(path = "volunteers/outcomes.html")]
struct Outcomes {
    page: Page,
    event: event::Model,
    figures: Figures,
    couples: Vec<Agreed>,
    now: DateTime<Utc>,
}

/// One bar of a plot, lying down.
struct Bar {
    y: usize,
    name: String,
    /// None: too few to be told.
    count: Option<usize>,
    width: usize,
}

/// How long the longest bar is, and how far apart bars lie, in the plot's own units.
const LONGEST: usize = 168;
const PITCH: usize = 32;

pub fn pages(config: &mut ServiceConfig) {
    config.service(event_outcomes);
}

#[get("/volunteer/e/{event}")]
async fn event_outcomes(house: House, visit: Visit, volunteer: Volunteer) -> Result<HttpResponse, Error> {
    let event = volunteer.event;
    let id = event.id;
    let (couples, figures) = house.ask(async move |app| outcomes::of_event(app.database.reader(), id).await).await?;
    page::answer(&Outcomes { page: visit.page, event, figures, couples, now: house.now() })
}

impl Outcomes {
    fn title(&self) -> &str {
        self.event.titled(self.page.language)
    }

    fn day(&self, at: &DateTime<Utc>) -> String {
        when::day(self.page.language, self.event.zone(), *at, self.now)
    }

    /// From those who came to those who want to be asked, in people.
    fn way(&self) -> Vec<Bar> {
        let attended = usize::try_from(self.figures.attended).ok();
        let way = [
            ("outcomes-attended", attended),
            ("outcomes-matched", self.figures.matched_people),
            ("outcomes-together", Some(2 * self.figures.couples)),
            ("outcomes-asked", Some(2 * self.figures.followed)),
        ];
        self.bars(&way)
    }

    /// How the couples that are asked are getting on.
    fn lately(&self) -> Vec<Bar> {
        self.bars(&State::ALL.map(|state| (state.key(), self.figures.states.get(&state).copied())))
    }

    fn bars(&self, counts: &[(&str, Option<usize>)]) -> Vec<Bar> {
        let most = counts.iter().filter_map(|(_, count)| *count).max().unwrap_or(0).max(1);
        let bar = |(place, (name, count)): (usize, &(&str, Option<usize>))| Bar {
            y: place * PITCH,
            name: self.page.t(name),
            count: *count,
            width: count.unwrap_or(0) * LONGEST / most,
        };
        counts.iter().enumerate().map(bar).collect()
    }
}
