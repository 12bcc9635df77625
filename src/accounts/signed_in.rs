//! Who is asking: an argument of every handler that is not public.

use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest, dev};
use futures_util::future::LocalBoxFuture;
use uuid::Uuid;

use super::{access_token, account};
use crate::app::House;
use crate::error::{Error, Refused};
use crate::language::Language;

/// A person who proved who they are.
#[derive(Debug, Clone, Copy)]
pub struct SignedIn {
    pub account_id: Uuid,
    pub administrator: bool,
    pub language: Language,
}

impl SignedIn {
    /// Reads who is asking.
    ///
    /// # Errors
    /// 401 where nobody, or somebody whose token ran out or whose account is gone.
    pub async fn of(request: &HttpRequest) -> Result<Self, Error> {
        let house = request.app_data::<House>().ok_or_else(Refused::not_signed_in)?;
        let token = bearer(request).ok_or_else(Refused::not_signed_in)?;
        let account_id = access_token::read(house, token).ok_or_else(Refused::not_signed_in)?;
        house
            .run(async move |app| {
                let account = account::find(app.database.reader(), account_id).await?;
                let account = account.ok_or_else(Refused::not_signed_in)?;
                Ok(Self { account_id: account.id, administrator: account.administrator, language: account.language })
            })
            .await
    }
}

fn bearer(request: &HttpRequest) -> Option<&str> {
    request.headers().get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

impl FromRequest for SignedIn {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Self::of(&request).await })
    }
}
