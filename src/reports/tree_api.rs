//! The calls about the year of a union and of all below it.

use actix_web::web::Json;
use actix_web::{HttpRequest, HttpResponse, get};

use super::api::{XLSX, attached};
use super::report_request::{OfYear, of_tree};
use super::table;
use super::tree::TreeReport;
use super::workbook::{Leaf, bound};
use crate::app::House;
use crate::body::Query;
use crate::error::Error;
use crate::organizations::access::OrganizationStaff;
use crate::page::Page;

/// The year of a union and of all that stand below it, in figures. Who: organizer of the union.
#[utoipa::path(tag = "reports", params(OfYear), security(("bearer" = [])),
    responses((status = 200, body = TreeReport), (status = 403), (status = 422, description = "`invalid`")))]
#[get("/organizations/{organization}/report/tree")]
pub async fn tree_report(house: House, by: OrganizationStaff, of: Query<OfYear>) -> Result<Json<TreeReport>, Error> {
    of_tree(&house, by, &of).await.map(Json)
}

/// The same as a workbook. Who: organizer of the union.
#[utoipa::path(tag = "reports", params(OfYear), security(("bearer" = [])), responses(
    (status = 200, description = "An XLSX workbook", content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (status = 403), (status = 422, description = "`invalid`")))]
#[get("/organizations/{organization}/report/tree.xlsx")]
pub async fn tree_workbook(
    house: House,
    request: HttpRequest,
    by: OrganizationStaff,
    of: Query<OfYear>,
) -> Result<HttpResponse, Error> {
    let (page, slug) = (Page::of(&request), by.organization.slug.clone());
    let report = of_tree(&house, by, &of).await?;
    let title = report.title(&page);
    let sentence = report.sentence.in_language(page.language).to_owned();
    let tables = [table::of_tree(&page, &report)];
    let leaf = Leaf { name: page.t("tree-link"), head: vec![title, sentence], tables: &tables };
    Ok(attached(XLSX, &format!("{slug}-tree-{}.xlsx", report.year), bound(&page, &[leaf])?))
}
