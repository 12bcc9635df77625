//! Who works for a union, as a page: how a new union gets its first organizer.

use actix_web::web::Path;
use actix_web::{HttpResponse, get, post};
use askama::Template;
use serde_json::json;
use uuid::Uuid;

use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::{Error, Refused};
use crate::organizations::access::OrganizationStaff;
use crate::organizations::grant::{Appointment, grant};
use crate::organizations::members::{self, StaffMember};
use crate::organizations::revoke::revoke;
use crate::page::form::Form;
use crate::page::said::see_saying;
use crate::page::{self, Page};

#[derive(Template)]
#[template(path = "office/colleagues.html")]
struct Colleagues {
    page: Page,
    slug: String,
    union: String,
    administrator: bool,
    members: Vec<StaffMember>,
    form: Form,
}

impl Colleagues {
    async fn new(house: &House, page: Page, by: &OrganizationStaff, form: Form) -> Result<Self, Error> {
        let (union, id) = (&by.organization, by.organization.id);
        let listed = house.run(async move |app| members::of_union(app.database.reader(), id).await).await?;
        let name = union.called(page.language).to_owned();
        let administrator = by.account.administrator;
        Ok(Self { slug: union.slug.clone(), union: name, administrator, members: listed, form, page })
    }
}

/// Who: organizer of the union, administrator.
#[get("/office/o/{organization}/staff")]
pub async fn shown(house: House, visit: Visit, by: OrganizationStaff) -> Result<HttpResponse, Error> {
    page::answer(&Colleagues::new(&house, visit.page, &by, Form::default()).await?)
}

/// Makes somebody an organizer, by mail address. Who: organizer of the union, administrator.
#[post("/office/o/{organization}/staff")]
pub async fn appointed(house: House, visit: Visit, by: OrganizationStaff, form: Form) -> Result<HttpResponse, Error> {
    let who = by.clone();
    let granted = async {
        let wish: Appointment = body::read(json!({ "email": form.value("email").trim(), "role": "organizer" }))?;
        house.run(async move |app| grant(&app, &who, wish).await).await
    };
    match granted.await {
        Ok((_, new)) => see_saying(&address(&by), if new { "role-granted" } else { "role-held" }),
        Err(error) => refused(&house, visit.page, &by, form, error).await,
    }
}

/// Takes the role back. Who: organizer of the union, administrator.
#[post("/office/o/{organization}/staff/{grant}/leave")]
pub async fn left(
    house: House,
    visit: Visit,
    by: OrganizationStaff,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Error> {
    let grant: Uuid = path.1.parse().map_err(|_| Refused::not_found())?;
    let who = by.clone();
    match house.run(async move |app| revoke(&app, &who, grant).await).await {
        Ok(()) => see_saying(&address(&by), "role-revoked"),
        Err(error) => refused(&house, visit.page, &by, Form::default(), error).await,
    }
}

async fn refused(
    house: &House,
    page: Page,
    by: &OrganizationStaff,
    form: Form,
    error: Error,
) -> Result<HttpResponse, Error> {
    let form = form.refused(&page, error)?;
    page::answer_refused(&form.clone(), &Colleagues::new(house, page, by, form).await?)
}

fn address(by: &OrganizationStaff) -> String {
    format!("/office/o/{}/staff", by.organization.slug)
}
