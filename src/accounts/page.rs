//! Signing in and out in a browser.

use actix_web::web::{Form, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get, post};
use serde::Deserialize;

use super::address::read_address;
use super::asker::Asker;
use super::authenticated::Way;
use super::form::{Came, Kind, Sheet};
use super::granted::{let_in, onward};
use super::second_factor::ask::ask;
use super::visit::Visit;
use super::{clear_browser, cookie, end_session, open_session};
use crate::app::House;
use crate::error::{Error, Fault};
use crate::page::{self, own_path};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Credentials {
    email: String,
    password: String,
    to: Option<String>,
    unsent: Option<String>,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(sign_in_page).service(sign_in).service(sign_out);
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
