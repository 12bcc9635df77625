//! An invitation as a page: by the link of its letter, or out of 我的. Only the buttons answer: mail
//! programs and scanners open links by themselves.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::web::{Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use sea_orm::{ConnectionTrait, EntityTrait};
use serde::Deserialize;
use serde_json::{Value, json};

use super::accept::accept;
use super::answer::{self, Acceptance};
use super::arrive::arrive;
use super::decline;
use super::refusals::INVITATION_FOR_ANOTHER;
use super::sight::{self, Sight};
use crate::accounts::authenticated::Handed;
use crate::accounts::consent::{self, Sentence};
use crate::accounts::my_profile::born_on;
use crate::accounts::visit::Visit;
use crate::accounts::{SignedIn, account, cookie, mark, password, profile};
use crate::app::{App, House};
use crate::body;
use crate::error::{Error, Fault, FieldError, Refused};
use crate::events::access::id_in_path;
use crate::invitations::invitation::{self, Kind, State};
use crate::invitations::invited_person::gender;
use crate::invitations::letters::what;
use crate::invitations::refusals::{INVITATION_OVER, TOKEN_INVALID};
use crate::language::Language;
use crate::page::form::Form;
use crate::page::{self, Page, encoded, flash, when};

#[derive(Template)]
#[template(path = "welcome/invitation.html")]
struct Sheet {
    page: Page,
    form: Form,
    standing: Standing,
    /// Where the forms go.
    base: String,
    /// What the letter's link carries; empty where the page came out of 我的.
    token: String,
    sign_in: String,
    union: String,
    what: String,
    until: String,
    /// What their list says, each with its name.
    words: Vec<(String, String)>,
    asked: RequiredFields,
    genders: Vec<(&'static str, String)>,
    consents: Vec<(&'static str, String)>,
}

/// Who looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// Whoever was invited, signed in.
    Myself,
    /// Somebody else.
    Another,
    /// Nobody is signed in, and the address has an account.
    Known,
    /// Nobody is signed in, and the address has none.
    Unknown,
}

/// What the person is asked with accepting.
#[derive(Clone, Debug, Default)]
struct RequiredFields {
    password: bool,
    name: bool,
    profile: bool,
    born_on: bool,
    real_name: bool,
    consents: Vec<Sentence>,
}

#[derive(Template)]
#[template(path = "welcome/over.html")]
struct Over {
    page: Page,
}

#[derive(Deserialize)]
struct Came {
    token: Option<String>,
}

struct Read {
    sight: Sight,
    standing: Standing,
    asked: RequiredFields,
}

pub fn pages(config: &mut ServiceConfig) {
    config
        .service(show_invitation)
        .service(answered)
        .service(declined)
        .service(mine_shown)
        .service(mine_answered)
        .service(mine_declined);
}

/// Who: whoever holds the letter.
#[get("/invitation")]
async fn show_invitation(house: House, visit: Visit, came: Query<Came>) -> Result<HttpResponse, Error> {
    let token = came.into_inner().token.unwrap_or_default();
    match read_shown(&house, &visit, &token).await? {
        Some(read) => page::answer(&Sheet::new(&house, visit.page, read, token, None)),
        None => over(visit.page),
    }
}

/// Accepts. Who: whoever holds the letter and is signed in with its address, or has no account yet.
#[post("/invitation")]
async fn answered(house: House, request: HttpRequest, visit: Visit, form: Form) -> Result<HttpResponse, Error> {
    house.rate_limit.check(&request)?;
    let token = form.value("token").to_owned();
    let Some(read) = read_shown(&house, &visit, &token).await? else { return over(visit.page) };
    let (language, id) = (visit.page.language, read.sight.id);
    let accepted = async {
        let acceptance = acceptance(&form, &read)?;
        match visit.person {
            Some(person) if read.standing == Standing::Myself => {
                house.run(async move |app| accept(&app, &person, id, acceptance, language).await).await?;
                Ok(None)
            }
            Some(_) => Err(INVITATION_FOR_ANOTHER.into()),
            None => {
                let password = form.value("password").to_owned();
                let arrived = async move |app: Arc<App>| {
                    let arrived = arrive(&app, &token, &password, acceptance, language).await?;
                    let (entered, news) = arrived.ok_or(TOKEN_INVALID)?;
                    let handed = entered.browser(&app).await?;
                    answer::announce(&app, news);
                    Ok(handed)
                };
                house.run(arrived).await.map(Some)
            }
        }
    };
    match accepted.await {
        Ok(handed) => {
            let mut answer = on(&read.sight)?;
            if let Some(Handed { proof, mark }) = handed {
                answer.add_cookie(&cookie::set(&house, &proof)).map_err(Fault::of)?;
                answer.add_cookie(&mark::set(&house, &request, &mark)).map_err(Fault::of)?;
            }
            Ok(answer)
        }
        Err(error) => refused(&house, visit.page, read, form, error),
    }
}

/// Declines. Who: whoever holds the letter.
#[post("/invitation/decline")]
async fn declined(house: House, request: HttpRequest, visit: Visit, form: Form) -> Result<HttpResponse, Error> {
    house.rate_limit.check(&request)?;
    let token = form.value("token").to_owned();
    match house.run(async move |app| decline::decline_shown(&app, &token).await).await {
        Ok(()) => flash::see_saying("/", "invitation-declined"),
        Err(Error::Refused(_)) => over(visit.page),
        Err(fault) => Err(fault),
    }
}

/// Who: account.
#[get("/me/invitations/{invitation}")]
async fn mine_shown(house: House, visit: Visit, who: SignedIn, request: HttpRequest) -> Result<HttpResponse, Error> {
    match read_mine(&house, &visit, who, &request).await? {
        Some(read) => page::answer(&Sheet::new(&house, visit.page, read, String::new(), None)),
        None => over(visit.page),
    }
}

/// Accepts. Who: account.
#[post("/me/invitations/{invitation}")]
async fn mine_answered(
    house: House,
    visit: Visit,
    who: SignedIn,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Error> {
    let Some(read) = read_mine(&house, &visit, who, &request).await? else { return over(visit.page) };
    let (language, id) = (visit.page.language, read.sight.id);
    let accepted = async {
        let acceptance = acceptance(&form, &read)?;
        house.run(async move |app| accept(&app, &who, id, acceptance, language).await).await
    };
    match accepted.await {
        Ok(_) => on(&read.sight),
        Err(error) => refused(&house, visit.page, read, form, error),
    }
}

/// Declines. Who: account.
#[post("/me/invitations/{invitation}/decline")]
async fn mine_declined(house: House, visit: Visit, who: SignedIn, request: HttpRequest) -> Result<HttpResponse, Error> {
    let id = id_in_path(&request, "invitation")?;
    match house.run(async move |app| decline::decline(&app, &who, id).await).await {
        Ok(()) => flash::see_saying("/me", "invitation-declined"),
        Err(error) if error.is(INVITATION_OVER) => over(visit.page),
        Err(other) => Err(other),
    }
}

/// Where what was accepted begins.
fn on(sight: &Sight) -> Result<HttpResponse, Error> {
    let to = match (sight.kind, &sight.event) {
        (Kind::Organizer, _) => "/office".to_owned(),
        (Kind::UnitContact, _) => "/unit".to_owned(),
        (Kind::Participant, Some(event)) => format!("/e/{event}/me"),
        (Kind::Volunteer, _) => "/volunteer".to_owned(),
        _ => "/start".to_owned(),
    };
    flash::see_saying(&to, "invitation-accepted")
}

/// Unknown, answered, withdrawn and too old look the same.
fn over(page: Page) -> Result<HttpResponse, Error> {
    page::answer_as(StatusCode::GONE, &Over { page })
}

fn refused(house: &House, page: Page, read: Read, form: Form, error: Error) -> Result<HttpResponse, Error> {
    if error.is(INVITATION_OVER) || error.is(TOKEN_INVALID) {
        return over(page);
    }
    let token = form.value("token").to_owned();
    let form = form.refused(&page, error)?;
    page::answer_refused(&form.clone(), &Sheet::new(house, page, read, token, Some(form)))
}

async fn read_shown(house: &House, visit: &Visit, token: &str) -> Result<Option<Read>, Error> {
    let (token, person, language) = (token.to_owned(), visit.person, visit.page.language);
    let read = house.run(async move |app| {
        let db = app.database.reader();
        let sent = invitation::find_by_token(db, &app, &token).await?.ok_or(TOKEN_INVALID)?;
        read(db, &app, &sent, person, language).await
    });
    gone(read.await)
}

async fn read_mine(house: &House, visit: &Visit, who: SignedIn, request: &HttpRequest) -> Result<Option<Read>, Error> {
    let (id, language) = (id_in_path(request, "invitation")?, visit.page.language);
    let read = house.run(async move |app| {
        let db = app.database.reader();
        let sent = invitation::Entity::find_by_id(id).one(db).await?.ok_or_else(Refused::not_found)?;
        let read = read(db, &app, &sent, Some(who), language).await?;
        // To everybody else it is not there.
        if read.standing == Standing::Myself { Ok(read) } else { Err(Refused::not_found().into()) }
    });
    gone(read.await)
}

fn gone(read: Result<Read, Error>) -> Result<Option<Read>, Error> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(error) if error.is(TOKEN_INVALID) => Ok(None),
        Err(other) => Err(other),
    }
}

