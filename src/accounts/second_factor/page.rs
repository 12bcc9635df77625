//! One's second factor, in a browser.

use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;

use super::api::{SecondFactor, read};
use super::disclosure::{Disclosure, removal};
use super::{begin, confirm, end};
use crate::accounts::SignedIn;
use crate::accounts::asker::Asker;
use crate::accounts::authenticate::Proof;
use crate::accounts::reauthenticate::{beside, once_proven};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::error::{Error, Fault};
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page};

#[derive(Template)]
#[template(path = "accounts/second_factor/page.html")]
struct FactorPage {
    page: Page,
    form: Form,
    stands: SecondFactor,
    /// What stands on this page and on no other.
    once: Option<Disclosure>,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(factor_page).service(begin_factor).service(confirm_factor).service(renew_codes).service(end_factor);
}

/// The page with what the browser brought along to it. The secret stays for as long as it takes to type it in,
/// the codes are gone with the next page.
async fn answer(
    house: &House,
    request: &HttpRequest,
    page: Page,
    who: SignedIn,
    form: Form,
) -> Result<HttpResponse, Error> {
    let person = who.account_id;
    let stands = read(house, who).await?;
    let is_over = |once: &Disclosure| matches!(once, Disclosure::Secret(_)) && stands.on;
    let once = Disclosure::read(house, request, person).filter(|once| !is_over(once));
    let is_spent = matches!(once, Some(Disclosure::Codes(_)));
    let mut answer = page::answer(&FactorPage { page, form, stands, once })?;
    if is_spent {
        answer.add_cookie(&removal(house)).map_err(Fault::of)?;
    }
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}

async fn refused(
    house: &House,
    request: &HttpRequest,
    page: Page,
    who: SignedIn,
    form: Form,
    error: Error,
) -> Result<HttpResponse, Error> {
    form.show_again(page, beside("", error), |page, form| answer(house, request, page, who, form)).await
}

#[get("/me/second-factor")]
async fn factor_page(house: House, request: HttpRequest, visit: Visit, who: SignedIn) -> Result<HttpResponse, Error> {
    answer(&house, &request, visit.page, who, Form::default()).await
}

#[post("/me/second-factor")]
async fn begin_factor(
    house: House,
    request: HttpRequest,
    visit: Visit,
    who: SignedIn,
    form: Form,
) -> Result<HttpResponse, Error> {
    let (proof, person) = (Proof::typed(&form, ""), who.account_id);
    let begun = once_proven(&house, &request, who, proof, async |app, proven| begin::begin(&app, proven).await);
    match begun.await {
        Ok(begun) => Disclosure::Secret(begun).see(&house, person),
        Err(error) => refused(&house, &request, visit.page, who, form, error).await,
    }
}

#[post("/me/second-factor/confirm")]
async fn confirm_factor(
    house: House,
    request: HttpRequest,
    visit: Visit,
    who: SignedIn,
    form: Form,
) -> Result<HttpResponse, Error> {
    let (asker, code, person) = (Asker::of(&house, &request), form.value("code").to_owned(), who.account_id);
    match house.run(async move |app| confirm::confirm(&app, &asker, &who, &code).await).await {
        Ok(codes) => Disclosure::Codes(codes).see(&house, person),
        Err(error) => refused(&house, &request, visit.page, who, form, error).await,
    }
}

#[post("/me/second-factor/recovery-codes")]
async fn renew_codes(
    house: House,
    request: HttpRequest,
    visit: Visit,
    who: SignedIn,
    form: Form,
) -> Result<HttpResponse, Error> {
    let (proof, person) = (Proof::typed(&form, ""), who.account_id);
    let renewed = once_proven(&house, &request, who, proof, async |app, proven| end::renew_codes(&app, proven).await);
    match renewed.await {
        Ok(codes) => Disclosure::Codes(codes).see(&house, person),
        Err(error) => refused(&house, &request, visit.page, who, form, error).await,
    }
}

#[post("/me/second-factor/end")]
async fn end_factor(
    house: House,
    request: HttpRequest,
    visit: Visit,
    who: SignedIn,
    form: Form,
) -> Result<HttpResponse, Error> {
    let proof = Proof::typed(&form, "");
    let ended = once_proven(&house, &request, who, proof, async |app, proven| end::end(&app, proven).await);
    match ended.await {
        Ok(()) => see_saying("/me/second-factor", "second-factor-ended"),
        Err(error) => refused(&house, &request, visit.page, who, form, error).await,
    }
}
