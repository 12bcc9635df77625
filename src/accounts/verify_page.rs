//! The link in the letter of a sign-up: what was said, and a password to choose. Only the button proves: mail programs
//! and scanners open links by themselves.

use std::sync::Arc;

use actix_web::web::{Form, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get, post};

use super::address::address_to_unicode as shown_address;
use super::awaited::Awaited;
use super::form::{Came, Kind, NewPassword, Sheet, SignUpDetails};
use super::granted::let_in;
use super::profile::Gender;
use super::verify_address;
use super::visit::Visit;
use crate::app::{App, House};
use crate::error::Error;
use crate::page::{self, Page, own_path};

pub fn pages(config: &mut ServiceConfig) {
    config.service(verify_page).service(verify_mail);
}

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
    let (came, token, password) = form.into_inner().parts();
    let verified = async {
        house.rate_limit.check(&request)?;
        let verify = async move |app: Arc<App>| {
            verify_address::verify_address(&app, &token, &password).await?.browser(&app).await
        };
        house.run(verify).await
    };
    match verified.await {
        Ok(handed) => {
            let_in(&house, &request, handed, Awaited::arrived(&house, own_path(came.to.as_deref()), "account-begun")?)
        }
        Err(error) => to_verify(&house, visit.page, came).await?.refused(error),
    }
}

/// What the link of a sign-up shows: what was said, and a password to choose; or why it is dead.
async fn to_verify(house: &House, page: Page, came: Came) -> Result<Sheet, Error> {
    let (to, token) = came.parts();
    let sheet = Sheet { to, token: token.clone(), ..Sheet::new(page, Kind::Verify) };
    Ok(match house.ask(async move |app| verify_address::waiting(&app, &token).await).await? {
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
