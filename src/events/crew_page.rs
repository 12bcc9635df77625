//! Who serves at an event: the crew of the evening, and the union's organizers.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use sea_orm::EntityTrait;
use serde_json::json;

use crate::accounts::address::address_to_unicode as shown_address;
use crate::accounts::visit::Visit;
use crate::app::{App, House};
use crate::body;
use crate::error::Error;
use crate::events::access::{Organizer, id_in_path};
use crate::events::appoint_crew::{Enlistment, dismiss, invite};
use crate::events::heading::Heading;
use crate::events::tabs;
use crate::events::workers::{self, Right, Worker};
use crate::invitations::invitation::Kind;
use crate::invitations::listed;
use crate::invitations::rows::{Row, rows};
use crate::organizations::grant::{self, Appointment};
use crate::organizations::revoke::revoke;
use crate::organizations::staff;
use crate::page::form::Form;
use crate::page::{self, Page, Tab, flash};

#[derive(Template)]
#[template(path = "events/crew.html")]
struct Crew {
    page: Page,
    heading: Heading,
    tabs: Vec<Tab>,
    form: Form,
    /// What may be chosen, and its words.
    roles: Vec<(String, String)>,
    members: Vec<Member>,
    invitations: Vec<Row>,
}

/// Somebody with a role.
struct Member {
    email: String,
    nickname: String,
    role: String,
    /// Where the role is taken back.
    leave: String,
    myself: bool,
}

impl Crew {
    async fn answer(house: &House, page: Page, by: &Organizer, form: Form) -> Result<HttpResponse, Error> {
        let (event, me) = (by.event.clone(), by.account.account_id);
        let of = event.clone();
        let read = house.run(async move |app| {
            let db = app.database.reader();
            let mut open = listed::open(db, &app, &[Kind::Organizer], of.organization_id).await?;
            open.extend(listed::open(db, &app, &[Kind::Desk, Kind::Host, Kind::Volunteer], of.id).await?);
            Ok((workers::of_event(db, &of).await?, open))
        });
        let (found, open) = read.await?;
        let member = |worker: Worker| {
            let kind = match worker.right {
                Right::Union(_) => "union",
                Right::Evening(_) => "evening",
            };
            Ok(Member {
                email: shown_address(&worker.account.address(&house.secrets)?),
                nickname: worker.name.unwrap_or_default(),
                role: page.t(&format!("role-{}", worker.right.word())),
                leave: format!("/office/e/{}/staff/{kind}/{}/leave", event.slug, worker.grant),
                myself: worker.account.id == me,
            })
        };
        page::answer(&Self {
            members: found.into_iter().map(member).collect::<Result<_, Error>>()?,
            invitations: rows(&page, open, house.now()),
            heading: Heading::of(&page, &event, house.now()),
            tabs: tabs::of_organizer(&page, &event.slug, "staff"),
            roles: page.choices("role", ["desk", "host", "volunteer", "organizer"]),
            form,
            page,
        })
    }
}

/// Everybody with a role. Who: organizer.
#[get("/office/e/{event}/staff")]
pub async fn show_crew(house: House, visit: Visit, by: Organizer) -> Result<HttpResponse, Error> {
    Crew::answer(&house, visit.page, &by, Form::filled([("role", "desk")])).await
}

/// Invites somebody to a role, by mail address. Who: organizer.
#[post("/office/e/{event}/staff")]
pub async fn enlisted(house: House, visit: Visit, by: Organizer, form: Form) -> Result<HttpResponse, Error> {
    let back = format!("/office/e/{}/staff", by.event.slug);
    let request = json!({ "email": form.value("email").trim(), "role": form.value("role") });
    let (of_union, who) = (form.value("role") == "organizer", by.clone());
    let invited = async {
        if of_union {
            let wish: Appointment = body::read(request)?;
            let invited = async move |app: Arc<App>| {
                grant::invite(&app, &who.for_union(app.database.reader()).await?, wish).await
            };
            house.run(invited).await.map(|(_, new)| new)
        } else {
            let wish: Enlistment = body::read(request)?;
            house.run(async move |app| invite(&app, &who, wish).await).await.map(|(_, new)| new)
        }
    };
    match invited.await {
        Ok(new) => flash::see_saying(&back, if new { "invited" } else { "invited-already" }),
        Err(error) => form.show_again(visit.page, error, |page, form| Crew::answer(&house, page, &by, form)).await,
    }
}

/// Takes a role of the evening back. Who: organizer.
#[post("/office/e/{event}/staff/evening/{id}/leave")]
pub async fn dismissed(house: House, by: Organizer, request: HttpRequest) -> Result<HttpResponse, Error> {
    let (id, back) = (id_in_path(&request, "id")?, format!("/office/e/{}/staff", by.event.slug));
    house.run(async move |app| dismiss(&app, &by, id).await).await?;
    flash::see_saying(&back, "role-revoked")
}

/// Takes an organizer's role at the union back. Who: organizer.
#[post("/office/e/{event}/staff/union/{id}/leave")]
pub async fn revoked(house: House, visit: Visit, by: Organizer, request: HttpRequest) -> Result<HttpResponse, Error> {
    let (id, back) = (id_in_path(&request, "id")?, format!("/office/e/{}/staff", by.event.slug));
    let (who, myself) = (by.clone(), by.account.account_id);
    let revoked = house.run(async move |app| {
        let db = app.database.reader();
        let grant = staff::Entity::find_by_id(id).one(db).await?;
        revoke(&app, &who.for_union(db).await?, id).await?;
        Ok(grant.is_some_and(|grant| grant.account_id == myself))
    });
    match revoked.await {
        // Whoever left sees this event no longer.
        Ok(true) => flash::see_saying("/", "role-revoked"),
        Ok(false) => flash::see_saying(&back, "role-revoked"),
        Err(error) => {
            let form = Form::filled([("role", "desk")]);
            form.show_again(visit.page, error, |page, form| Crew::answer(&house, page, &by, form)).await
        }
    }
}
