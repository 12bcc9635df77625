//! One's second factor, for programs.

use actix_web::http::StatusCode;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::Json;
use actix_web::{HttpRequest, HttpResponse, Responder, delete, get, post};
use chrono::{DateTime, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::begin::{self, Begun};
use super::{confirm, end, factor, recovery_code};
use crate::accounts::asker::Asker;
use crate::accounts::authenticate::Proof;
use crate::accounts::reauthenticate::once_proven;
use crate::accounts::{SignedIn, account};
use crate::app::House;
use crate::body::Body;
use crate::error::{Error, Refused};

/// How one's second factor stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct SecondFactor {
    /// Signing in takes a code.
    pub on: bool,
    pub since: Option<DateTime<Utc>>,
    /// Recovery codes that were not used.
    pub codes_left: u64,
    /// One's work here takes it.
    pub demanded: bool,
}

/// What the authenticator shows.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SecondFactorCode)]
pub struct Code {
    #[garde(length(chars, max = 40))]
    #[schema(example = "123456")]
    pub code: String,
}

/// For the authenticator, told once.
#[derive(Serialize, ToSchema)]
pub struct SecondFactorBegun {
    /// Base32.
    pub secret: String,
    /// `otpauth://…`
    pub address: String,
    /// The address as a QR code, SVG.
    pub qr: String,
}

/// For the day the phone is lost, told once.
#[derive(Serialize, ToSchema)]
pub struct RecoveryCodes {
    pub recovery_codes: Vec<String>,
}

/// Nothing of this may lie in a cache.
fn unkept<T: Serialize>(answer: T, status: StatusCode) -> impl Responder {
    Json(answer).customize().with_status(status).insert_header((CACHE_CONTROL, "no-store"))
}

/// Reads how somebody's second factor stands.
///
/// # Errors
/// 401 where the account is gone.
pub(super) async fn read(house: &House, who: SignedIn) -> Result<SecondFactor, Error> {
    house
        .run(async move |app| {
            let (db, id) = (app.database.reader(), who.account_id);
            let account = account::find(db, id).await?.ok_or_else(Refused::not_signed_in)?;
            let since = factor::confirmed(db, id).await?.and_then(|found| found.confirmed_at);
            let codes_left = recovery_code::left(db, id).await?;
            Ok(SecondFactor { on: since.is_some(), since, codes_left, demanded: super::is_demanded(&app, &account) })
        })
        .await
}

/// How my second factor stands.
///
/// Who: account.
#[utoipa::path(tag = "accounts", responses(
    (status = 200, body = SecondFactor),
), security(("bearer" = [])))]
#[get("/me/second-factor")]
pub async fn show(house: House, who: SignedIn) -> Result<Json<SecondFactor>, Error> {
    read(&house, who).await.map(Json)
}

/// Makes a secret for my authenticator. It asks for nothing before it is confirmed.
///
/// Who: account.
#[utoipa::path(tag = "accounts", request_body = Proof, responses(
    (status = 201, body = SecondFactorBegun),
    (status = 401, description = "`not_signed_in`, `wrong_credentials`"),
    (status = 409, description = "`second_factor_on`"),
    (status = 422, description = "`invalid`"),
    (status = 429, description = "`too_many_requests`"),
), security(("bearer" = [])))]
#[post("/me/second-factor")]
pub async fn begin_factor(
    house: House,
    request: HttpRequest,
    who: SignedIn,
    proof: Body<Proof>,
) -> Result<impl Responder, Error> {
    let proof = proof.into_inner();
    let begun = once_proven(&house, &request, who, proof, async |app, proven| begin::begin(&app, proven).await);
    let begun = begun.await?;
    let qr = begun.qr_code()?;
    let Begun { secret, address } = begun;
    Ok(unkept(SecondFactorBegun { secret, address, qr }, StatusCode::CREATED))
}

/// Shows that my authenticator knows the secret: from now on signing in takes a code, and every other
/// device is signed out. The recovery codes are told this once.
///
/// Who: account.
#[utoipa::path(tag = "accounts", request_body = Code, responses(
    (status = 200, body = RecoveryCodes),
    (status = 401, description = "`not_signed_in`, `second_factor_wrong`"),
    (status = 409, description = "`second_factor_not_begun`, `second_factor_on`"),
    (status = 422, description = "`invalid`"),
    (status = 429, description = "`too_many_requests`"),
), security(("bearer" = [])))]
#[post("/me/second-factor/confirm")]
pub async fn confirm_factor(
    house: House,
    request: HttpRequest,
    who: SignedIn,
    code: Body<Code>,
) -> Result<impl Responder, Error> {
    let (asker, Code { code }) = (Asker::of(&house, &request), code.into_inner());
    let recovery_codes = house.run(async move |app| confirm::confirm(&app, &asker, &who, &code).await).await?;
    Ok(unkept(RecoveryCodes { recovery_codes }, StatusCode::OK))
}

/// New recovery codes; the former ones are worth nothing from then on.
///
/// Who: account.
#[utoipa::path(tag = "accounts", request_body = Proof, responses(
    (status = 200, body = RecoveryCodes),
    (status = 401, description = "`not_signed_in`, `wrong_credentials`, `second_factor_needed`, `second_factor_wrong`"),
    (status = 409, description = "`second_factor_off`"),
    (status = 422, description = "`invalid`"),
    (status = 429, description = "`too_many_requests`"),
), security(("bearer" = [])))]
#[post("/me/second-factor/recovery-codes")]
pub async fn renew(
    house: House,
    request: HttpRequest,
    who: SignedIn,
    proof: Body<Proof>,
) -> Result<impl Responder, Error> {
    let proof = proof.into_inner();
    let renewed = once_proven(&house, &request, who, proof, async |app, proven| end::renew_codes(&app, proven).await);
    Ok(unkept(RecoveryCodes { recovery_codes: renewed.await? }, StatusCode::OK))
}

/// Gives my second factor up.
///
/// Who: account.
#[utoipa::path(tag = "accounts", request_body = Proof, responses(
    (status = 204, description = "The password alone lets in again"),
    (status = 401, description = "`not_signed_in`, `wrong_credentials`, `second_factor_needed`, `second_factor_wrong`"),
    (status = 409, description = "`second_factor_off`, `second_factor_demanded`"),
    (status = 422, description = "`invalid`"),
    (status = 429, description = "`too_many_requests`"),
), security(("bearer" = [])))]
#[delete("/me/second-factor")]
pub async fn end_factor(
    house: House,
    request: HttpRequest,
    who: SignedIn,
    proof: Body<Proof>,
) -> Result<HttpResponse, Error> {
    let proof = proof.into_inner();
    let ended = once_proven(&house, &request, who, proof, async |app, proven| end::end(&app, proven).await);
    ended.await?;
    Ok(HttpResponse::NoContent().finish())
}
