//! Who may redeem, as an argument.

use actix_web::cookie::Cookie;
use actix_web::cookie::time::Duration;
use actix_web::{FromRequest, HttpRequest, dev};
use futures_util::future::LocalBoxFuture;
use uuid::Uuid;

use super::refusals::NOT_A_SHOP;
use super::shop;
use crate::accounts::cookie::Carrier;
use crate::accounts::{SignedIn, same_site, signed_in, token};
use crate::app::{App, House};
use crate::authorize_first;
use crate::calls::is_call;
use crate::error::Error;

const SHOP: Carrier = Carrier { secure: "__Host-queqiao-shop", plain: "queqiao-shop", kept: Duration::days(400) };

/// A phone that may redeem vouchers of one union, whoever holds it.
#[derive(Debug, Clone)]
pub struct Shop {
    pub id: Uuid,
    pub organization_id: Uuid,
    pub name: String,
    /// Who answers for what it does.
    pub invited_by: Uuid,
}

/// The cookie for a shop's token.
#[must_use]
pub fn set(app: &App, token: &str) -> Cookie<'static> {
    SHOP.set(app, token)
}

impl Shop {
    /// The shop that asks; None where it is none, or not any more.
    ///
    /// # Errors
    /// 403 `cross_site` where its cookie came with another site's request.
    pub async fn of_request(request: &HttpRequest) -> Result<Option<Self>, Error> {
        let Some(house) = request.app_data::<House>() else { return Ok(None) };
        let presented = match signed_in::bearer_of(request) {
            Some(bearer) => Some(bearer.to_owned()),
            None => {
                let carried = SHOP.read(house, request);
                if carried.is_some() {
                    same_site::check(house, request)?;
                }
                carried
            }
        };
        let Some(presented) = presented.filter(|text| token::digest(text).is_some()) else { return Ok(None) };
        let found = house.ask(async move |app| shop::find_by_token(&app, &presented).await).await?;
        let own = |shop: shop::Model| {
            let shop::Model { id, organization_id, name, invited_by, .. } = shop;
            Self { id, organization_id, name, invited_by }
        };
        Ok(found.map(own))
    }
}

impl FromRequest for Shop {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let request_again = request.clone();
        authorize_first::authorize(request, async move {
            if let Some(shop) = Self::of_request(&request_again).await? {
                return Ok(shop);
            }
            // A caller of the API that is nobody at all hears that first; a phone's page is for phones that no
            // signing in makes a shop.
            if is_call(request_again.path()) {
                SignedIn::of(&request_again).await?;
            }
            Err(NOT_A_SHOP.into())
        })
    }
}