async fn read(
    db: &impl ConnectionTrait,
    app: &App,
    sent: &invitation::Model,
    person: Option<SignedIn>,
    language: Language,
) -> Result<Read, Error> {
    let (standing, account) = match person {
        Some(person) => {
            let account = account::find(db, person.account_id).await?.ok_or_else(Refused::not_signed_in)?;
            (if sent.is_to(app, &account)? { Standing::Myself } else { Standing::Another }, Some(account))
        }
        None => {
            let known = account::Entity::of_email(&app.secrets, &sent.address(app)?).one(db).await?;
            (if known.is_some_and(|account| account.is_claimed()) { Standing::Known } else { Standing::Unknown }, None)
        }
    };
    if sent.state_at(app.now()) != State::Open {
        return Err(TOKEN_INVALID.into());
    }
    let account = account.filter(|_| standing == Standing::Myself);
    let profile = match &account {
        Some(account) => profile::Entity::find_by_id(account.id).one(db).await?,
        None => None,
    };
    let agreed = match &account {
        Some(account) => consent::of_person(db, account.id).await?,
        None => Vec::new(),
    };
    let answers = matches!(standing, Standing::Myself | Standing::Unknown);
    let takes_part = sent.kind == Kind::Participant;
    let is_new = |asked: &Sentence| !agreed.iter().any(|row| row.sentence == *asked);
    let mut asked = RequiredFields { password: standing == Standing::Unknown, ..RequiredFields::default() };
    if answers && takes_part {
        asked.profile = profile.is_none();
        asked.born_on = profile.as_ref().is_none_or(|profile| profile.born_on.is_none());
        asked.real_name = profile.as_ref().is_none_or(|profile| profile.real_name.is_none());
        asked.consents = Sentence::OF_ACCOUNT.into_iter().filter(is_new).chain(Sentence::OF_APPLICATION).collect();
    } else if answers {
        asked.name = profile.is_none() && account.as_ref().is_none_or(|account| account.name.is_none());
    }
    Ok(Read { sight: sight::of(db, app, sent, language).await?, standing, asked })
}

