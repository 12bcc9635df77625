//! Who serves at an event: the crew of the evening, and the union's organizers.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use uuid::Uuid;

use crate::accounts::address::address_to_unicode as shown_address;
use crate::accounts::visit::Visit;
use crate::accounts::{account, profile};
use crate::app::{App, House};
use crate::body;
use crate::error::{Error, Fault, Refused};
use crate::events::access::{Organizer, id_in_path};
use crate::events::appoint_crew::{Enlistment, dismiss, invite};
use crate::events::crew;
use crate::events::heading::Heading;
use crate::events::{event, tabs};
use crate::invitations::invitation::Kind;
use crate::invitations::listed;
use crate::invitations::rows::{Row, rows};
use crate::organizations::access::OrganizationStaff;
use crate::organizations::grant::{self, Appointment};
use crate::organizations::revoke::revoke;
use crate::organizations::{organization, staff};
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
    async fn new(house: &House, page: Page, by: &Organizer, form: Form) -> Result<Self, Error> {
        let (event, me) = (by.event.clone(), by.account.account_id);
        let of = event.clone();
        let read = house.run(async move |app| {
            let db = app.database.reader();
            let mut open = listed::open(db, &app, &[Kind::Organizer], of.organization_id).await?;
            open.extend(listed::open(db, &app, &[Kind::Desk, Kind::Host, Kind::Volunteer], of.id).await?);
            Ok((members(db, &of).await?, open))
        });
        let (found, open) = read.await?;
        let member = |(grant, account, role, nickname, kind): (Uuid, account::Model, String, String, &str)| {
            Ok(Member {
                email: shown_address(&account.address(&house.secrets)?),
                nickname,
                role: page.t(&format!("role-{role}")),
                leave: format!("/office/e/{}/staff/{kind}/{grant}/leave", event.slug),
                myself: account.id == me,
            })
        };
        let roles = ["desk", "host", "volunteer", "organizer"];
        Ok(Self {
            members: found.into_iter().map(member).collect::<Result<_, Error>>()?,
            invitations: rows(&page, open, house.now()),
            heading: Heading::of(&page, &event, house.now()),
            tabs: tabs::of_organizer(&page, &event.slug, "staff"),
            roles: roles.map(|role| (role.to_owned(), page.t(&format!("role-{role}")))).to_vec(),
            form,
            page,
        })
    }
}

type CrewGrant = (Uuid, account::Model, String, String, &'static str);

async fn members(db: &impl ConnectionTrait, event: &event::Model) -> Result<Vec<CrewGrant>, Fault> {
    let of_union = staff::Entity::find().filter(staff::Column::OrganizationId.eq(event.organization_id));
    let of_event = crew::Entity::find().filter(crew::Column::EventId.eq(event.id));
    let organizers = of_union.order_by_asc(staff::Column::Id).all(db).await?;
    let crew = of_event.order_by_asc(crew::Column::Id).all(db).await?;
    let word = |role: serde_json::Value| role.as_str().unwrap_or_default().to_owned();
    let mut grants: Vec<(Uuid, Uuid, String, &'static str)> =
        organizers.iter().map(|grant| (grant.id, grant.account_id, word(json!(grant.role)), "union")).collect();
    grants.extend(crew.iter().map(|grant| (grant.id, grant.account_id, word(json!(grant.role)), "evening")));
    let ids: Vec<Uuid> = grants.iter().map(|(_, account, ..)| *account).collect();
    let accounts = account::Entity::alive().filter(account::Column::Id.is_in(ids.iter().copied())).all(db).await?;
    let profiles = profile::Entity::find().filter(profile::Column::AccountId.is_in(ids)).all(db).await?;
    let found = |(grant, id, role, kind): (Uuid, Uuid, String, &'static str)| {
        let account = accounts.iter().find(|account| account.id == id)?.clone();
        let profile = profiles.iter().find(|profile| profile.account_id == id);
        let named = profile.map(|profile| profile.nickname.clone()).or_else(|| account.name.clone());
        let nickname = named.unwrap_or_default();
        Some((grant, account, role, nickname, kind))
    };
    Ok(grants.into_iter().filter_map(found).collect())
}

/// Everybody with a role. Who: organizer.
#[get("/office/e/{event}/staff")]
pub async fn show_crew(house: House, visit: Visit, by: Organizer) -> Result<HttpResponse, Error> {
    page::answer(&Crew::new(&house, visit.page, &by, Form::filled([("role", "desk")])).await?)
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
            let invited = async move |app: Arc<App>| grant::invite(&app, &for_union(&app, &who).await?, wish).await;
            house.run(invited).await.map(|(_, new)| new)
        } else {
            let wish: Enlistment = body::read(request)?;
            house.run(async move |app| invite(&app, &who, wish).await).await.map(|(_, new)| new)
        }
    };
    match invited.await {
        Ok(new) => flash::see_saying(&back, if new { "invited" } else { "invited-already" }),
        Err(error) => {
            let form = form.refused(&visit.page, error)?;
            let crew = Crew::new(&house, visit.page, &by, form).await?;
            page::answer_refused(&crew.form, &crew)
        }
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
        let grant = staff::Entity::find_by_id(id).one(app.database.reader()).await?;
        revoke(&app, &for_union(&app, &who).await?, id).await?;
        Ok(grant.is_some_and(|grant| grant.account_id == myself))
    });
    match revoked.await {
        // Whoever left sees this event no longer.
        Ok(true) => flash::see_saying("/", "role-revoked"),
        Ok(false) => flash::see_saying(&back, "role-revoked"),
        Err(error) => {
            let form = Form::filled([("role", "desk")]).refused(&visit.page, error)?;
            let crew = Crew::new(&house, visit.page, &by, form).await?;
            page::answer_refused(&crew.form, &crew)
        }
    }
}

/// The organizer of an event as one of the union that holds it.
async fn for_union(app: &App, by: &Organizer) -> Result<OrganizationStaff, Error> {
    let union = organization::Entity::find_by_id(by.event.organization_id).one(app.database.reader()).await?;
    Ok(OrganizationStaff { account: by.account, organization: union.ok_or_else(Refused::not_found)? })
}
