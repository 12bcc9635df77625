//! Somebody who opens a page, signed in or not.

use actix_web::{FromRequest, HttpRequest, dev};
use futures_util::future::LocalBoxFuture;

use super::SignedIn;
use crate::error::Error;
use crate::page::{Page, Person};

/// The page that is asked for, and by whom.
#[derive(Debug, Clone)]
pub struct Visit {
    pub page: Page,
    pub person: Option<SignedIn>,
}

impl FromRequest for Visit {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let person = SignedIn::if_any(&request).await?;
            // An administrator without a second factor is led to where it is set up.
            let frame = person.map(|person| Person { administrator: person.administrator || person.lacks_factor });
            Ok(Self { page: Page::of(&request).with(frame), person })
        })
    }
}
