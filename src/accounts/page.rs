//! Signing in and out in a browser, and the pages the letters of this room lead to.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::web::{Form, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use serde::Deserialize;

use super::address::{address_to_unicode as shown_address, read_address};
use super::asker::Asker;
use super::authenticated::Way;
use super::awaited::Awaited;
use super::consent::Agreed;
use super::granted::{let_in, onward};
use super::letter_page::wait;
use super::letter_request::Errand;
use super::profile::Gender;
use super::refusals::{TOKEN_INVALID, TOKEN_USED};
use super::second_factor::ask::ask;
use super::visit::Visit;
use super::{clear_browser, cookie, end_session, forget_password, open_session, reset_password, verify};
use crate::app::{App, House};
use crate::error::refusal::{Refusal, TOO_MANY_REQUESTS};
use crate::error::{Error, Fault};
use crate::page::flash::see_saying;
use crate::page::{self, Page, encoded, fluent, own_path};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    SignIn,
    Verify,
    Forgot,
    Reset,
}

/// A form and nothing else.
#[derive(Template)]
#[template(path = "accounts/form.html")]
struct Sheet {
    page: Page,
    kind: Kind,
    name: &'static str,
    to: String,
    token: String,
    email: String,
    trouble: Option<String>,
    /// The field it is about.
    wrong: String,
    /// Whoever is here had sent something, and was not signed in any more.
    unsent: bool,
    /// Why the link in the letter leads nowhere.
    dead: Option<Refusal>,
    /// What a sign-up says, for whoever confirms it.
    details: Option<SignUpDetails>,
}

/// What was typed and ticked when somebody signed up with the address.
struct SignUpDetails {
    nickname: String,
    gender: String,
    agreed: Agreed,
}

