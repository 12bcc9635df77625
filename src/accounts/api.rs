//! Signing up, in and out, for programs. Pages call the same verbs.

use std::sync::Arc;

use actix_web::web::Json;
use actix_web::{HttpRequest, HttpResponse, post};
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::address::{mail_address, read_address};
use super::asker::Asker;
use super::authenticate::Proof;
use super::granted::{Granted, granted};
use super::second_factor::factor;
use super::sign_up_form::SignUpForm;
use super::signed_in::SignedIn;
use super::{change_password, forget_password, log_in, log_out, mark, refresh, register, reset_password};
use crate::app::{App, House};
use crate::body::Body;
use crate::error::Error;
use crate::language::Language;

#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    #[garde(custom(mail_address))]
    pub email: String,
    #[garde(length(chars, max = 1000))]
    pub password: String,
    /// Of the authenticator, or one for recovery: where a second factor is on.
    #[garde(length(chars, max = 40))]
    pub code: Option<String>,
}

#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshToken {
    #[garde(length(chars, max = 200))]
    pub refresh_token: String,
}

#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ForgottenPassword {
    #[garde(custom(mail_address))]
    pub email: String,
}

#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    /// What the link in the letter carries.
    #[garde(length(chars, max = 200))]
    pub token: String,
    /// 8 to 128 characters that are not easy to guess.
    #[garde(skip)]
    pub password: String,
}

#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    #[garde(length(chars, max = 1000))]
    pub current_password: String,
    /// As at signing in.
    #[garde(length(chars, max = 40))]
    pub code: Option<String>,
    #[garde(skip)]
    pub password: String,
}

/// Signs up. The answer is the same, in the same time, whether or not the address is known; a letter
/// says the rest. Whoever reads it chooses the password.
///
/// Who: anyone.
#[utoipa::path(
    tag = "accounts",
    request_body = SignUpForm,
    responses(
        (status = 202, description = "A letter is on its way."),
        (status = 422, description = "`invalid`"),
        (status = 429, description = "`too_many_requests`: this network asks too often, in all or for this address; or too many wait for their letter"),
    )
)]
#[post("/auth/register")]
pub async fn sign_up(house: House, request: HttpRequest, wish: Body<SignUpForm>) -> Result<HttpResponse, Error> {
    house.rate_limit.check(&request)?;
    let (address, wish) = wish.into_inner().wish(Language::of_request(&request))?;
    let asker = Asker::of(&house, &request);
    house.run(async move |app| register::register(&app, &asker, &address, wish).await).await?;
    Ok(HttpResponse::Accepted().finish())
}

/// Signs a program in.
///
/// Who: anyone.
#[utoipa::path(
    tag = "accounts",
    request_body = Credentials,
    responses(
        (status = 200, body = Granted),
        (status = 401, description = "`wrong_credentials`; `second_factor_needed` where a second factor is on and no `code` was sent; `second_factor_wrong`"),
        (status = 422, description = "`invalid`"),
        (status = 429, description = "`too_many_requests`: this asker tried too often, or this account was tried too often by all and the device is not known"),
    )
)]
#[post("/auth/login")]
pub async fn sign_in(
    house: House,
    request: HttpRequest,
    credentials: Body<Credentials>,
) -> Result<HttpResponse, Error> {
    house.rate_limit.check(&request)?;
    let Credentials { email, password, code } = credentials.into_inner();
    let proof = Proof { password, code };
    let address = read_address(&email)?;
    let asker = Asker::of(&house, &request);
    let handed = house.run(async move |app| log_in::log_in(&app, &asker, &address, &proof).await);
    Ok(granted(&house, &request, handed.await?))
}

/// Spends a refresh token for the next pair. Shown a second time, it ends the sign-in; but the client
/// that spent it is given the same next token for half a minute, in case the answer was lost.
///
/// Who: anyone who holds one.
#[utoipa::path(
    tag = "accounts",
    request_body = RefreshToken,
    responses(
        (status = 200, body = Granted),
        (status = 401, description = "`refresh_token_invalid` or `refresh_token_reused`"),
        (status = 422, description = "`invalid`"),
        (status = 429, description = "`too_many_requests`"),
    )
)]
#[post("/auth/refresh")]
pub async fn refresh_tokens(
    house: House,
    request: HttpRequest,
    body: Body<RefreshToken>,
) -> Result<Json<Granted>, Error> {
    house.rate_limit.check(&request)?;
    let token = body.into_inner().refresh_token;
    let client = Asker::of(&house, &request).client;
    let tokens = house.run(async move |app| refresh::refresh(&app, &client, &token).await).await?;
    Ok(Json(tokens.into()))
}

