//! The units of a union.

use actix_web::web::Query;
use actix_web::{HttpResponse, get, post};
use askama::Template;
use sea_orm::ConnectionTrait;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::{Error, Fault};
use crate::organizations::access::OrganizationStaff;
use crate::page::faults::{self, Faults};
use crate::page::form::Form;
use crate::page::{self, Page, flash};
use crate::paging::Paging;
use crate::sheet::upload::Upload;
use crate::units::add::{NewUnit, add};
use crate::units::import::import_units;
use crate::units::overview::{self, Overview};
use crate::units::unit;

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
    /// What applicants wrote down, each with units that may be meant.
    typed: Vec<TypedRow>,
    names: String,
    next: Option<String>,
    form: Form,
    /// What became of an upload.
    upload: Option<String>,
    taken: Option<String>,
    unread: String,
    faults: Faults,
}

struct TypedRow {
    id: Uuid,
    name: String,
    near: String,
}

/// What applicants wrote and nobody has looked at, with the unit that comes closest to each.
async fn typed_rows(db: &impl ConnectionTrait, union: Uuid) -> Result<Vec<TypedRow>, Fault> {
    let mut rows = Vec::new();
    for typed in unit::typed(db, union).await? {
        let near = unit::near(db, &[union], &typed.name).await?.into_iter().next();
        rows.push(TypedRow { id: typed.id, name: typed.name, near: near.map(|unit| unit.name).unwrap_or_default() });
    }
    Ok(rows)
}

impl List {
    async fn new(house: &House, page: Page, by: &OrganizationStaff, query: UnitsQuery) -> Result<Self, Error> {
        let q: String = query.q.unwrap_or_default().chars().take(80).collect();
        let paging = Paging { limit: Some(100), cursor: query.cursor };
        let (union, typed) = (by.organization.id, q.clone());
        let read = house.run(async move |app| {
            let db = app.database.reader();
            Ok((overview::page(db, union, &typed, &paging).await?, typed_rows(db, union).await?))
        });
        let (listed, typed) = read.await?;
        let organization = &by.organization;
        let slug = organization.slug.clone();
        let search: String = url::form_urlencoded::byte_serialize(q.as_bytes()).collect();
        Ok(Self {
            union: organization.name_in(page.language).to_owned(),
            next: listed.next.map(|cursor| format!("/office/o/{slug}/units?q={search}&cursor={cursor}")),
            units: listed.items,
            typed,
            names: format!("/units/names?organization={union}"),
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
    query: Query<UnitsQuery>,
) -> Result<HttpResponse, Error> {
    page::answer(&List::new(&house, visit.page, &by, query.into_inner()).await?)
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
            let show = async |page, form| {
                page::answer(&List { form, ..List::new(&house, page, &by, UnitsQuery::default()).await? })
            };
            form.show_again(visit.page, error, show).await
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
            let key = if taken.errors.is_empty() { "flash-units-added" } else { "units-added-some" };
            let text = page.say(key, &[("count", taken.added.into())]);
            let faults = Faults::left_out(page, &taken.errors, taken.corrections);
            page::answer(&List { taken: Some(text), unread: page.list(taken.unread), faults, ..list })
        }
        Err(error) => {
            let (refused, text) = faults::whole(page, error)?;
            let faults = Faults::refused(page, &refused);
            page::answer_as(refused.refusal.status, &List { upload: Some(text), faults, ..list })
        }
    }
}
