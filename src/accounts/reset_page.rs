//! A forgotten password: where its letter is asked for, and the link in that letter.

use std::sync::Arc;

use actix_web::web::{Form, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get, post};
use serde::Deserialize;

use super::address::{address_to_unicode as shown_address, read_address};
use super::asker::Asker;
use super::authenticated::Way;
use super::awaited::Awaited;
use super::form::{Came, Kind, NewPassword, Sheet};
use super::granted::let_in;
use super::letter_page::wait;
use super::letter_request::Errand;
use super::second_factor::ask::ask;
use super::visit::Visit;
use super::{forget_password, reset_password};
use crate::app::{App, House};
use crate::error::Error;
use crate::page::{self, Page, own_path};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Address {
    email: String,
    to: Option<String>,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(forgot_page).service(forgot).service(reset_page).service(reset);
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
    let (came, token, password) = form.into_inner().parts();
    let reset = async {
        house.rate_limit.check(&request)?;
        let reset = async move |app: Arc<App>| {
            reset_password::reset_password(&app, &token, &password).await?.browser_or_page(&app).await
        };
        house.run(reset).await
    };
    match reset.await {
        Ok(Way::In(handed)) => {
            let_in(&house, &request, handed, Awaited::arrived(&house, own_path(came.to.as_deref()), "password-set")?)
        }
        Ok(Way::Asked(pass)) => ask(&house, &pass, &came.parts().0),
        Err(error) => to_reset(&house, visit.page, came).await?.refused(error),
    }
}

/// What the link for a new password shows; or why it is dead.
async fn to_reset(house: &House, page: Page, came: Came) -> Result<Sheet, Error> {
    let (to, token) = came.parts();
    let sheet = Sheet { to, token: token.clone(), ..Sheet::new(page, Kind::Reset) };
    Ok(match house.ask(async move |app| reset_password::waiting(&app, &token).await).await? {
        Ok(account) => Sheet { email: shown_address(&account.address(&house.secrets)?), ..sheet },
        Err(dead) => Sheet { dead: Some(dead), ..sheet },
    })
}
