//! One's second factor, in a browser.

use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;

use super::api::{SecondFactor, read};
use super::begin::Begun;
use super::{begin, confirm, end};
use crate::accounts::SignedIn;
use crate::accounts::asker::Asker;
use crate::accounts::prove::Proof;
use crate::accounts::prove_again::{beside, once_proven};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::error::Error;
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page};

#[derive(Template)]
#[template(path = "accounts/second_factor/page.html")]
struct FactorPage {
    page: Page,
    form: Form,
    stands: SecondFactor,
    once: ShownOnce,
}

/// What stands on this page and on no other.
enum ShownOnce {
    Nothing,
    /// For the authenticator.
    Begun(Begun),
    /// For the day the phone is lost.
    Codes(Vec<String>),
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(factor_page).service(begin_factor).service(confirm_factor).service(renew_codes).service(end_factor);
}

async fn answer(house: &House, page: Page, who: SignedIn, form: Form, once: ShownOnce) -> Result<HttpResponse, Error> {
    let stands = read(house, who).await?;
    let mut answer = page::answer(&FactorPage { page, form, stands, once })?;
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}

async fn refused(
    house: &House,
    page: Page,
    who: SignedIn,
    form: Form,
    error: Error,
    once: ShownOnce,
) -> Result<HttpResponse, Error> {
    form.show_again(page, beside("", error), |page, form| answer(house, page, who, form, once)).await
}

#[get("/me/second-factor")]
async fn factor_page(house: House, visit: Visit, who: SignedIn) -> Result<HttpResponse, Error> {
    answer(&house, visit.page, who, Form::default(), ShownOnce::Nothing).await
}

/// The secret stands on the answer itself and in no address: it is told once.
#[post("/me/second-factor")]
async fn begin_factor(
    house: House,
    request: HttpRequest,
    visit: Visit,
    who: SignedIn,
    form: Form,
) -> Result<HttpResponse, Error> {
    let proof = Proof::typed(&form, "");
    let begun = once_proven(&house, &request, who, proof, async |app, proven| begin::begin(&app, proven).await);
    match begun.await {
        Ok(begun) => Ok(answer(&house, visit.page, who, Form::default(), ShownOnce::Begun(begun)).await?),
        Err(error) => Ok(refused(&house, visit.page, who, form, error, ShownOnce::Nothing).await?),
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
    let (asker, code) = (Asker::of(&house, &request), form.value("code").to_owned());
    match house.run(async move |app| confirm::confirm(&app, &asker, &who, &code).await).await {
        Ok(codes) => Ok(answer(&house, visit.page, who, Form::default(), ShownOnce::Codes(codes)).await?),
        Err(error) => {
            // What the app was told stood on the page this came from; a wrong code comes back with it.
            let begun = begin::again(form.value("secret").to_owned(), form.value("address").to_owned());
            let once = begun.map_or(ShownOnce::Nothing, ShownOnce::Begun);
            Ok(refused(&house, visit.page, who, form, error, once).await?)
        }
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
    let proof = Proof::typed(&form, "");
    let renewed = once_proven(&house, &request, who, proof, async |app, proven| end::renew_codes(&app, proven).await);
    match renewed.await {
        Ok(codes) => Ok(answer(&house, visit.page, who, Form::default(), ShownOnce::Codes(codes)).await?),
        Err(error) => Ok(refused(&house, visit.page, who, form, error, ShownOnce::Nothing).await?),
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
        Err(error) => Ok(refused(&house, visit.page, who, form, error, ShownOnce::Nothing).await?),
    }
}
