//! Somebody lost their phone and their recovery codes: an administrator who knows them turns their
//! second factor off, with a fresh proof of their own, on record, and with a letter to the owner.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::accounts::address::{mail_address, read_address};
use crate::accounts::authenticate::Proof;
use crate::accounts::reauthenticate::{beside, once_proven};
use crate::accounts::refusals::SECOND_FACTOR_OFF;
use crate::accounts::second_factor::{end, factor};
use crate::accounts::visit::Visit;
use crate::app::{App, House};
use crate::body::Body;
use crate::error::{Error, FieldError, Refused};
use crate::organizations::access::Administrator;
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page};

/// Whose second factor is lost, and the administrator's own proof.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LostFactor {
    #[garde(custom(mail_address))]
    pub email: String,
    #[garde(length(chars, max = 1000))]
    pub password: String,
    #[garde(length(chars, max = 40))]
    pub code: Option<String>,
}

#[derive(Template)]
#[template(path = "office/lost_factors.html")]
struct Lost {
    page: Page,
    form: Form,
    coded: bool,
}

async fn end_it(house: &House, request: &HttpRequest, by: Administrator, lost: LostFactor) -> Result<(), Error> {
    let LostFactor { email, password, code } = lost;
    let (address, proof) = (read_address(&email)?, Proof { password, code });
    let end = async move |app: Arc<App>, proven| end::end_for(&app, proven, &address).await;
    once_proven(house, request, by.0, proof, end).await
}

/// Turns off the second factor of somebody who lost phone and codes; audited, and told to them by
/// letter. Who: administrator.
#[utoipa::path(tag = "office", request_body = LostFactor, responses(
    (status = 204, description = "Their password alone lets in again; every session of theirs has ended"),
    (status = 401, description = "`wrong_credentials`, `second_factor_needed`, `second_factor_wrong`"),
    (status = 403, description = "`wrong_role`"),
    (status = 409, description = "`second_factor_off`: there is none, or no such account"),
    (status = 422, description = "`invalid`"),
    (status = 429, description = "`too_many_requests`"),
), security(("bearer" = [])))]
#[post("/admin/second-factors/end")]
pub async fn end_lost_factor(
    house: House,
    by: Administrator,
    request: HttpRequest,
    lost: Body<LostFactor>,
) -> Result<HttpResponse, Error> {
    end_it(&house, &request, by, lost.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Who: administrator.
#[get("/admin/second-factors")]
pub async fn show_lost_factors(house: House, visit: Visit, by: Administrator) -> Result<HttpResponse, Error> {
    answer(&house, visit.page, by, Form::default()).await
}

/// Turns one off. Who: administrator.
#[post("/admin/second-factors")]
pub async fn ended(
    house: House,
    visit: Visit,
    by: Administrator,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Error> {
    let Proof { password, code } = Proof::typed(&form, "");
    let lost = LostFactor { email: form.value("email").to_owned(), password, code };
    match end_it(&house, &request, by, lost).await {
        Ok(()) => see_saying("/admin", "second-factor-lost"),
        Err(error) => {
            form.show_again(visit.page, beside("", of_nobody(error)), |page, form| answer(&house, page, by, form)).await
        }
    }
}

/// Told beside the address.
fn of_nobody(error: Error) -> Error {
    if error.is(SECOND_FACTOR_OFF) {
        Refused::invalid(vec![FieldError::new("email", SECOND_FACTOR_OFF.code, "has none")]).into()
    } else {
        error
    }
}

async fn answer(house: &House, page: Page, by: Administrator, form: Form) -> Result<HttpResponse, Error> {
    let id = by.0.account_id;
    let coded = house.ask(async move |app| factor::is_on(app.database.reader(), id).await).await?;
    page::answer(&Lost { page, form, coded })
}
