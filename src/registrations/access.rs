//! Who takes part, as an argument.

use actix_web::{FromRequest, HttpRequest, dev};
use futures_util::future::LocalBoxFuture;

use super::refusals::NOT_REGISTERED;
use super::registration;
use crate::accounts::SignedIn;
use crate::app::House;
use crate::authorize_first;
use crate::error::{Error, Refused};
use crate::events::access::Guest;
use crate::events::crew::{self, Role};
use crate::events::event;
use crate::organizations::staff;

/// A person with a living registration for the event in the path, approved or not.
#[derive(Debug, Clone)]
pub struct Participant {
    pub account: SignedIn,
    pub event: event::Model,
    pub registration: registration::Model,
}

/// Whoever belongs to the event in the path: somebody with a living registration, its crew, its
/// union's staff. What an evening says of itself is for them, not for every stranger who is signed in.
#[derive(Debug, Clone)]
pub struct Insider {
    pub account: SignedIn,
    pub event: event::Model,
}

impl FromRequest for Insider {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let house = request.app_data::<House>().cloned();
        let guest = Guest::from_request(request, payload);
        authorize_first::authorize(request, async move {
            let Guest { account, event } = guest.await?;
            let house = house.ok_or_else(Refused::not_found)?;
            let (event_id, organization_id, account_id) = (event.id, event.organization_id, account.account_id);
            let belongs = house
                .run(async move |app| {
                    let db = app.database.reader();
                    Ok(registration::active_of(db, event_id, account_id).await?.is_some()
                        || crew::serves(db, account_id, event_id, &[Role::Desk, Role::Host, Role::Volunteer]).await?
                        || staff::organizes(db, account_id, organization_id).await?)
                })
                .await?;
            if belongs { Ok(Self { account, event }) } else { Err(NOT_REGISTERED.into()) }
        })
    }
}

impl FromRequest for Participant {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let house = request.app_data::<House>().cloned();
        let guest = Guest::from_request(request, payload);
        authorize_first::authorize(request, async move {
            let Guest { account, event } = guest.await?;
            let house = house.ok_or_else(Refused::not_found)?;
            let event_id = event.id;
            let registration = house
                .run(async move |app| {
                    let db = app.database.reader();
                    Ok(registration::active_of(db, event_id, account.account_id).await?)
                })
                .await?;
            Ok(Self { account, event, registration: registration.ok_or(NOT_REGISTERED)? })
        })
    }
}
