//! One unit: its name, its mail domain, who speaks for it, and its roster.

use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use serde_json::json;
use uuid::Uuid;

use crate::accounts::account;
use crate::accounts::address::address_to_unicode as shown_address;
use crate::accounts::visit::Visit;
use crate::app::{App, House};
use crate::body;
use crate::error::{Error, Fault, Refused};
use crate::invitations::invitation::Kind;
use crate::invitations::listed;
use crate::invitations::rows::{Row, rows};
use crate::page::faults::{self, Faults, corrections, invalid_rows};
use crate::page::form::Form;
use crate::page::{self, Page, flash};
use crate::sheet::upload::Upload;
use crate::units::access::{UnitKeeper, UnitVoice};
use crate::units::amend::{UnitChanges, amend};
use crate::units::appoint::{dismiss, invite};
use crate::units::enroll::enroll;
use crate::units::import::{ROSTER_COLUMNS, Roster, read_roster};
use crate::units::{roster_entry, unit, unit_contact};

#[derive(Template)]
#[template(path = "units/page/one.html")]
struct One {
    page: Page,
    /// Where this unit's forms go.
    base: String,
    units: String,
    unit: unit::Model,
    heads: u64,
    contacts: Vec<Contact>,
    invitations: Vec<Row>,
    form: Form,
    appointing: Form,
    upload: Option<String>,
    taken: Option<String>,
    unread: String,
    faults: Faults,
}

struct Contact {
    id: Uuid,
    email: String,
}

impl One {
    async fn new(house: &House, page: Page, by: &UnitKeeper) -> Result<Self, Error> {
        let unit = by.unit.clone();
        let id = unit.id;
        let read = house.run(async move |app| {
            let db = app.database.reader();
            let heads = roster_entry::Entity::find().filter(roster_entry::Column::UnitId.eq(id)).count(db).await?;
            Ok((heads, contacts(db, &app, id).await?, listed::open(db, &app, &[Kind::UnitContact], id).await?))
        });
        let (heads, contacts, open) = read.await?;
        let domain = unit.mail_domain.as_deref().map(|domain| idna::domain_to_unicode(domain).0).unwrap_or_default();
        Ok(Self {
            base: base(by),
            units: format!("/office/o/{}/units", by.union.slug),
            heads,
            contacts,
            invitations: rows(&page, open, house.now()),
            form: Form::filled([("name", unit.name.clone()), ("mail_domain", domain)]),
            appointing: Form::default(),
            upload: None,
            taken: None,
            unread: String::new(),
            faults: Faults::default(),
            unit,
            page,
        })
    }
}

/// Where the forms of a unit go.
fn base(by: &UnitKeeper) -> String {
    format!("/office/o/{}/units/{}", by.union.slug, by.unit.id)
}

async fn contacts(db: &impl ConnectionTrait, app: &App, unit: Uuid) -> Result<Vec<Contact>, Fault> {
    let contacts = unit_contact::Entity::find().filter(unit_contact::Column::UnitId.eq(unit));
    let contacts = contacts.order_by_asc(unit_contact::Column::Id).all(db).await?;
    let ids = contacts.iter().map(|contact| contact.account_id);
    let accounts = account::Entity::alive().filter(account::Column::Id.is_in(ids)).all(db).await?;
    let mut listed = Vec::with_capacity(contacts.len());
    for row in contacts {
        if let Some(account) = accounts.iter().find(|account| account.id == row.account_id) {
            listed.push(Contact { id: row.id, email: shown_address(&account.address(&app.secrets)?) });
        }
    }
    Ok(listed)
}

/// Who: organizer of the union, administrator.
#[get("/office/o/{organization}/units/{unit}")]
pub async fn show_unit(house: House, visit: Visit, by: UnitKeeper) -> Result<HttpResponse, Error> {
    page::answer(&One::new(&house, visit.page, &by).await?)
}

