//! Lists of applicants, in and out.

use actix_web::http::header::{ContentDisposition, DispositionParam, DispositionType};
use actix_web::{HttpResponse, get, post};
use askama::Template;

use super::{labels, list};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::error::Error;
use crate::events::access::Organizer;
use crate::events::heading::Heading;
use crate::events::tabs;
use crate::page::faults::{self, Faults};
use crate::page::form::Form;
use crate::page::{self, Page, Tab, flash, when};
use crate::registrations::entrant;
use crate::registrations::export::export;
use crate::registrations::import::{Manner, import};
use crate::registrations::roll::Applicant;
use crate::sheet::upload::Upload;
use crate::sheet::written::csv;

#[derive(Template)]
#[template(path = "registrations/office/import.html")]
struct Import {
    page: Page,
    heading: Heading,
    tabs: Vec<Tab>,
    form: Form,
    trouble: Option<String>,
    taken: Option<String>,
    unused: String,
    unread: String,
    faults: Faults,
}

impl Import {
    fn new(house: &House, page: Page, by: &Organizer) -> Self {
        Self {
            heading: Heading::of(&page, &by.event, house.now()),
            tabs: tabs::of_organizer(&page, &by.event.slug, "registrations"),
            form: Form::filled([("create_units", "yes")]),
            trouble: None,
            taken: None,
            unused: String::new(),
            unread: String::new(),
            faults: Faults::default(),
            page,
        }
    }
}

/// Who: organizer.
#[get("/office/e/{event}/registrations/import")]
pub async fn form(house: House, visit: Visit, by: Organizer) -> Result<HttpResponse, Error> {
    page::answer(&Import::new(&house, visit.page, &by))
}

/// Invites everybody in a list, whole unless told otherwise. Who: organizer.
#[post("/office/e/{event}/registrations/import")]
pub async fn imported(house: House, visit: Visit, by: Organizer, upload: Upload) -> Result<HttpResponse, Error> {
    let (page, who) = (&visit.page, by.clone());
    let mut ticked = Form::default();
    let taken = async {
        let (fields, sheet) = upload.filled(by.account.account_id).await?;
        ticked = Form::filled(fields);
        let has = |name: &str| ticked.has(name, "yes");
        let manner = Manner {
            partial: has("partial"),
            approve: has("approve"),
            create_units: has("create_units"),
            corrections: true,
        };
        house.run(async move |app| import(&app, &who, &sheet, manner).await).await
    };
    let taken = taken.await;
    let import = Import { form: ticked, ..Import::new(&house, page.clone(), &by) };
    match taken {
        Ok(taken) if taken.errors.is_empty() && taken.unused_columns.is_empty() && taken.unread_sheets.is_empty() => {
            let back = format!("/office/e/{}/registrations/invitations", by.event.slug);
            flash::see_counting(&back, "imported", taken.imported as u64)
        }
        Ok(taken) => page::answer(&Import {
            taken: Some(page.say("import-taken", &[("count", taken.imported.into())])),
            unused: page.list(&taken.unused_columns),
            unread: page.list(&taken.unread_sheets),
            faults: Faults::left_out(page, &taken.errors, taken.corrections),
            ..import
        }),
        Err(error) => {
            let (refused, text) = faults::whole(page, error)?;
            let faults = Faults::refused(page, &refused);
            page::answer_as(refused.refusal.status, &Import { trouble: Some(text), faults, ..import })
        }
    }
}

/// A table with the headings an import understands and nothing below them. Who: organizer.
#[get("/office/e/{event}/registrations/template.csv")]
pub async fn blank(visit: Visit, _: Organizer) -> HttpResponse {
    let heading = |column: &crate::sheet::Column| {
        let zh = column.headings.first().copied().unwrap_or(column.field);
        visit.page.language.choose(zh, column.field).to_owned()
    };
    let header: Vec<String> = entrant::COLUMNS.iter().map(heading).collect();
    file("applicants.csv", csv(&header, Vec::<Vec<String>>::new()))
}

/// What the list shows, on record: the same filter, all of its pages. Who: organizer.
#[post("/office/e/{event}/registrations/export")]
pub async fn exported(house: House, visit: Visit, by: Organizer, filter: Form) -> Result<HttpResponse, Error> {
    let (page, zone) = (&visit.page, by.event.zone());
    let name = format!("{}.csv", by.event.slug);
    let (asked, q) = list::typed_filter(&filter)?;
    let roll = house.run(async move |app| export(&app, &by, asked.filter(&q)).await).await?;
    let header = [
        "roll-number",
        "roll-status",
        "roll-side",
        "column-real-name",
        "column-nickname",
        "column-unit",
        "roll-age",
        "column-education",
        "roll-applied",
        "roll-reason-given",
    ]
    .map(|key| page.t(key));
    let row = |applicant: Applicant| {
        [
            labels::status(page, applicant.status),
            labels::side(page, applicant.side),
            applicant.real_name.unwrap_or_default(),
            applicant.nickname,
            applicant.unit.name,
            applicant.age.map(|age| age.to_string()).unwrap_or_default(),
            applicant.education.unwrap_or_default(),
            when::sortable(zone, applicant.applied_at),
            applicant.reason.unwrap_or_default(),
        ]
        .into_iter()
        .fold(vec![applicant.number], |mut row, cell| {
            row.push(cell);
            row
        })
    };
    Ok(file(&name, csv(&header, roll.into_iter().map(row))))
}

fn file(name: &str, bytes: Vec<u8>) -> HttpResponse {
    let named = ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::Filename(name.to_owned())],
    };
    HttpResponse::Ok().content_type("text/csv; charset=utf-8").insert_header(named).body(bytes)
}
