//! Where somebody waits for a letter, and asks for another one where it does not come.

use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;

use super::asker::Asker;
use super::awaited::{Awaited, PAGE};
use super::letter_request::Errand;
use super::sign_up;
use super::visit::Visit;
use crate::app::House;
use crate::error::{Error, Fault};
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page, encoded};

#[derive(Template)]
#[template(path = "accounts/letter.html")]
struct Letter {
    page: Page,
    form: Form,
    title: String,
    email: String,
    note: String,
    /// For how many seconds nobody needs another.
    patience: i64,
    /// Where it is asked for with another address.
    anew: String,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(show_waiting).service(ask_again);
}

#[get("/letter")]
async fn show_waiting(house: House, request: HttpRequest, visit: Visit) -> Result<HttpResponse, Error> {
    match Awaited::of(&house, &request) {
        Some(awaited) => page::answer(&Letter::new(&house, visit.page, &awaited, Form::default())),
        // Nobody waits here, or not any more.
        None => Ok(page::see("/sign-in")),
    }
}

#[post("/letter")]
async fn ask_again(house: House, request: HttpRequest, visit: Visit) -> Result<HttpResponse, Error> {
    let Some(awaited) = Awaited::of(&house, &request) else { return Ok(page::see("/sign-in")) };
    let (asker, again) = (Asker::of(&house, &request), awaited.clone());
    let sent = async {
        house.rate_limit.check(&request)?;
        house.run(async move |app| again.ask_again(&app, &asker).await).await
    };
    match sent.await {
        Ok(()) => {
            let mut answer = see_saying(PAGE, "letter-again")?;
            answer.add_cookie(&Awaited::new(&house, awaited.errand).cookie(&house)?).map_err(Fault::of)?;
            Ok(answer)
        }
        Err(error) => {
            let show = async |page, form| page::answer(&Letter::new(&house, page, &awaited, form));
            Form::default().show_again(visit.page, error, show).await
        }
    }
}

/// The answer to whoever asked for a letter: to the page that waits for it. The same for an address that is known and
/// one that is not.
///
/// # Errors
/// A fault where the cookie cannot be made.
pub fn wait(house: &House, errand: Errand) -> Result<HttpResponse, Error> {
    let mut answer = page::see(PAGE);
    answer.add_cookie(&Awaited::new(house, errand).cookie(house)?).map_err(Fault::of)?;
    Ok(answer)
}

impl Letter {
    fn new(house: &House, page: Page, awaited: &Awaited, form: Form) -> Self {
        let to = encoded(awaited.to().unwrap_or("/"));
        let (title, note, anew) = match awaited.errand {
            Errand::SignUp(_) => {
                let note = page.say("letter-sent-note", &[("hours", sign_up::HOURS.into())]);
                (page.t("letter-sent-title"), note, format!("/register?to={to}"))
            }
            Errand::Forgotten { .. } => {
                (page.t("forgot-done-title"), page.t("forgot-done"), format!("/forgot?to={to}"))
            }
        };
        let (email, patience) = (awaited.shown_address(), awaited.patience(house.now()));
        Self { page, form, title, email, note, patience, anew }
    }
}
