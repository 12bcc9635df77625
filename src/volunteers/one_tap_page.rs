//! 轻点一下: how it goes, by the link of a letter and without signing in. Looking does nothing, for mail programs and
//! scanners open links by themselves; only the buttons answer. The page says of nobody whom it is about: it would say
//! the same to whoever the letter was forwarded to.

use actix_web::http::StatusCode;
use actix_web::web::{Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use serde::Deserialize;
use serde_json::json;

use super::answer::OneTap;
use super::answer_question::{self, LinkAnswer};
use super::refusals::{LINK_ALTERED, LINK_LATE, LINK_USED};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::Error;
use crate::page::flash::see_saying;
use crate::page::{self, Page, form::Form};

#[derive(Template)]
#[template(path = "volunteers/one_tap.html")]
struct Question {
    page: Page,
    token: String,
}

#[derive(Template)]
#[template(path = "volunteers/one_tap_over.html")]
struct Over {
    page: Page,
    /// What is said where the link does not answer: `altered`, `used`, `late`; `thanks` once it has.
    why: &'static str,
}

#[derive(Deserialize)]
struct Came {
    token: Option<String>,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(show_question).service(answer_by_button).service(show_thanks);
}

/// Who: whoever holds the letter.
#[get("/answer")]
async fn show_question(
    house: House,
    request: HttpRequest,
    visit: Visit,
    came: Query<Came>,
) -> Result<HttpResponse, Error> {
    house.rate_limit.check(&request)?;
    let token = came.into_inner().token.unwrap_or_default();
    let carried = token.clone();
    match house.run(async move |app| answer_question::look(&app, &carried).await).await {
        Ok(()) => page::answer(&Question { page: visit.page, token }),
        Err(error) => over(visit.page, error),
    }
}

/// Answers. Who: whoever holds the letter.
#[post("/answer")]
async fn answer_by_button(house: House, request: HttpRequest, visit: Visit, form: Form) -> Result<HttpResponse, Error> {
    house.rate_limit.check(&request)?;
    let answered = async {
        let given: LinkAnswer = body::read(json!({ "token": form.value("token"), "answer": form.value("answer") }))?;
        let answer = given.answer;
        house.run(async move |app| answer_question::answer(&app, given).await).await?;
        Ok(answer)
    };
    match answered.await {
        Ok(OneTap::NoMore) => see_saying("/answered", "one-tap-no-more"),
        Ok(OneTap::Later) => see_saying("/answered", "one-tap-later"),
        Ok(_) => see_saying("/answered", "one-tap-kept"),
        Err(error) => over(visit.page, error),
    }
}

#[get("/answered")]
async fn show_thanks(visit: Visit) -> Result<HttpResponse, Error> {
    page::answer(&Over { page: visit.page, why: "thanks" })
}

/// What the link came to, in the words of a page.
fn over(page: Page, error: Error) -> Result<HttpResponse, Error> {
    let (status, why) = match &error {
        error if error.is(LINK_ALTERED) => (StatusCode::NOT_FOUND, "altered"),
        error if error.is(LINK_USED) => (StatusCode::CONFLICT, "used"),
        error if error.is(LINK_LATE) => (StatusCode::GONE, "late"),
        _ => return Err(error),
    };
    page::answer_as(status, &Over { page, why })
}

impl Over {
    fn headline(&self) -> String {
        self.page.t(&format!("one-tap-{}-title", self.why))
    }

    fn text(&self) -> String {
        self.page.t(&format!("one-tap-{}-note", self.why))
    }
}