/// Changes its name or its mail domain. Who: organizer of the union, administrator.
#[post("/office/o/{organization}/units/{unit}")]
pub async fn amended(house: House, visit: Visit, by: UnitKeeper, form: Form) -> Result<HttpResponse, Error> {
    // Nothing in the field takes the domain away, which a request says by null.
    let request = json!({ "name": form.value("name").trim(), "mail_domain": form.text("mail_domain") });
    let who = by.clone();
    let amended = async {
        let changes: UnitChanges = body::parse(request.to_string().as_bytes())?;
        house.run(async move |app| amend(&app, &who, changes).await).await
    };
    match amended.await {
        Ok(_) => flash::see_saying(&base(&by), "saved"),
        Err(error) => {
            let show = async |page, form| page::answer(&One { form, ..One::new(&house, page, &by).await? });
            form.show_again(visit.page, error, show).await
        }
    }
}

/// Invites somebody to speak for it. Who: organizer of the union, administrator.
#[post("/office/o/{organization}/units/{unit}/contacts")]
pub async fn appointed(house: House, visit: Visit, by: UnitKeeper, form: Form) -> Result<HttpResponse, Error> {
    let (who, email) = (by.clone(), form.value("email").to_owned());
    match house.run(async move |app| invite(&app, &who, &email).await).await {
        Ok((_, new)) => flash::see_saying(&base(&by), if new { "invited" } else { "invited-already" }),
        Err(error) => {
            let show = async |page, appointing| page::answer(&One { appointing, ..One::new(&house, page, &by).await? });
            form.show_again(visit.page, error, show).await
        }
    }
}

/// Dismisses one who spoke for it. Who: organizer of the union, administrator.
#[post("/office/o/{organization}/units/{unit}/contacts/{contact}/leave")]
pub async fn dismissed(house: House, by: UnitKeeper, request: HttpRequest) -> Result<HttpResponse, Error> {
    let contact = request.match_info().get("contact").and_then(|id| id.parse().ok()).ok_or_else(Refused::not_found)?;
    let back = base(&by);
    house.run(async move |app| dismiss(&app, &by, contact).await).await?;
    flash::see_saying(&back, "role-revoked")
}

/// Takes in a table of people who work there. Who: organizer of the union, administrator.
#[post("/office/o/{organization}/units/{unit}/roster")]
pub async fn enrolled(house: House, visit: Visit, by: UnitKeeper, upload: Upload) -> Result<HttpResponse, Error> {
    let voice = UnitVoice { account: by.account, unit: by.unit.clone() };
    let taken = async {
        let (fields, sheet) = upload.filled(by.account.account_id).await?;
        let form = Form::filled(fields);
        let Roster { people, errors, unread } = read_roster(&sheet)?;
        let language = Some(visit.page.language);
        if !errors.is_empty() && !form.has("partial", "yes") {
            return Err(invalid_rows(language, &sheet, &ROSTER_COLUMNS, &errors).await);
        }
        let replace = form.has("replace", "yes");
        let enrolled = house.run(async move |app| enroll(&app, &voice, &people, replace).await).await?;
        let corrections = corrections(language, &sheet, &ROSTER_COLUMNS, &errors).await?;
        Ok((enrolled.added, Faults::left_out(&visit.page, &errors, corrections), unread))
    };
    let taken = taken.await;
    let page = &visit.page;
    let one = One::new(&house, page.clone(), &by).await?;
    match taken {
        Ok((added, faults, unread)) if faults.is_empty() && unread.is_empty() => {
            flash::see_counting(&one.base, "roster-added", added)
        }
        Ok((added, faults, unread)) => {
            let key = if faults.is_empty() { "flash-roster-added" } else { "roster-added-some" };
            let text = page.say(key, &[("count", added.into())]);
            page::answer(&One { taken: Some(text), unread: page.list(unread), faults, ..one })
        }
        Err(error) => {
            let (refused, text) = faults::whole(page, error)?;
            let faults = Faults::refused(page, &refused);
            page::answer_as(refused.refusal.status, &One { upload: Some(text), faults, ..one })
        }
    }
}
