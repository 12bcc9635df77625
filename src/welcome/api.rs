//! The calls about invitations: of whoever was invited, and of whoever invited.

use std::sync::Arc;

use actix_web::web::Json;
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::accept::accept;
use super::access::Inviter;
use super::answer::{self, Acceptance};
use super::arrive::arrive;
use super::decline;
use super::send_again::send_again;
use super::sight::{self, Sight};
use super::withdraw::withdraw;
use crate::accounts::granted::{Granted, granted};
use crate::accounts::{SignedIn, verify_address};
use crate::app::{App, House};
use crate::body::Body;
use crate::error::Error;
use crate::events::access::id_in_path;
use crate::invitations::invitation::{self, State};
use crate::invitations::listed::Listed;
use crate::invitations::refusals::TOKEN_INVALID;
use crate::language::Language;
use crate::paging::Page;

/// What the link of a letter carries.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitationToken {
    #[garde(length(chars, max = 200))]
    pub token: String,
}

#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FirstPassword {
    /// What the link in the letter carries.
    #[garde(length(chars, max = 200))]
    pub token: String,
    /// 8 to 128 characters that are not easy to guess.
    #[garde(skip)]
    pub password: String,
}

/// Proves the mail address with the token of a letter, and chooses the password; the account begins, and
/// its owner is signed in. The token of an invitation does the same, and accepts; what is needed to take
/// part and an account does not say yet is what the invitation says.
///
/// Who: anyone.
#[utoipa::path(
    tag = "accounts",
    request_body = FirstPassword,
    responses(
        (status = 200, body = Granted),
        (status = 409, description = "of an invitation: `account_exists`, `phase_closed`"),
        (status = 422, description = "`token_invalid`, `token_used`, `token_expired`, or `invalid` for a weak password"),
        (status = 429, description = "`too_many_requests`"),
    )
)]
#[post("/auth/verify")]
pub async fn verify_mail(
    house: House,
    request: HttpRequest,
    first: Body<FirstPassword>,
) -> Result<HttpResponse, Error> {
    house.rate_limit.check(&request)?;
    let (FirstPassword { token, password }, language) = (first.into_inner(), Language::of_request(&request));
    let entered =
        async move |app: Arc<App>| match arrive(&app, &token, &password, Acceptance::default(), language).await? {
            Some((entered, news)) => {
                let handed = entered.program(&app).await?;
                answer::announce(&app, news);
                Ok(handed)
            }
            None => verify_address::verify_address(&app, &token, &password).await?.program(&app).await,
        };
    Ok(granted(&house, &request, house.run(entered).await?))
}

/// The invitations one may answer: who invites to what. Who: account.
#[utoipa::path(tag = "invitations", responses((status = 200, body = Page<Sight>)), security(("bearer" = [])))]
#[get("/me/invitations")]
pub async fn mine(house: House, who: SignedIn) -> Result<Json<Page<Sight>>, Error> {
    let open =
        async move |app: Arc<App>| super::mine::open(app.database.reader(), &app, who.account_id, who.language).await;
    Ok(Json(Page::whole(house.run(open).await?)))
}

/// Accepts an invitation to one's own address. Who: account.
#[utoipa::path(tag = "invitations", params(("invitation" = uuid::Uuid, Path)), request_body = Acceptance, responses(
    (status = 200, body = Sight),
    (status = 403, description = "`mail_not_verified`"),
    (status = 409, description = "`invitation_over`; to take part: `phase_closed`"),
    (status = 422, description = "`invalid`"),
), security(("bearer" = [])))]
#[post("/me/invitations/{invitation}/accept")]
pub async fn accept_mine(
    house: House,
    request: HttpRequest,
    who: SignedIn,
    acceptance: Body<Acceptance>,
) -> Result<Json<Sight>, Error> {
    let (id, read_in) = (id_in_path(&request, "invitation")?, Language::of_request(&request));
    let accepted = house.run(async move |app| {
        let accepted = accept(&app, &who, id, acceptance.into_inner(), read_in).await?;
        sight::of(app.database.reader(), &app, &accepted, who.language).await
    });
    accepted.await.map(Json)
}

/// Declines an invitation to one's own address. Who: account.
#[utoipa::path(tag = "invitations", params(("invitation" = uuid::Uuid, Path)), responses(
    (status = 204),
    (status = 403, description = "`mail_not_verified`"),
    (status = 409, description = "`invitation_over`"),
), security(("bearer" = [])))]
#[post("/me/invitations/{invitation}/decline")]
pub async fn decline_mine(house: House, request: HttpRequest, who: SignedIn) -> Result<HttpResponse, Error> {
    let id = id_in_path(&request, "invitation")?;
    house.run(async move |app| decline::decline(&app, &who, id).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What an invitation's letter leads to: who invites to what. Who: anyone with the letter.
#[utoipa::path(tag = "invitations", request_body = InvitationToken, responses(
    (status = 200, body = Sight),
    (status = 422, description = "`token_invalid`: unknown, answered, withdrawn or too old"),
    (status = 429, description = "`too_many_requests`"),
))]
#[post("/auth/invitation")]
pub async fn look(house: House, request: HttpRequest, body: Body<InvitationToken>) -> Result<Json<Sight>, Error> {
    house.rate_limit.check(&request)?;
    let language = Language::of_request(&request);
    let seen = house.run(async move |app| {
        let db = app.database.reader();
        let sent = invitation::find_by_token(db, &app, &body.token).await?;
        let sent = sent.filter(|sent| sent.state_at(app.now()) == State::Open).ok_or(TOKEN_INVALID)?;
        sight::of(db, &app, &sent, language).await
    });
    seen.await.map(Json)
}

/// Declines by the token of the letter; no needs no account. Who: anyone with the letter.
#[utoipa::path(tag = "invitations", request_body = InvitationToken, responses(
    (status = 204),
    (status = 409, description = "`invitation_over`"),
    (status = 422, description = "`token_invalid`"),
    (status = 429, description = "`too_many_requests`"),
))]
#[post("/auth/invitation/decline")]
pub async fn decline_shown(
    house: House,
    request: HttpRequest,
    body: Body<InvitationToken>,
) -> Result<HttpResponse, Error> {
    house.rate_limit.check(&request)?;
    house.run(async move |app| decline::decline_shown(&app, &body.token).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Takes an open invitation back. Who: organizer of the union that sent it; of a role at the union or
/// at a unit an administrator, too.
#[utoipa::path(tag = "invitations", params(("invitation" = uuid::Uuid, Path)), responses(
    (status = 204),
    (status = 409, description = "`invitation_over`"),
), security(("bearer" = [])))]
#[delete("/invitations/{invitation}")]
pub async fn withdraw_invitation(house: House, by: Inviter) -> Result<HttpResponse, Error> {
    house.run(async move |app| withdraw(&app, &by).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Sends an open invitation again, with a new link and fourteen days more: once an hour, five letters
/// in all. Who: organizer of the union that sent it; of a role at the union or at a unit an
/// administrator, too.
#[utoipa::path(tag = "invitations", params(("invitation" = uuid::Uuid, Path)), responses(
    (status = 200, body = Listed),
    (status = 409, description = "`invitation_over`, `enough_letters`"),
    (status = 429, description = "`too_many_requests`"),
), security(("bearer" = [])))]
#[post("/invitations/{invitation}/again")]
pub async fn send_invitation_again(house: House, by: Inviter) -> Result<Json<Listed>, Error> {
    let sent = house.run(async move |app| {
        let sent = send_again(&app, &by).await?;
        Ok(Listed::of(&app, sent)?)
    });
    sent.await.map(Json)
}
