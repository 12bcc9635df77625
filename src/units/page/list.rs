//! The units of a union.

use actix_web::http::StatusCode;
use actix_web::web::Query;
use actix_web::{HttpResponse, get, post};
use askama::Template;
use serde::Deserialize;
use serde_json::json;

use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::Error;
use crate::organizations::access::OrganizationStaff;
use crate::page::faults::{self, Faults};
use crate::page::form::Form;
use crate::page::{self, Page, flash};
use crate::paging::Paging;
use crate::sheet::upload::Upload;
use crate::units::add::{NewUnit, add};
use crate::units::import::import_units;
use crate::units::overview::{self, Overview};

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitsQuery {
    /// Part of a name.
    q: Option<String>,
    cursor: Option<String>,
}

#[derive(Template)]
#[template(path = "units/page/list.html")]
struct List {
    page: Page,
    union: String,
    /// Of the union, in addresses.
    slug: String,
    q: String,
    units: Vec<Overview>,
    next: Option<String>,
    form: Form,
    /// What became of an upload.
    upload: Option<String>,
    taken: Option<String>,
    unread: String,
    faults: Faults,
}

impl List {
    async fn new(house: &House, page: Page, by: &OrganizationStaff, asked: UnitsQuery) -> Result<Self, Error> {
        let q: String = asked.q.unwrap_or_default().chars().take(80).collect();
        let paging = Paging { limit: Some(100), cursor: asked.cursor };
        let (union, typed) = (by.organization.id, q.clone());
        let read = house.run(async move |app| overview::page(app.database.reader(), union, &typed, &paging).await);
        let listed = read.await?;
        let organization = &by.organization;
        let name = page.language.choose(None, organization.name_en.clone());
        let slug = organization.slug.clone();
        let search: String = url::form_urlencoded::byte_serialize(q.as_bytes()).collect();
        Ok(Self {
            union: name.unwrap_or_else(|| organization.name.clone()),
            next: listed.next.map(|cursor| format!("/office/o/{slug}/units?q={search}&cursor={cursor}")),
            units: listed.items,
            form: Form::default(),
            upload: None,
            taken: None,
            unread: String::new(),
            faults: Faults::default(),
            slug,
            q,
            page,
        })
    }
}

/// All of them, or those whose name holds what was typed. Who: organizer of the union, administrator.
#[get("/office/o/{organization}/units")]
pub async fn show_units(
    house: House,
    visit: Visit,
    by: OrganizationStaff,
    asked: Query<UnitsQuery>,
) -> Result<HttpResponse, Error> {
    page::answer(&List::new(&house, visit.page, &by, asked.into_inner()).await?)
}

/// Takes in one. Who: organizer of the union, administrator.
#[post("/office/o/{organization}/units")]
pub async fn added(house: House, visit: Visit, by: OrganizationStaff, form: Form) -> Result<HttpResponse, Error> {
    let request = json!({
        "organization": by.organization.slug, "name": form.value("name").trim(), "mail_domain": form.text("mail_domain"),
    });
    let account = by.account;
    let added = async {
        let wish: NewUnit = body::read(request)?;
        house.run(async move |app| add(&app, &account, wish).await).await
    };
    match added.await {
        Ok(_) => flash::see_saying(&format!("/office/o/{}/units", by.organization.slug), "unit-added"),
        Err(error) => {
            let form = form.refused(&visit.page, error)?;
            let list = List { form, ..List::new(&house, visit.page, &by, UnitsQuery::default()).await? };
            page::answer_refused(&list.form, &list)
        }
    }
}

/// Takes in a table of them, whole unless told otherwise. Who: organizer of the union, administrator.
#[post("/office/o/{organization}/units/import")]
pub async fn imported(
    house: House,
    visit: Visit,
    by: OrganizationStaff,
    upload: Upload,
) -> Result<HttpResponse, Error> {
    let (account, slug, language) = (by.account, by.organization.slug.clone(), visit.page.language);
    let taken = async {
        let (fields, sheet) = upload.filled(account.account_id).await?;
        let partial = Form::filled(fields).has("partial", "yes");
        house
            .run(async move |app| import_units(&app, &account, Some(&slug), &sheet, partial, Some(language)).await)
            .await
    };
    let taken = taken.await;
    let list = List::new(&house, visit.page.clone(), &by, UnitsQuery::default()).await?;
    let page = &visit.page;
    match taken {
        Ok(taken) if taken.errors.is_empty() && taken.unread.is_empty() => {
            flash::see_counting(&format!("/office/o/{}/units", by.organization.slug), "units-added", taken.added as u64)
        }
        Ok(taken) => {
            let words = page.say("units-added-some", &[("count", taken.added.into())]);
            let faults = Faults::left_out(page, &taken.errors, taken.corrections);
            page::answer(&List { taken: Some(words), unread: page.list(taken.unread), faults, ..list })
        }
        Err(error) => {
            let (refused, told) = faults::whole(page, error)?;
            let faults = Faults::refused(page, &refused);
            let status: StatusCode = refused.status;
            page::answer_as(status, &List { upload: Some(told), faults, ..list })
        }
    }
}
