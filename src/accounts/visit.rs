//! Somebody who opens a page, signed in or not.

use actix_web::{FromRequest, HttpRequest, dev};
use futures_util::future::LocalBoxFuture;

use super::signed_in::{SignedIn, is_anonymous};
use super::workplaces;
use crate::app::House;
use crate::error::{Error, Refused};
use crate::language::Language;
use crate::page::{Page, Person, flash};

/// The page that is asked for, and by whom.
#[derive(Debug, Clone)]
pub struct Visit {
    pub page: Page,
    pub person: Option<SignedIn>,
    /// Nothing is known of whoever asks, and nothing of what they did before: the page is anybody's.
    pub is_anonymous: bool,
}

/// What the frame of a page shows of whoever is signed in.
async fn framed(request: &HttpRequest, person: &SignedIn, language: Language) -> Result<Person, Error> {
    let house = request.app_data::<House>().ok_or_else(Refused::not_signed_in)?;
    let mark = house.secrets.mac("page/person", &[person.account_id.as_bytes()]);
    Ok(Person {
        // Without a second factor an administrator is led to where it is set up.
        administrator: person.administrator || person.lacks_factor,
        mark: mark.first_chunk().map_or(0, |mark| u64::from_be_bytes(*mark)),
        works: workplaces::of_account(request, person.account_id, language).await?,
    })
}

impl FromRequest for Visit {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let person = SignedIn::if_any(&request).await?;
            let page = Page::of(&request);
            let frame = match &person {
                Some(person) => Some(framed(&request, person, page.language).await?),
                None => None,
            };
            let is_anonymous = request.app_data::<House>().is_some_and(|house| is_anonymous(house, &request))
                && !flash::is_carried(&request);
            Ok(Self { page: page.with(frame), person, is_anonymous })
        })
    }
}