/// Ends the sign-in a refresh token belongs to.
///
/// Who: anyone who holds one.
#[utoipa::path(
    tag = "accounts",
    request_body = RefreshToken,
    responses(
        (status = 204, description = "Signed out; or there was nothing to end."),
        (status = 422, description = "`invalid`"),
    )
)]
#[post("/auth/logout")]
pub async fn sign_out(house: House, body: Body<RefreshToken>) -> Result<HttpResponse, Error> {
    let token = body.into_inner().refresh_token;
    house.run(async move |app| log_out::log_out(&app, &token).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Asks for a letter with a link to set a new password. The answer is the same whether or not the
/// address is known.
///
/// Who: anyone.
#[utoipa::path(
    tag = "accounts",
    request_body = ForgottenPassword,
    responses(
        (status = 202, description = "If the address has an account, a letter is on its way."),
        (status = 422, description = "`invalid`"),
        (status = 429, description = "`too_many_requests`: as for a sign-up"),
    )
)]
#[post("/auth/password/forgot")]
pub async fn forgot(
    house: House,
    request: HttpRequest,
    address: Body<ForgottenPassword>,
) -> Result<HttpResponse, Error> {
    house.rate_limit.check(&request)?;
    let address = read_address(&address.email)?;
    let asker = Asker::of(&house, &request);
    house.run(async move |app| forget_password::forget_password(&app, &asker, &address, None).await).await?;
    Ok(HttpResponse::Accepted().finish())
}

/// Sets a new password with the token of the letter; every sign-in and session ends.
///
/// Who: anyone.
#[utoipa::path(
    tag = "accounts",
    request_body = NewPassword,
    responses(
        (status = 204, description = "The new password is set."),
        (status = 422, description = "`token_invalid`, `token_used`, `token_expired`, or `invalid` for a weak password"),
        (status = 429, description = "`too_many_requests`"),
    )
)]
#[post("/auth/password/reset")]
pub async fn reset(house: House, request: HttpRequest, new: Body<NewPassword>) -> Result<HttpResponse, Error> {
    house.rate_limit.check(&request)?;
    let NewPassword { token, password } = new.into_inner();
    let reset = async move |app: Arc<App>| {
        let entered = reset_password::reset_password(&app, &token, &password).await?;
        // Whoever reads the mail has shown no code: where one is asked for, they are not known by it.
        let coded = factor::is_on(&entered.txn, entered.account).await?;
        let mark = if coded { None } else { Some(mark::make(&app, entered.account, &entered.hash)?) };
        entered.txn.commit().await?;
        Ok(mark)
    };
    let mut answer = HttpResponse::NoContent();
    if let Some(mark) = house.run(reset).await? {
        answer.cookie(mark::set(&house, &request, &mark));
    }
    Ok(answer.finish())
}

/// Changes one's own password. Other sign-ins and sessions end; this one stays.
///
/// Who: account.
#[utoipa::path(
    tag = "accounts",
    request_body = PasswordChange,
    responses(
        (status = 204, description = "The new password is set."),
        (status = 401, description = "`not_signed_in`; `wrong_credentials` for the current password; `second_factor_needed`, `second_factor_wrong`"),
        (status = 422, description = "`invalid`"),
        (status = 429, description = "`too_many_requests`"),
    ),
    security(("bearer" = []))
)]
#[post("/auth/password/change")]
pub async fn change(
    house: House,
    request: HttpRequest,
    who: SignedIn,
    new: Body<PasswordChange>,
) -> Result<HttpResponse, Error> {
    let PasswordChange { current_password, code, password } = new.into_inner();
    let current = Proof { password: current_password, code };
    let asker = Asker::of(&house, &request);
    let changed =
        house.run(async move |app| change_password::change_password(&app, &asker, &who, &current, &password).await);
    let mark = changed.await?;
    Ok(HttpResponse::NoContent().cookie(mark::set(&house, &request, &mark)).finish())
}
