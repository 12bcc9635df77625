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
use crate::invitations::invitation::Kind;
use crate::invitations::listed;
use crate::invitations::rows::{Row, rows};
use crate::organizations::access::OrganizationStaff;
use crate::organizations::demand::demand;
use crate::organizations::grant::{Appointment, invite};
use crate::organizations::members::{self, StaffMember};
use crate::organizations::revoke::revoke;
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page};

#[derive(Template)]
#[template(path = "office/colleagues.html")]
struct Colleagues {
    page: Page,
    slug: String,
    union: String,
    administrator: bool,
    demands: bool,
    members: Vec<StaffMember>,
    invitations: Vec<Row>,
    form: Form,
}

impl Colleagues {
    async fn answer(house: &House, page: Page, by: &OrganizationStaff, form: Form) -> Result<HttpResponse, Error> {
        let (union, id) = (&by.organization, by.organization.id);
        let read = house.run(async move |app| {
            let db = app.database.reader();
            Ok((members::of_union(db, &app, id).await?, listed::open(db, &app, &[Kind::Organizer], id).await?))
        });
        let (members, open) = read.await?;
        let name = union.name_in(page.language).to_owned();
        let administrator = by.account.administrator;
        let invitations = rows(&page, open, house.now());
        let (slug, demands) = (union.slug.clone(), union.demands_second_factor);
        page::answer(&Self { slug, union: name, administrator, demands, members, invitations, form, page })
    }
}

/// Who: organizer of the union, administrator.
#[get("/office/o/{organization}/staff")]
pub async fn show_colleagues(house: House, visit: Visit, by: OrganizationStaff) -> Result<HttpResponse, Error> {
    Colleagues::answer(&house, visit.page, &by, Form::default()).await
}

/// Invites somebody to be an organizer, by mail address. Who: organizer of the union, administrator.
#[post("/office/o/{organization}/staff")]
pub async fn appointed(house: House, visit: Visit, by: OrganizationStaff, form: Form) -> Result<HttpResponse, Error> {
    let who = by.clone();
    let invited = async {
        let wish: Appointment = body::read(json!({ "email": form.value("email").trim(), "role": "organizer" }))?;
        house.run(async move |app| invite(&app, &who, wish).await).await
    };
    match invited.await {
        Ok((_, new)) => see_saying(&address(&by), if new { "invited" } else { "invited-already" }),
        Err(error) => {
            form.show_again(visit.page, error, |page, form| Colleagues::answer(&house, page, &by, form)).await
        }
    }
}

/// Demands a second factor of everybody here, or no longer. Who: organizer of the union, administrator,
/// with a second factor of their own.
#[post("/office/o/{organization}/second-factor")]
pub async fn demanded(house: House, visit: Visit, by: OrganizationStaff, form: Form) -> Result<HttpResponse, Error> {
    let (who, wish) = (by.clone(), !form.value("demanded").is_empty());
    match house.run(async move |app| demand(&app, &who, wish).await).await {
        Ok(_) => see_saying(&address(&by), if wish { "factor-demanded" } else { "factor-not-demanded" }),
        Err(error) => {
            form.show_again(visit.page, error, |page, form| Colleagues::answer(&house, page, &by, form)).await
        }
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
        Err(error) => {
            let show = |page, form| Colleagues::answer(&house, page, &by, form);
            Form::default().show_again(visit.page, error, show).await
        }
    }
}

fn address(by: &OrganizationStaff) -> String {
    format!("/office/o/{}/staff", by.organization.slug)
}
