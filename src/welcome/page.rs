//! An invitation as a page: by the link of its letter, or out of 我的. Only the buttons answer: mail
//! programs and scanners open links by themselves.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::web::{Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use serde::Deserialize;

use super::accept::accept;
use super::answer;
use super::arrive::arrive;
use super::decline;
use super::form::{acceptance, prefilled};
use super::opened::{Opened, RequiredFields, Standing, open_by_token, open_mine};
use super::refusals::INVITATION_FOR_ANOTHER;
use super::sight::Sight;
use crate::accounts::authenticated::Handed;
use crate::accounts::visit::Visit;
use crate::accounts::{SignedIn, cookie, mark};
use crate::app::{App, House};
use crate::error::{Error, Fault};
use crate::events::access::id_in_path;
use crate::invitations::invitation::Kind;
use crate::invitations::letters::what;
use crate::invitations::refusals::{INVITATION_OVER, TOKEN_INVALID};
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
    details: Vec<(String, String)>,
    required: RequiredFields,
    genders: Vec<(&'static str, String)>,
    consents: Vec<(&'static str, String)>,
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

pub fn pages(config: &mut ServiceConfig) {
    config
        .service(show_invitation)
        .service(accept_by_link)
        .service(decline_by_link)
        .service(show_mine)
        .service(accept_mine)
        .service(decline_mine);
}

/// Who: whoever holds the letter.
#[get("/invitation")]
async fn show_invitation(house: House, visit: Visit, came: Query<Came>) -> Result<HttpResponse, Error> {
    let token = came.into_inner().token.unwrap_or_default();
    match open_by_token(&house, &visit, &token).await? {
        Some(opened) => page::answer(&Sheet::new(&house, visit.page, opened, token, None)),
        None => over(visit.page),
    }
}

/// Accepts. Who: whoever holds the letter and is signed in with its address, or has no account yet.
#[post("/invitation")]
async fn accept_by_link(house: House, request: HttpRequest, visit: Visit, form: Form) -> Result<HttpResponse, Error> {
    house.rate_limit.check(&request)?;
    let token = form.value("token").to_owned();
    let Some(opened) = open_by_token(&house, &visit, &token).await? else { return over(visit.page) };
    let (language, id) = (visit.page.language, opened.sight.id);
    let accepted = async {
        let acceptance = acceptance(&form, &opened)?;
        match visit.person {
            Some(person) if opened.standing == Standing::Myself => {
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
            let mut answer = on(&opened.sight)?;
            if let Some(Handed { proof, mark }) = handed {
                answer.add_cookie(&cookie::set(&house, &proof)).map_err(Fault::of)?;
                answer.add_cookie(&mark::set(&house, &request, &mark)).map_err(Fault::of)?;
            }
            Ok(answer)
        }
        Err(error) => refused(&house, visit.page, opened, form, error),
    }
}

/// Declines. Who: whoever holds the letter.
#[post("/invitation/decline")]
async fn decline_by_link(house: House, request: HttpRequest, visit: Visit, form: Form) -> Result<HttpResponse, Error> {
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
async fn show_mine(house: House, visit: Visit, who: SignedIn, request: HttpRequest) -> Result<HttpResponse, Error> {
    match open_mine(&house, &visit, who, &request).await? {
        Some(opened) => page::answer(&Sheet::new(&house, visit.page, opened, String::new(), None)),
        None => over(visit.page),
    }
}

/// Accepts. Who: account.
#[post("/me/invitations/{invitation}")]
async fn accept_mine(
    house: House,
    visit: Visit,
    who: SignedIn,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Error> {
    let Some(opened) = open_mine(&house, &visit, who, &request).await? else { return over(visit.page) };
    let (language, id) = (visit.page.language, opened.sight.id);
    let accepted = async {
        let acceptance = acceptance(&form, &opened)?;
        house.run(async move |app| accept(&app, &who, id, acceptance, language).await).await
    };
    match accepted.await {
        Ok(_) => on(&opened.sight),
        Err(error) => refused(&house, visit.page, opened, form, error),
    }
}

/// Declines. Who: account.
#[post("/me/invitations/{invitation}/decline")]
async fn decline_mine(house: House, visit: Visit, who: SignedIn, request: HttpRequest) -> Result<HttpResponse, Error> {
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
        _ => "/me".to_owned(),
    };
    flash::see_saying(&to, "invitation-accepted")
}

/// Unknown, answered, withdrawn and too old look the same.
fn over(page: Page) -> Result<HttpResponse, Error> {
    page::answer_as(StatusCode::GONE, &Over { page })
}

fn refused(house: &House, page: Page, opened: Opened, form: Form, error: Error) -> Result<HttpResponse, Error> {
    if error.is(INVITATION_OVER) || error.is(TOKEN_INVALID) {
        return over(page);
    }
    let token = form.value("token").to_owned();
    let form = form.refused(&page, error)?;
    page::answer_refused(&form.clone(), &Sheet::new(house, page, opened, token, Some(form)))
}

impl Sheet {
    fn new(house: &House, page: Page, opened: Opened, token: String, form: Option<Form>) -> Self {
        let Opened { sight, standing, required } = opened;
        let base = if token.is_empty() { format!("/me/invitations/{}", sight.id) } else { "/invitation".to_owned() };
        let until = when::day(page.language, chrono_tz::Asia::Shanghai, sight.expires_at, house.now());
        Self {
            form: form.unwrap_or_else(|| prefilled(&sight)),
            sign_in: format!("/sign-in?to={}", encoded(&format!("/invitation?token={token}"))),
            union: sight.union.clone(),
            what: what(page.language, sight.kind, &sight.thing),
            // Whoever is somebody else reads nothing of the person.
            details: match &sight.words {
                Some(listed) if standing != Standing::Another => listed.labelled_fields(&page),
                _ => Vec::new(),
            },
            consents: required
                .consents
                .iter()
                .map(|sentence| (sentence.field(), sentence.text(page.language)))
                .collect(),
            genders: vec![("female", page.t("gender-female")), ("male", page.t("gender-male"))],
            standing,
            base,
            token,
            until,
            required,
            page,
        }
    }
}
