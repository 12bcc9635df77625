//! Signing up on a page: five fields, two sentences to agree to, and a letter. Whoever came from
//! an event goes back to it in the end.

use actix_web::web::Query;
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use sea_orm::{ConnectionTrait, EntityTrait};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::accounts::consent::Sentence;
use crate::accounts::sign_up_form::SignUpForm;
use crate::accounts::visit::Visit;
use crate::accounts::{password, register, sign_up};
use crate::app::{App, House};
use crate::body;
use crate::error::{Error, FieldError, Refused};
use crate::events::event;
use crate::organizations::organization;
use crate::page::form::Form;
use crate::page::{self, Page, encoded, own_path};
use crate::units::typed::{self, Meant};

#[derive(Template)]
#[template(path = "journey/sign_up.html")]
struct SignUp {
    page: Page,
    form: Form,
    to: String,
    sign_in: String,
    /// Where the names of units are looked up while somebody types.
    names: String,
    /// Units that may have been meant: id and name.
    near: Vec<(Uuid, String)>,
    genders: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "journey/letter_sent.html")]
struct LetterSent {
    page: Page,
    email: String,
    note: String,
    again: String,
}

#[derive(Deserialize)]
struct Came {
    to: Option<String>,
}

#[get("/register")]
pub async fn sign_up_page(house: House, visit: Visit, came: Query<Came>) -> Result<HttpResponse, Error> {
    let to = own_path(came.to.as_deref()).to_owned();
    if visit.person.is_some() {
        return Ok(page::see(&to));
    }
    let union = union_ahead(&house, &to).await?;
    page::answer(&SignUp::new(visit.page, Form::default(), to, union, Vec::new()))
}

#[post("/register")]
pub async fn begin(house: House, request: HttpRequest, visit: Visit, form: Form) -> Result<HttpResponse, Error> {
    let to = own_path(Some(form.value("to")).filter(|to| !to.is_empty())).to_owned();
    let union = union_ahead(&house, &to).await?;
    let (typed, chosen) = (form.value("unit").to_owned(), form.value("unit_id").parse().ok());
    let employer = house.run(async move |app| {
        let db = app.database.reader();
        typed::meant(db, &unions(db, union).await?, chosen, &typed).await
    });
    let employer = employer.await?;
    let email = form.value("email").to_owned();
    let signed_up = async {
        house.pace.check(&request)?;
        let wanted = read(&form, &employer)?;
        let wish = register::Wish { to: Some(to.clone()).filter(|to| to != "/"), ..wanted.wish(visit.page.language)? };
        house.run(async move |app| register::register(&app, wish).await).await
    };
    match signed_up.await {
        // The same for an address that is known: only its mailbox tells.
        Ok(()) => {
            let again = format!("/register?to={}", encoded(&to));
            let note = visit.page.say("letter-sent-note", &[("hours", sign_up::HOURS.into())]);
            page::answer(&LetterSent { page: visit.page, email, note, again })
        }
        Err(error) => {
            let form = form.refused(&visit.page, error)?;
            page::answer_refused(&form.clone(), &SignUp::new(visit.page, form, to, union, employer.near))
        }
    }
}

/// The sign-up a form asks for, or everything that is wrong with it at once.
fn read(form: &Form, employer: &Meant) -> Result<SignUpForm, Error> {
    let chosen = form.value("gender");
    let request = json!({
        "email": form.value("email"),
        "password": form.value("password"),
        "nickname": form.value("nickname"),
        // Without one the rest would not be judged; what lacks is said below.
        "gender": if chosen.is_empty() { "female" } else { chosen },
        "unit_id": employer.id,
        "consents": Sentence::OF_ACCOUNT,
    });
    let mut wrong = Vec::new();
    if chosen.is_empty() {
        wrong.push(FieldError::new("gender", "choose", "must be chosen"));
    }
    if let Err(weak) = password::judge(form.value("password"), &[form.value("email"), form.value("nickname")]) {
        wrong.extend(faults(weak.into())?);
    }
    if employer.unknown {
        wrong.push(FieldError::new("unit", "unknown_unit", "no such unit"));
    }
    wrong.extend(Sentence::unticked(&Sentence::OF_ACCOUNT, form));
    let read = match body::read(request) {
        Ok(read) => Some(read),
        Err(error) => {
            wrong.extend(faults(error)?);
            None
        }
    };
    read.filter(|_| wrong.is_empty()).ok_or_else(|| Refused::invalid(wrong).into())
}

fn faults(error: Error) -> Result<Vec<FieldError>, Error> {
    match error {
        Error::Refused(refused) => Ok(refused.errors),
        fault => Err(fault),
    }
}

/// The union of the event the person came from, where they came from one.
async fn union_ahead(house: &House, to: &str) -> Result<Option<Uuid>, Error> {
    let slug = to.strip_prefix("/e/").and_then(|rest| rest.split(['/', '?']).next()).unwrap_or_default().to_owned();
    let ahead = async move |app: std::sync::Arc<App>| {
        let event = event::by_slug(app.database.reader(), &slug).await?;
        Ok(event.filter(|event| event.is_published(app.now())).map(|event| event.organization_id))
    };
    house.run(ahead).await
}

/// Those whose units may be meant: of the event's own union, else of all.
async fn unions(db: &impl ConnectionTrait, union: Option<Uuid>) -> Result<Vec<Uuid>, Error> {
    Ok(match union {
        Some(union) => vec![union],
        None => organization::Entity::find().all(db).await?.into_iter().map(|union| union.id).collect(),
    })
}

impl SignUp {
    fn new(page: Page, form: Form, to: String, union: Option<Uuid>, near: Vec<(Uuid, String)>) -> Self {
        let names = union.map_or_else(|| "/units/names".to_owned(), |id| format!("/units/names?organization={id}"));
        let genders = vec![("female", page.t("gender-female")), ("male", page.t("gender-male"))];
        let sign_in = format!("/sign-in?to={}", encoded(&to));
        Self { page, form, to, sign_in, names, near, genders }
    }
}
