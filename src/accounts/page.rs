//! Signing in and out in a browser, and the pages the letters of this room lead to.

use actix_web::http::StatusCode;
use actix_web::web::{Form, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use serde::Deserialize;

use super::address::{read_address, shown as shown_address};
use super::visit::Visit;
use super::{account, cookie, end_session, forget_password, open_session, reset_password, verify};
use crate::app::House;
use crate::error::Error;
use crate::page::{self, Page, encoded, own_path, words};

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
    done: bool,
}

#[derive(Deserialize)]
struct Came {
    to: Option<String>,
    token: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Credentials {
    email: String,
    password: String,
    to: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Token {
    token: String,
    to: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Address {
    email: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    token: String,
    password: String,
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
        return Ok(page::see(to));
    }
    page::answer(&Sheet { to: to.to_owned(), ..Sheet::new(visit.page, Kind::SignIn) })
}

#[post("/sign-in")]
async fn sign_in(
    house: House,
    request: HttpRequest,
    visit: Visit,
    form: Form<Credentials>,
) -> Result<HttpResponse, Error> {
    let Credentials { email, password, to } = form.into_inner();
    let to = own_path(to.as_deref()).to_owned();
    let opened = async {
        house.pace.check(&request)?;
        let address = read_address(&email)?;
        house.run(async move |app| open_session::open_session(&app, &address, &password).await).await
    };
    match opened.await {
        Ok(token) => {
            let mut answer = page::see(&to);
            answer.add_cookie(&cookie::set(&house, &token)).map_err(Error::fault)?;
            Ok(answer)
        }
        Err(error) => Sheet { to, email, ..Sheet::new(visit.page, Kind::SignIn) }.refused(error),
    }
}

#[post("/sign-out")]
async fn sign_out(house: House, request: HttpRequest) -> Result<HttpResponse, Error> {
    if let Some(token) = cookie::token(&house, &request) {
        house.run(async move |app| end_session::end_session(&app, &token).await).await?;
    }
    let mut answer = page::see("/");
    answer.add_cookie(&cookie::removal(&house)).map_err(Error::fault)?;
    Ok(answer)
}

/// The link in the letter. Only the button proves: mail programs and scanners open links by
/// themselves.
#[get("/verify")]
async fn verify_page(visit: Visit, came: Query<Came>) -> Result<HttpResponse, Error> {
    let to = own_path(came.to.as_deref()).to_owned();
    page::answer(&Sheet { to, token: came.into_inner().token(), ..Sheet::new(visit.page, Kind::Verify) })
}

#[post("/verify")]
async fn verify_mail(
    house: House,
    request: HttpRequest,
    visit: Visit,
    form: Form<Token>,
) -> Result<HttpResponse, Error> {
    let Token { token, to } = form.into_inner();
    let (shown, to) = (token.clone(), own_path(to.as_deref()).to_owned());
    let verified = async {
        house.pace.check(&request)?;
        let verified = house.run(async move |app| {
            let id = verify::verify(&app, &token).await?;
            Ok(account::find(app.database.reader(), id).await?)
        });
        verified.await
    };
    let sheet = Sheet { token: shown, to, ..Sheet::new(visit.page, Kind::Verify) };
    match verified.await {
        // The address stands in the form that follows: whoever has just typed it need not do so again.
        Ok(account) => {
            let email = account.map(|account| shown_address(&account.email)).unwrap_or_default();
            page::answer(&Sheet { done: true, email, ..sheet })
        }
        Err(error) => sheet.refused(error),
    }
}

#[get("/forgot")]
async fn forgot_page(visit: Visit) -> Result<HttpResponse, Error> {
    page::answer(&Sheet::new(visit.page, Kind::Forgot))
}

#[post("/forgot")]
async fn forgot(house: House, request: HttpRequest, visit: Visit, form: Form<Address>) -> Result<HttpResponse, Error> {
    let email = form.into_inner().email;
    let asked = async {
        house.pace.check(&request)?;
        let address = read_address(&email)?;
        house.run(async move |app| forget_password::forget_password(&app, &address).await).await
    };
    match asked.await {
        Ok(()) => page::answer(&Sheet { done: true, ..Sheet::new(visit.page, Kind::Forgot) }),
        Err(error) => Sheet { email, ..Sheet::new(visit.page, Kind::Forgot) }.refused(error),
    }
}

#[get("/reset")]
async fn reset_page(visit: Visit, came: Query<Came>) -> Result<HttpResponse, Error> {
    page::answer(&Sheet { token: came.into_inner().token(), ..Sheet::new(visit.page, Kind::Reset) })
}

#[post("/reset")]
async fn reset(
    house: House,
    request: HttpRequest,
    visit: Visit,
    form: Form<NewPassword>,
) -> Result<HttpResponse, Error> {
    let NewPassword { token, password } = form.into_inner();
    let shown = token.clone();
    let reset = async {
        house.pace.check(&request)?;
        house.run(async move |app| reset_password::reset_password(&app, &token, &password).await).await
    };
    let sheet = Sheet { token: shown, ..Sheet::new(visit.page, Kind::Reset) };
    match reset.await {
        Ok(()) => page::answer(&Sheet { done: true, ..sheet }),
        Err(error) => sheet.refused(error),
    }
}

impl Came {
    fn token(self) -> String {
        self.token.unwrap_or_default()
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
        Self { page, kind, name, to, token, email, trouble: None, done: false }
    }

    /// The words of this form for one of its places.
    fn words(&self, place: &str) -> String {
        self.page.t(&format!("{}-{place}", self.name))
    }

    /// Where somebody without an account goes, and comes back from.
    fn sign_up(&self) -> String {
        format!("/register?to={}", encoded(&self.to))
    }

    /// The form again, saying what was wrong with it.
    fn refused(self, error: Error) -> Result<HttpResponse, Error> {
        let Error::Refused(refused) = error else { return Err(error) };
        let find = |key: String| words::find(self.page.language, &key.replace('_', "-"));
        let told = match refused.errors.first() {
            Some(wrong) => find(format!("trouble-{}-{}", wrong.field, wrong.code))
                .or_else(|| find(format!("trouble-{}", wrong.code))),
            None => find(format!("trouble-{}", refused.code)),
        };
        let trouble = told.unwrap_or_else(|| self.page.t("trouble-refused"));
        let text = Self { trouble: Some(trouble), ..self }.render().map_err(Error::fault)?;
        let status = if refused.status == StatusCode::UNAUTHORIZED { StatusCode::FORBIDDEN } else { refused.status };
        let mut answer = HttpResponse::build(status);
        if let Some(seconds) = refused.retry_after {
            answer.insert_header(("Retry-After", seconds));
        }
        Ok(answer.content_type("text/html; charset=utf-8").body(text))
    }
}