/// What the form says, or everything that is wrong with it at once.
fn acceptance(form: &Form, read: &Read) -> Result<Acceptance, Error> {
    let asked = &read.asked;
    let mut wrong = Vec::new();
    let mut needed = |name: &str, wanted: bool, code: &'static str| {
        if wanted && form.value(name).trim().is_empty() {
            wrong.push(FieldError::new(name, code, "must be said"));
        }
    };
    needed("name", asked.name, "blank");
    needed("nickname", asked.profile, "blank");
    needed("gender", asked.profile, "choose");
    needed("born_on", asked.born_on, "blank");
    if asked.password
        && let Err(Error::Refused(refused)) =
            password::judge(form.value("password"), &[form.value("name"), form.value("nickname")]).map_err(Error::from)
    {
        wrong.extend(refused.errors);
    }
    wrong.extend(Sentence::unticked(&asked.consents, form));
    let told = |name: &str, wanted: bool| if wanted { form.text(name) } else { Value::Null };
    let request = json!({
        "name": told("name", asked.name),
        "nickname": told("nickname", asked.profile),
        "gender": told("gender", asked.profile),
        "born_on": if asked.born_on { born_on(form) } else { Value::Null },
        "real_name": told("real_name", asked.real_name),
        "consents": asked.consents,
    });
    match body::read::<Acceptance>(request) {
        Ok(acceptance) if wrong.is_empty() => Ok(acceptance),
        Ok(_) => Err(Refused::invalid(wrong).into()),
        Err(Error::Refused(refused)) => {
            wrong.extend(refused.errors);
            Err(Refused::invalid(wrong).into())
        }
        Err(fault) => Err(fault),
    }
}

impl Sheet {
    fn new(house: &House, page: Page, read: Read, token: String, form: Option<Form>) -> Self {
        let Read { sight, standing, asked } = read;
        let base = if token.is_empty() { format!("/me/invitations/{}", sight.id) } else { "/invitation".to_owned() };
        let until = when::day(page.language, chrono_tz::Asia::Shanghai, sight.expires_at, house.now());
        Self {
            form: form.unwrap_or_else(|| beforehand(&sight)),
            sign_in: format!("/sign-in?to={}", encoded(&format!("/invitation?token={token}"))),
            union: sight.union.clone(),
            what: what(page.language, sight.kind, &sight.thing),
            // Whoever is somebody else reads nothing of the person.
            words: match &sight.words {
                Some(said) if standing != Standing::Another => said.labelled_fields(&page),
                _ => Vec::new(),
            },
            consents: asked.consents.iter().map(|asked| (asked.field(), asked.text(page.language))).collect(),
            genders: vec![("female", page.t("gender-female")), ("male", page.t("gender-male"))],
            standing,
            base,
            token,
            until,
            asked,
            page,
        }
    }
}

/// What their list says stands in the form, for the person to put right.
fn beforehand(sight: &Sight) -> Form {
    let Some(said) = &sight.words else { return Form::default() };
    Form::filled([
        ("nickname", said.nickname.clone().unwrap_or_default()),
        ("gender", gender(said.gender).to_owned()),
        ("born_on", said.born_on.map(|born| born.to_string()).unwrap_or_default()),
        ("real_name", said.real_name.clone().unwrap_or_default()),
    ])
}
