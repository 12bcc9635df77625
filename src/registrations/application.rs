//! The application form of an event, and the way out of it.

use actix_web::web::Query;
use actix_web::{HttpResponse, get, post};
use askama::Template;
use sea_orm::EntityTrait;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::access::Participant;
use super::apply::{Application, Request, apply};
use super::refusals::ALREADY_REGISTERED;
use super::registration::{self, Status};
use super::withdraw::withdraw;
use crate::accounts::consent::{self, Sentence};
use crate::accounts::describe::{self, Changes};
use crate::accounts::me_api::MyChanges;
use crate::accounts::my_profile::born_on;
use crate::accounts::profile;
use crate::accounts::visit::Visit;
use crate::app::{App, House};
use crate::body;
use crate::error::{Error, FieldError, Refused};
use crate::events::access::Guest;
use crate::events::phase::Phase;
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page, when};
use crate::units::typed::{self, TypedUnit};
use crate::units::unit;

#[derive(Template)]
#[template(path = "registrations/application.html")]
struct Sheet {
    page: Page,
    form: Form,
    slug: String,
    title: String,
    when: String,
    /// Registration is not open: nothing to fill in.
    closed: bool,
    missing: Missing,
    consents: Vec<(&'static str, String)>,
    names: String,
    near: Vec<(Uuid, String)>,
    genders: Vec<(&'static str, String)>,
}

/// What the person has not said yet.
#[derive(Clone, Debug)]
struct Missing {
    /// An account that was made without a profile, such as an administrator's.
    profile: bool,
    born_on: bool,
    real_name: bool,
    /// What is to be agreed to: with each application, and what the account's own sign-up would have asked.
    consents: Vec<Sentence>,
}

impl Missing {
    fn of(profile: Option<&profile::Model>, agreed: &[consent::Model]) -> Self {
        let is_new = |needed: &Sentence| !agreed.iter().any(|row| row.sentence == *needed);
        Self {
            profile: profile.is_none(),
            born_on: profile.is_none_or(|profile| profile.born_on.is_none()),
            real_name: profile.is_none_or(|profile| profile.real_name.is_none()),
            consents: Sentence::OF_ACCOUNT.into_iter().filter(is_new).chain(Sentence::OF_APPLICATION).collect(),
        }
    }
}

/// Whom a poster speaks to.
#[derive(Debug, Deserialize)]
pub struct FromPoster {
    unit: Option<String>,
}

#[get("/e/{event}/register")]
pub async fn application_page(
    house: House,
    visit: Visit,
    guest: Guest,
    from: Query<FromPoster>,
) -> Result<HttpResponse, Error> {
    let (account, event) = (guest.account.account_id, guest.event.clone());
    let scanned = from.into_inner().unit.and_then(|id| id.parse::<Uuid>().ok());
    let found = house.run(async move |app| {
        let db = app.database.reader();
        let mine = registration::active_of(db, event.id, account).await?;
        let profile = profile::Entity::find_by_id(account).one(db).await?;
        let known = |unit: &unit::Model| unit.organization_id == event.organization_id && unit.typed_at.is_none();
        let scanned = match scanned {
            Some(id) => unit::find(&app, id).await?.filter(known),
            None => None,
        };
        let unit = match (scanned, profile.as_ref().and_then(|profile| profile.unit_id)) {
            (Some(unit), _) => Some(unit),
            (None, Some(id)) => unit::Entity::find_by_id(id).one(db).await?,
            (None, None) => None,
        };
        let missing = Missing::of(profile.as_ref(), &consent::of_person(db, account).await?);
        Ok((mine, missing, unit.filter(|unit| unit.organization_id == event.organization_id)))
    });
    let (mine, missing, unit) = found.await?;
    if mine.is_some() {
        return Ok(page::see(&format!("/e/{}/me", guest.event.slug)));
    }
    let form = Form::filled([("unit", unit.map(|unit| unit.name).unwrap_or_default())]);
    page::answer(&Sheet::new(&house, visit.page, form, &guest, missing, Vec::new()))
}

#[post("/e/{event}/register")]
pub async fn send_application(house: House, visit: Visit, guest: Guest, form: Form) -> Result<HttpResponse, Error> {
    let (account, union) = (guest.account.account_id, guest.event.organization_id);
    let (typed, chosen) = (form.value("unit").to_owned(), form.value("unit_id").to_owned());
    let looked_up = house.run(async move |app| {
        let db = app.database.reader();
        let profile = profile::Entity::find_by_id(account).one(db).await?;
        let missing = Missing::of(profile.as_ref(), &consent::of_person(db, account).await?);
        Ok((missing, typed::find_typed(db, &[union], &chosen, &typed).await?))
    });
    let (missing, employer) = looked_up.await?;
    let entered = complete_and_apply(&house, &visit.page, &guest, &form, &missing, &employer).await;
    let home = format!("/e/{}/me", guest.event.slug);
    match entered {
        Ok(entered) => see_saying(&home, if entered.status == Status::Approved { "approved" } else { "applied" }),
        Err(error) if error.is(ALREADY_REGISTERED) => Ok(page::see(&home)),
        Err(error) => {
            let show = async |page, form| page::answer(&Sheet::new(&house, page, form, &guest, missing, employer.near));
            form.show_again(visit.page, error, show).await
        }
    }
}

#[post("/e/{event}/withdraw")]
pub async fn take_back(house: House, me: Participant) -> Result<HttpResponse, Error> {
    let event = format!("/e/{}", me.event.slug);
    house.run(async move |app| withdraw(&app, &me).await).await?;
    see_saying(&event, "withdrawn")
}

/// Writes what the profile lacked, then applies. Whoever is refused only then keeps a fuller profile.
async fn complete_and_apply(
    house: &House,
    page: &Page,
    guest: &Guest,
    form: &Form,
    missing: &Missing,
    employer: &TypedUnit,
) -> Result<registration::Model, Error> {
    let changes = read(form, missing, employer)?;
    let application: Application = body::read(json!({
        "unit_id": employer.id, "unit_name": employer.name, "consents": missing.consents,
    }))?;
    let sent = Request { guest: guest.clone(), application, read_in: page.language };
    let entered = async move |app: std::sync::Arc<App>| {
        if let Some(changes) = changes {
            describe::describe(&app, sent.guest.account.account_id, changes).await?;
        }
        apply(&app, sent).await
    };
    house.run(entered).await
}

/// What is to be added to the profile, or everything that is wrong with the form at once.
fn read(form: &Form, missing: &Missing, employer: &TypedUnit) -> Result<Option<Changes>, Error> {
    let mut wrong = Vec::new();
    let mut request = json!({});
    let mut add = |name: &str, value: Value| {
        if let Value::Object(members) = &mut request {
            members.insert(name.to_owned(), value);
        }
    };
    if missing.profile {
        add("nickname", json!(form.value("nickname")));
        add("gender", form.text("gender"));
        if form.value("gender").is_empty() {
            wrong.push(FieldError::new("gender", "choose", "must be chosen"));
        }
    }
    if missing.born_on {
        add("born_on", born_on(form));
        if form.value("born_on").trim().is_empty() {
            wrong.push(FieldError::new("born_on", "blank", "must not be blank"));
        }
    }
    if missing.real_name {
        add("real_name", form.text("real_name"));
    }
    match (employer.id, employer.unknown) {
        (Some(_), _) => {}
        (None, true) if employer.name.is_some() => {}
        (None, true) => wrong.push(FieldError::new("unit", "unknown_unit", "no such unit")),
        (None, false) => wrong.push(FieldError::new("unit", "needed", "must be said")),
    }
    wrong.extend(Sentence::unticked(&missing.consents, form));
    let says_more = request.as_object().is_some_and(|members| members.values().any(|value| !value.is_null()));
    match body::read::<MyChanges>(request) {
        Ok(changes) if wrong.is_empty() => Ok(says_more.then(|| changes.into())),
        Ok(_) => Err(Refused::invalid(wrong).into()),
        Err(Error::Refused(refused)) => {
            wrong.extend(refused.errors);
            Err(Refused::invalid(wrong).into())
        }
        Err(fault) => Err(fault),
    }
}

impl Sheet {
    fn new(house: &House, page: Page, form: Form, guest: &Guest, missing: Missing, near: Vec<(Uuid, String)>) -> Self {
        let event = &guest.event;
        let now = house.now();
        Self {
            slug: event.slug.clone(),
            title: event.titled(page.language).to_owned(),
            when: when::stretch_zoned(page.language, event.zone(), event.starts_at, event.ends_at, now),
            closed: event.phase(now) != Phase::Registration,
            consents: missing.consents.iter().map(|needed| (needed.field(), needed.text(page.language))).collect(),
            missing,
            names: format!("/units/names?organization={}", event.organization_id),
            near,
            genders: vec![("female", page.t("gender-female")), ("male", page.t("gender-male"))],
            form,
            page,
        }
    }
}