#[derive(Deserialize)]
struct Came {
    to: Option<String>,
    token: Option<String>,
    unsent: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Credentials {
    email: String,
    password: String,
    to: Option<String>,
    unsent: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Address {
    email: String,
    to: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    token: String,
    password: String,
    to: Option<String>,
}

pub fn pages(config: &mut ServiceConfig) {
    config
        .service(sign_in_page)
        .service(sign_in)
        .service(sign_out)
        .service(verify_page)
        .service(verify_mail)
        .service(forgot_page)
        .service(forgot)
        .service(reset_page)
        .service(reset);
}

#[get("/sign-in")]
async fn sign_in_page(visit: Visit, came: Query<Came>) -> Result<HttpResponse, Error> {
    let to = own_path(came.to.as_deref());
    if visit.person.is_some() {
        return Ok(page::see(onward(to)));
    }
    page::answer(&Sheet { to: to.to_owned(), unsent: came.unsent.is_some(), ..Sheet::new(visit.page, Kind::SignIn) })
}

#[post("/sign-in")]
async fn sign_in(
    house: House,
    request: HttpRequest,
    visit: Visit,
    form: Form<Credentials>,
) -> Result<HttpResponse, Error> {
    let Credentials { email, password, to, unsent } = form.into_inner();
    let to = own_path(to.as_deref()).to_owned();
    let asker = Asker::of(&house, &request);
    let opened = async {
        house.rate_limit.check(&request)?;
        let address = read_address(&email)?;
        house.run(async move |app| open_session::open_session(&app, &asker, &address, &password).await).await
    };
    match opened.await {
        Ok(Way::In(handed)) => let_in(&house, &request, handed, page::see(onward(&to))),
        Ok(Way::Asked(pass)) => ask(&house, &pass, &to),
        Err(error) => {
            Sheet { to, email, unsent: unsent.is_some(), ..Sheet::new(visit.page, Kind::SignIn) }.refused(error)
        }
    }
}

#[post("/sign-out")]
async fn sign_out(house: House, request: HttpRequest) -> Result<HttpResponse, Error> {
    if let Some(token) = cookie::token(&house, &request) {
        house.run(async move |app| end_session::end_session(&app, &token).await).await?;
    }
    let mut answer = page::see("/");
    answer.add_cookie(&cookie::removal(&house)).map_err(Fault::of)?;
    clear_browser::forget(&request, &mut answer);
    Ok(answer)
}

/// The link in the letter. Only the button proves: mail programs and scanners open links by
/// themselves.
#[get("/verify")]
async fn verify_page(house: House, visit: Visit, came: Query<Came>) -> Result<HttpResponse, Error> {
    page::answer(&to_verify(&house, visit.page, came.into_inner()).await?)
}

#[post("/verify")]
async fn verify_mail(
    house: House,
    request: HttpRequest,
    visit: Visit,
    form: Form<NewPassword>,
) -> Result<HttpResponse, Error> {
    let NewPassword { token, password, to } = form.into_inner();
    let came = Came { to, token: Some(token.clone()), unsent: None };
    let verified = async {
        house.rate_limit.check(&request)?;
        let verify = async move |app: Arc<App>| verify::verify(&app, &token, &password).await?.browser(&app).await;
        house.run(verify).await
    };
    match verified.await {
        Ok(handed) => let_in(&house, &request, handed, arrived(&house, &came, "account-begun")?),
        Err(error) => to_verify(&house, visit.page, came).await?.refused(error),
    }
}

/// What the link of a sign-up shows: what was said, and a password to choose; or why it is dead.
async fn to_verify(house: &House, page: Page, came: Came) -> Result<Sheet, Error> {
    let (to, token) = came.parts();
    let sheet = Sheet { to, token: token.clone(), ..Sheet::new(page, Kind::Verify) };
    Ok(match house.run(async move |app| Ok(verify::waiting(&app, &token).await?)).await? {
        Ok(wish) => {
            let email = shown_address(&wish.address(house)?);
            let gender = match wish.gender {
                Gender::Male => sheet.page.t("gender-male"),
                Gender::Female => sheet.page.t("gender-female"),
            };
            let details = SignUpDetails { nickname: wish.nickname, gender, agreed: wish.agreed };
            Sheet { email, details: Some(details), ..sheet }
        }
        Err(dead) => Sheet { dead: Some(dead), ..sheet },
    })
}

#[get("/forgot")]
async fn forgot_page(visit: Visit, came: Query<Came>) -> Result<HttpResponse, Error> {
    let (to, _) = came.into_inner().parts();
    page::answer(&Sheet { to, ..Sheet::new(visit.page, Kind::Forgot) })
}

#[post("/forgot")]
async fn forgot(house: House, request: HttpRequest, visit: Visit, form: Form<Address>) -> Result<HttpResponse, Error> {
    let Address { email, to } = form.into_inner();
    let (to, asker) = (own_path(to.as_deref()).to_owned(), Asker::of(&house, &request));
    let on = Some(to.clone()).filter(|to| to != "/");
    let requested = async {
        house.rate_limit.check(&request)?;
        let address = read_address(&email)?;
        let errand = Errand::Forgotten { email: address.as_str().to_owned(), to: on.clone() };
        house.run(async move |app| forget_password::forget_password(&app, &asker, &address, on).await).await?;
        Ok(errand)
    };
    match requested.await {
        Ok(errand) => wait(&house, errand),
        Err(error) => Sheet { email, to, ..Sheet::new(visit.page, Kind::Forgot) }.refused(error),
    }
}

#[get("/reset")]
async fn reset_page(house: House, visit: Visit, came: Query<Came>) -> Result<HttpResponse, Error> {
    page::answer(&to_reset(&house, visit.page, came.into_inner()).await?)
}

#[post("/reset")]
async fn reset(
    house: House,
    request: HttpRequest,
    visit: Visit,
    form: Form<NewPassword>,
) -> Result<HttpResponse, Error> {
    let NewPassword { token, password, to } = form.into_inner();
    let came = Came { to, token: Some(token.clone()), unsent: None };
    let reset = async {
        house.rate_limit.check(&request)?;
        let reset = async move |app: Arc<App>| {
            reset_password::reset_password(&app, &token, &password).await?.browser_or_page(&app).await
        };
        house.run(reset).await
    };
    match reset.await {
        Ok(Way::In(handed)) => let_in(&house, &request, handed, arrived(&house, &came, "password-set")?),
        Ok(Way::Asked(pass)) => ask(&house, &pass, &came.parts().0),
        Err(error) => to_reset(&house, visit.page, came).await?.refused(error),
    }
}

/// What the link for a new password shows; or why it is dead.
async fn to_reset(house: &House, page: Page, came: Came) -> Result<Sheet, Error> {
    let (to, token) = came.parts();
    let sheet = Sheet { to, token: token.clone(), ..Sheet::new(page, Kind::Reset) };
    Ok(match house.run(async move |app| Ok(reset_password::waiting(&app, &token).await?)).await? {
        Ok(account) => Sheet { email: shown_address(&account.address(&house.secrets)?), ..sheet },
        Err(dead) => Sheet { dead: Some(dead), ..sheet },
    })
}

/// The answer to whoever opened a letter that was waited for.
fn arrived(house: &House, came: &Came, said: &str) -> Result<HttpResponse, Error> {
    let mut answer = see_saying(onward(own_path(came.to.as_deref())), said)?;
    answer.add_cookie(&Awaited::removal(house)).map_err(Fault::of)?;
    Ok(answer)
}

impl Came {
    /// Where to go on to, and the token.
    fn parts(self) -> (String, String) {
        (own_path(self.to.as_deref()).to_owned(), self.token.unwrap_or_default())
    }
}

impl Sheet {
    fn new(page: Page, kind: Kind) -> Self {
        let name = match kind {
            Kind::SignIn => "sign-in",
            Kind::Verify => "verify",
            Kind::Forgot => "forgot",
            Kind::Reset => "reset",
        };
        let (to, token, email) = (String::new(), String::new(), String::new());
        let wrong = String::new();
        Self { page, kind, name, to, token, email, trouble: None, wrong, unsent: false, dead: None, details: None }
    }

    /// The words of this form for one of its places.
    fn text(&self, place: &str) -> String {
        self.page.t(&format!("{}-{place}", self.name))
    }

    /// Whether a password is chosen here.
    fn chooses(&self) -> bool {
        self.dead.is_none() && matches!(self.kind, Kind::Verify | Kind::Reset)
    }

    /// Another page of this room, that knows where the person was going.
    fn way(&self, path: &str) -> String {
        if self.to == "/" { path.to_owned() } else { format!("{path}?to={}", encoded(&self.to)) }
    }

    /// Why the link is dead, in words.
    fn over(&self, place: &str) -> String {
        let why = self.dead.map_or("", |dead| dead.code).trim_start_matches("token_");
        self.page.t(&format!("{}-{why}{place}", self.name))
    }

    fn is_dead_as(&self, why: Refusal) -> bool {
        self.dead == Some(why)
    }

    fn is_unknown(&self) -> bool {
        self.is_dead_as(TOKEN_INVALID)
    }

    /// Where whoever holds a dead link goes on, and how that is called.
    fn on(&self) -> (String, String) {
        let act = |key: &str| self.page.t(key);
        match self.kind {
            _ if self.is_dead_as(TOKEN_USED) => (self.way("/sign-in"), act("sign-in-act")),
            Kind::Reset => (self.way("/forgot"), act("dead-another")),
            _ => (self.way("/register"), act("dead-another")),
        }
    }

    /// The words of a refusal: at the sign-in it says what helps meanwhile.
    fn refusal_text(&self, code: &str) -> Option<String> {
        let code = if self.kind == Kind::SignIn && code == TOO_MANY_REQUESTS.code { "sign_in_rests" } else { code };
        fluent::find(self.page.language, &format!("trouble-{code}").replace('_', "-"))
    }

    /// The form again, saying what was wrong with it.
    fn refused(self, error: Error) -> Result<HttpResponse, Error> {
        let Error::Refused(refused) = error else { return Err(error) };
        let find = |key: String| fluent::find(self.page.language, &key.replace('_', "-"));
        let message = match refused.errors.first() {
            Some(wrong) => find(format!("trouble-{}-{}", wrong.field, wrong.code))
                .or_else(|| find(format!("trouble-{}", wrong.code))),
            None => self.refusal_text(refused.refusal.code),
        };
        let trouble = message.unwrap_or_else(|| self.page.t("trouble-refused"));
        let wrong = refused.errors.first().map(|wrong| wrong.field.clone()).unwrap_or_default();
        let text = Self { trouble: Some(trouble), wrong, ..self }.render().map_err(Fault::of)?;
        let status = refused.refusal.status;
        let status = if status == StatusCode::UNAUTHORIZED { StatusCode::FORBIDDEN } else { status };
        let mut answer = HttpResponse::build(status);
        if let Some(seconds) = refused.retry_after {
            answer.insert_header(("Retry-After", seconds));
        }
        Ok(answer.content_type("text/html; charset=utf-8").body(text))
    }
}
