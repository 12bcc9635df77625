//! The calls about accounts, for administrators.

use std::sync::Arc;

use actix_web::web::{Json, Path};
use actix_web::{HttpRequest, HttpResponse, delete, post, put};
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::account_found::{FoundAccount, look_up};
use crate::accounts::address::{mail_address, read_address};
use crate::accounts::lock::{AccountLock, lock, unlock};
use crate::accounts::reauthenticate::once_proven;
use crate::app::{App, House};
use crate::body::Body;
use crate::error::Error;
use crate::organizations::access::Administrator;

/// Whose account is meant: the whole address.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountAddress {
    #[garde(custom(mail_address))]
    pub email: String,
}

/// Looks an account up by its exact address; audited. Who: administrator.
#[utoipa::path(tag = "office", request_body = AccountAddress, responses(
    (status = 200, body = FoundAccount),
    (status = 403, description = "`wrong_role`"),
    (status = 404, description = "`not_found`: the address has no account"),
    (status = 422, description = "`invalid`"),
), security(("bearer" = [])))]
#[post("/admin/accounts/look-up")]
pub async fn look_up_account(
    house: House,
    by: Administrator,
    whose: Body<AccountAddress>,
) -> Result<Json<FoundAccount>, Error> {
    let address = read_address(&whose.email)?;
    house.run(async move |app| look_up(&app, &by, &address).await).await.map(Json)
}

/// Locks an account: its sessions and sign-ins end at once, and nothing lets in any more. Who: administrator.
#[utoipa::path(tag = "office", request_body = AccountLock, responses(
    (status = 204, description = "Locked; its owner is told by letter"),
    (status = 401, description = "`wrong_credentials`, `second_factor_needed`, `second_factor_wrong`"),
    (status = 403, description = "`wrong_role`"),
    (status = 404, description = "`not_found`"),
    (status = 409, description = "`own_account`"),
    (status = 422, description = "`invalid`"),
    (status = 429, description = "`too_many_requests`"),
), security(("bearer" = [])))]
#[put("/admin/accounts/{account}/lock")]
pub async fn lock_account(
    house: House,
    by: Administrator,
    request: HttpRequest,
    account: Path<Uuid>,
    wish: Body<AccountLock>,
) -> Result<HttpResponse, Error> {
    lock_it(&house, &request, by, *account, wish.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Opens it again; whoever was inside signs in anew. Who: administrator.
#[utoipa::path(tag = "office", responses(
    (status = 204, description = "Open"),
    (status = 403, description = "`wrong_role`"),
    (status = 404, description = "`not_found`"),
), security(("bearer" = [])))]
#[delete("/admin/accounts/{account}/lock")]
pub async fn unlock_account(house: House, by: Administrator, account: Path<Uuid>) -> Result<HttpResponse, Error> {
    house.run(async move |app| unlock(&app, &by.0, *account).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// As the call and the page both do it.
pub(super) async fn lock_it(
    house: &House,
    request: &HttpRequest,
    by: Administrator,
    account: Uuid,
    wish: AccountLock,
) -> Result<(), Error> {
    let (reason, proof) = wish.into_parts();
    let verb = async move |app: Arc<App>, proven| lock(&app, &by.0, proven, account, reason).await;
    once_proven(house, request, by.0, proof, verb).await
}
