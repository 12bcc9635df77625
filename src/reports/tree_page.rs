//! The year of a union and of all below it, in the office.

use actix_web::web::Query;
use actix_web::{HttpResponse, get};
use askama::Template;

use super::report_request::{OfYear, of_tree};
use super::table::{self, Table};
use super::tree::TreeReport;
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::error::Error;
use crate::organizations::access::OrganizationStaff;
use crate::page::{self, Page};

#[derive(Template)]
#[template(path = "reports/tree.html")]
struct TreePage {
    page: Page,
    slug: String,
    title: String,
    sentence: String,
    report: TreeReport,
    table: Table,
}

/// Who: organizer of the union.
#[get("/office/o/{organization}/report/tree")]
pub async fn tree_page(
    house: House,
    visit: Visit,
    by: OrganizationStaff,
    of: Query<OfYear>,
) -> Result<HttpResponse, Error> {
    let (page, slug) = (visit.page, by.organization.slug.clone());
    let report = of_tree(&house, by, &of).await?;
    page::answer(&TreePage {
        title: report.title(&page),
        sentence: report.sentence.in_language(page.language).to_owned(),
        table: table::of_tree(&page, &report),
        report,
        slug,
        page,
    })
}
