//! Who listens to a room, judged at the door and again with every heartbeat: a session that was revoked, or a right that
//! was taken away, ends the stream.

use actix_web::HttpRequest;
use uuid::Uuid;

use super::entrance;
use super::room::Which;
use crate::accounts::refusals::SECOND_FACTOR_REQUIRED;
use crate::accounts::signed_in::Credential;
use crate::app::{App, House};
use crate::error::Error;
use crate::events::access;
use crate::events::crew::{Rights, Role};
use crate::events::event;
use crate::registrations::access::Participant;
use crate::registrations::refusals::NOT_REGISTERED;

/// What somebody shows and where they want to listen.
#[derive(Clone)]
pub struct Listener {
    credential: Credential,
    slug: String,
    pub which: Which,
}

/// Somebody who may listen.
pub struct Admitted {
    pub event: event::Model,
    /// None: the organizer or a host.
    pub me: Option<Uuid>,
}

impl Listener {
    /// # Errors
    /// 401 where nobody is signed in; 403 `cross_site`; 404 where it is no room.
    pub fn of(house: &House, request: &HttpRequest, slug: &str, room: &str) -> Result<Self, Error> {
        Ok(Self { credential: Credential::of(house, request)?, slug: slug.to_owned(), which: room.parse()? })
    }

    /// Whether this may be heard, now: as one who takes part, or else as the organizer or a host.
    ///
    /// # Errors
    /// What [`entrance::look`] says; 401; 403 `not_registered`; 404 where the event is none of this person's.
    pub async fn judge(&self, app: &App) -> Result<Admitted, Error> {
        let account = self.credential.look_up(app).await?;
        if account.lacks_factor {
            return Err(SECOND_FACTOR_REQUIRED.into());
        }
        let event = access::find_visible(app, &self.slug, Some(&account)).await?;
        if let Some(who) = Participant::find(app, account, event.clone()).await? {
            let (_, seat) = entrance::look(app, &who, self.which).await?;
            return Ok(Admitted { event, me: Some(seat.registration_id) });
        }
        if !Rights::remembered(app, account.account_id, &event).await?.allow(Role::Host) {
            return Err(NOT_REGISTERED.into());
        }
        let db = app.database.reader();
        let terms = entrance::open(db, &event, app.now()).await?;
        entrance::exists(db, &event, (terms, self.which)).await?;
        Ok(Admitted { event, me: None })
    }
}
