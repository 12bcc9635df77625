//! The page between the password and the code. It keeps no password: what it carries is good for a
//! few minutes and opens nothing by itself ([`super::pass`]).

use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, post};
use askama::Template;

use crate::accounts::asker::Asker;
use crate::accounts::granted::let_in;
use crate::accounts::open_session::go_on;
use crate::accounts::prove_again::beside;
use crate::accounts::refusals::{SIGN_IN_OVER, WRONG_CREDENTIALS};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::error::Error;
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page, encoded, own_path};

#[derive(Template)]
#[template(path = "accounts/second_factor/ask.html")]
struct Ask {
    page: Page,
    form: Form,
}

/// The page that asks for a code, and where it leads on to.
///
/// # Errors
/// A fault where it cannot be rendered.
pub fn ask(page: Page, pass: String, to: String) -> Result<HttpResponse, Error> {
    answer(page, Form::filled([("pass", pass), ("to", to)]))
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
        Ok(handed) => let_in(&house, &request, handed, page::see(&to)),
        Err(error) if error.is(SIGN_IN_OVER) || error.is(WRONG_CREDENTIALS) => {
            see_saying(&format!("/sign-in?to={}", encoded(&to)), "sign-in-over")
        }
        Err(error) => form.show_again(visit.page, beside("", error), async |page, form| answer(page, form)).await,
    }
}
