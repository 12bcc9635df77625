//! Who may listen, judged at the door and again with every heartbeat: a session that was revoked,
//! or a role that was taken away, ends the stream.

use std::fmt;

use actix_web::HttpRequest;

use super::audience::Audience;
use crate::accounts::refusals::SECOND_FACTOR_REQUIRED;
use crate::accounts::signed_in::Credential;
use crate::app::{App, House};
use crate::error::{Error, Refused};
use crate::events::access;
use crate::events::crew::{Rights, Role};
use crate::events::event;
use crate::events::refusals::WRONG_ROLE;
use crate::registrations::registration;
use crate::stage::{pass, pass_cookie};

/// What somebody shows and asks for.
#[derive(Clone)]
pub struct Entrance {
    credential: Option<Credential>,
    /// What a big screen shows for itself; it may hear as a screen and as nobody else.
    pass: Option<String>,
    slug: String,
    wanted: Option<Audience>,
}

/// Somebody who may listen.
#[derive(Clone, Debug)]
pub struct Admitted {
    pub event: event::Model,
    pub audience: Audience,
}

impl fmt::Debug for Entrance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entrance").field("slug", &self.slug).field("asked", &self.wanted).finish_non_exhaustive()
    }
}

impl Entrance {
    /// # Errors
    /// 401 where nobody is signed in; 403 `cross_site`.
    pub fn of(house: &House, request: &HttpRequest, slug: &str, wanted: Option<Audience>) -> Result<Self, Error> {
        let pass = pass_cookie::read_token(house, request).filter(|_| wanted == Some(Audience::Screen));
        let credential = match Credential::of(house, request) {
            Ok(credential) => Some(credential),
            Err(_) if pass.is_some() => None,
            Err(refused) => return Err(refused),
        };
        Ok(Self { credential, pass, slug: slug.to_owned(), wanted })
    }

    /// Whether this may be heard, now.
    ///
    /// # Errors
    /// 401; 404 where the event is none of this person's; 403 `wrong_role` where they ask to hear
    /// as somebody they are not.
    pub async fn judge(&self, app: &App) -> Result<Admitted, Error> {
        let db = app.database.reader();
        if let Some(pass) = &self.pass
            && let Some(event) = pass::watches(app, pass).await?
            && event.slug == self.slug
        {
            return Ok(Admitted { event, audience: Audience::Screen });
        }
        let account = self.credential.as_ref().ok_or_else(Refused::not_signed_in)?.look_up(app).await?;
        if account.lacks_factor {
            return Err(SECOND_FACTOR_REQUIRED.into());
        }
        let event = access::find_visible(app, &self.slug, Some(&account)).await?;
        let rights = Rights::remembered(app, account.account_id, &event).await?;
        let all = rights.allow(Role::Host);
        let audience = match self.wanted {
            Some(audience) if all => audience,
            None if all => Audience::Host,
            None | Some(Audience::Desk) if rights.allow(Role::Desk) => Audience::Desk,
            None | Some(Audience::Guest)
                if rights.allow(Role::Volunteer)
                    || registration::active_of(db, event.id, account.account_id).await?.is_some() =>
            {
                Audience::Guest
            }
            None => return Err(Refused::not_found().into()),
            Some(_) => {
                return Err(WRONG_ROLE.into());
            }
        };
        Ok(Admitted { event, audience })
    }
}
