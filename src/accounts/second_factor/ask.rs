//! The page between the password and the code. It keeps no password: what it carries is good for a
//! few minutes and opens nothing by itself ([`super::pass`]).

use actix_web::cookie::time::Duration;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::web::Query;
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use serde::Deserialize;

use crate::accounts::asker::Asker;
use crate::accounts::cookie::Carrier;
use crate::accounts::granted::{let_in, onward};
use crate::accounts::open_session::go_on;
use crate::accounts::reauthenticate::beside;
use crate::accounts::refusals::{SIGN_IN_OVER, WRONG_CREDENTIALS};
use crate::accounts::visit::Visit;
use crate::app::{App, House};
use crate::error::{Error, Fault};
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page, encoded, own_path};

#[derive(Template)]
#[template(path = "accounts/second_factor/ask.html")]
struct Ask {
    page: Page,
    form: Form,
}

/// Carries what the page shows from the password to the code.
const PASS: Carrier = Carrier { secure: "__Host-pass", plain: "pass", kept: Duration::minutes(10) };

#[derive(Deserialize)]
struct Came {
    to: Option<String>,
}

/// The answer to a password that was right: to the page that asks for a code, and what that leads on to.
///
/// # Errors
/// A fault where the cookie cannot be written.
pub fn ask(house: &App, pass: &str, to: &str) -> Result<HttpResponse, Error> {
    let mut answer = page::see(&format!("/sign-in/code?to={}", encoded(to)));
    answer.add_cookie(&PASS.set(house, pass)).map_err(Fault::of)?;
    Ok(answer)
}

#[get("/sign-in/code")]
pub async fn ask_for_code(
    house: House,
    request: HttpRequest,
    visit: Visit,
    came: Query<Came>,
) -> Result<HttpResponse, Error> {
    let to = own_path(came.to.as_deref()).to_owned();
    match PASS.read(&house, &request) {
        Some(pass) => answer(visit.page, Form::filled([("pass", pass), ("to", to)])),
        None => Ok(page::see(&format!("/sign-in?to={}", encoded(&to)))),
    }
}

fn answer(page: Page, form: Form) -> Result<HttpResponse, Error> {
    let mut answer = page::answer(&Ask { page, form })?;
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}

#[post("/sign-in/code")]
pub async fn show_code(house: House, request: HttpRequest, visit: Visit, form: Form) -> Result<HttpResponse, Error> {
    let (pass, code) = (form.value("pass").to_owned(), form.value("code").to_owned());
    let (to, asker) = (own_path(Some(form.value("to"))).to_owned(), Asker::of(&house, &request));
    let opened = async {
        house.rate_limit.check(&request)?;
        house.run(async move |app| go_on(&app, &asker, &pass, &code).await).await
    };
    match opened.await {
        Ok(handed) => {
            let mut answer = page::see(onward(&to));
            let mut spent = PASS.set(&house, "");
            spent.make_removal();
            answer.add_cookie(&spent).map_err(Fault::of)?;
            let_in(&house, &request, handed, answer)
        }
        Err(error) if error.is(SIGN_IN_OVER) || error.is(WRONG_CREDENTIALS) => {
            see_saying(&format!("/sign-in?to={}", encoded(&to)), "sign-in-over")
        }
        Err(error) => form.show_again(visit.page, beside("", error), async |page, form| answer(page, form)).await,
    }
}
