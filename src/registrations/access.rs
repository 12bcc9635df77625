//! Who takes part, as an argument.

use std::sync::Arc;

use actix_web::{FromRequest, HttpRequest, dev};
use futures_util::future::LocalBoxFuture;
use sea_orm::DbErr;

use super::refusals::NOT_REGISTERED;
use super::registration;
use crate::accounts::SignedIn;
use crate::app::{App, House};
use crate::authorize_first;
use crate::error::{Error, Refused};
use crate::events::access::Guest;
use crate::events::crew::Rights;
use crate::events::event;
use crate::language::Language;

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
            let (of, account_id) = (event.clone(), account.account_id);
            let belongs = house
                .run(async move |app| {
                    Ok(Rights::remembered(&app, account_id, &of).await?.any()
                        || registration::active(&app, of.id, account_id).await?.is_some())
                })
                .await?;
            if belongs { Ok(Self { account, event }) } else { Err(NOT_REGISTERED.into()) }
        })
    }
}

impl Participant {
    /// Somebody as one who takes part in an event; None where they do not.
    pub async fn find(app: &App, account: SignedIn, event: event::Model) -> Result<Option<Self>, DbErr> {
        let mine = registration::active(app, event.id, account.account_id).await?;
        Ok(mine.map(|registration| Self { account, event, registration }))
    }

    /// The same person, who has just chosen another language.
    #[must_use]
    pub fn reading(&self, language: Language) -> Self {
        Self { account: SignedIn { language, ..self.account }, ..self.clone() }
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
            let (event_id, account_id) = (event.id, account.account_id);
            let mine = match registration::recall_active(&house, event_id, account_id) {
                Some(known) => Some(known),
                None => {
                    let find = async move |app: Arc<App>| registration::active(&app, event_id, account_id).await;
                    house.ask(find).await?
                }
            };
            Ok(mine.map(|registration| Self { account, event, registration }).ok_or(NOT_REGISTERED)?)
        })
    }
}
