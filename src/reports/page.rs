//! The reports in the office: an event's, and the year's.

use actix_web::web::Query;
use actix_web::{HttpResponse, get};
use askama::Template;

use super::event::EventReport;
use super::report_request::{OfYear, of_event, of_year};
use super::table::{self, Cell, Table};
use super::year::YearReport;
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::error::Error;
use crate::events::access::Organizer;
use crate::events::heading::Heading;
use crate::events::tabs;
use crate::organizations::access::OrganizationStaff;
use crate::organizations::tree;
use crate::page::{self, Page, Tab};

#[derive(Template)]
#[template(path = "reports/event.html")]
struct EventPage {
    page: Page,
    heading: Heading,
    tabs: Vec<Tab>,
    report: EventReport,
    tables: Vec<Table>,
}

#[derive(Template)]
#[template(path = "reports/year.html")]
struct YearPage {
    page: Page,
    slug: String,
    title: String,
    sentence: String,
    /// Whether unions stand below it.
    whole: bool,
    report: YearReport,
    table: Table,
}

/// Who: organizer.
#[get("/office/e/{event}/report")]
pub async fn event_page(house: House, visit: Visit, by: Organizer) -> Result<HttpResponse, Error> {
    let page = visit.page;
    let heading = Heading::of(&page, &by.event, house.now());
    let report = of_event(&house, by).await?;
    page::answer(&EventPage {
        tabs: tabs::of_organizer(&page, &report.event, "report"),
        tables: table::of_event(&page, &report),
        heading,
        report,
        page,
    })
}

/// Who: organizer of the union.
#[get("/office/o/{organization}/report")]
pub async fn year_page(
    house: House,
    visit: Visit,
    by: OrganizationStaff,
    of: Query<OfYear>,
) -> Result<HttpResponse, Error> {
    let (page, slug) = (visit.page, by.organization.slug.clone());
    let union = by.organization.id;
    let whole = house.ask(async move |app| tree::has_below(app.database.reader(), union).await).await?;
    let report = of_year(&house, by, &of).await?;
    page::answer(&YearPage {
        whole,
        title: report.title(&page),
        sentence: report.sentence.in_language(page.language).to_owned(),
        table: table::of_year(&page, &report),
        report,
        slug,
        page,
    })
}

impl EventPage {
    /// The four figures people ask for first.
    fn first(&self) -> [(&'static str, Cell); 4] {
        let stage = |name| {
            let stage = self.report.stages.iter().find(|stage| stage.stage == name);
            Cell::Count(stage.map_or(0, |stage| stage.men + stage.women))
        };
        [
            ("figures-applications", stage("applied")),
            ("figures-attended", stage("came")),
            ("figures-of-confirmed", Cell::rate(self.report.door.of_confirmed)),
            ("figures-couples", Cell::of(self.report.outcome.couples)),
        ]
    }
}
