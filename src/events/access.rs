//! Who may do what at which event, as arguments: a handler that takes an [`Organizer`] cannot be
//! reached by anybody else, and is handed the event it may work on.

use std::sync::Arc;

use actix_web::{FromRequest, HttpRequest, dev};
use chrono::{DateTime, Utc};
use futures_util::future::LocalBoxFuture;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::crew::{self, Role};
use super::event;
use crate::accounts::SignedIn;
use crate::app::{App, House};
use crate::error::{Error, Refused};
use crate::organizations::staff;

/// 主办方工作人员 of the union that hosts the event.
#[derive(Debug, Clone)]
pub struct Organizer {
    pub account: SignedIn,
    pub event: event::Model,
}

/// 主持人 of the evening, or an organizer.
#[derive(Debug, Clone)]
pub struct Host {
    pub account: SignedIn,
    pub event: event::Model,
}

/// 签到员 of the evening, or an organizer.
#[derive(Debug, Clone)]
pub struct Desk {
    pub account: SignedIn,
    pub event: event::Model,
    /// Organizers may do at the desk what desks may not, such as undo another desk's scan.
    pub organizer: bool,
}

/// 鹊桥志愿者 of the event, or an organizer.
#[derive(Debug, Clone)]
pub struct Volunteer {
    pub account: SignedIn,
    pub event: event::Model,
}

/// Anybody who is signed in, at an event they may see.
#[derive(Debug, Clone)]
pub struct Guest {
    pub account: SignedIn,
    pub event: event::Model,
}

/// The event a page is about, for whoever looks: a draft is its union's own business.
///
/// # Errors
/// 404 where there is none, or none this person may see.
pub async fn shown(
    db: &impl ConnectionTrait,
    slug: &str,
    person: Option<&SignedIn>,
    now: DateTime<Utc>,
) -> Result<event::Model, Error> {
    let event = event::by_slug(db, slug).await?.ok_or_else(Refused::not_found)?;
    if event.is_published(now) {
        return Ok(event);
    }
    match person {
        Some(person) if staff::organizes(db, person.account_id, event.organization_id).await? => Ok(event),
        _ => Err(Refused::not_found().into()),
    }
}

struct Entered {
    account: SignedIn,
    event: event::Model,
    organizer: bool,
    serves: bool,
}

/// The event a request's path names, and what the person may be there.
async fn enter(request: HttpRequest, roles: &'static [Role]) -> Result<Entered, Error> {
    let account = SignedIn::of(&request).await?;
    let slug = request.match_info().get("event").unwrap_or_default().to_owned();
    let house = request.app_data::<House>().ok_or_else(Refused::not_found)?;
    house.run(move |app| look_up(app, account, slug, roles)).await
}

async fn look_up(app: Arc<App>, account: SignedIn, slug: String, roles: &[Role]) -> Result<Entered, Error> {
    let db = app.database.reader();
    let event = event::by_slug(db, &slug).await?.ok_or_else(Refused::not_found)?;
    let organizer = staff::organizes(db, account.account_id, event.organization_id).await?;
    // A draft is its union's own business.
    if !event.is_published(app.now()) && !organizer {
        return Err(Refused::not_found().into());
    }
    let serves = organizer || (!roles.is_empty() && crew::serves(db, account.account_id, event.id, roles).await?);
    Ok(Entered { account, event, organizer, serves })
}

fn wrong_role() -> Error {
    Refused::forbidden("wrong_role", "Your role at this event does not allow this.").into()
}

impl FromRequest for Organizer {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let entering = enter(request.clone(), &[]);
        Box::pin(async move {
            let Entered { account, event, organizer, .. } = entering.await?;
            if organizer { Ok(Self { account, event }) } else { Err(wrong_role()) }
        })
    }
}

impl FromRequest for Host {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let entering = enter(request.clone(), &[Role::Host]);
        Box::pin(async move {
            let Entered { account, event, serves, .. } = entering.await?;
            if serves { Ok(Self { account, event }) } else { Err(wrong_role()) }
        })
    }
}

impl FromRequest for Desk {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let entering = enter(request.clone(), &[Role::Desk]);
        Box::pin(async move {
            let Entered { account, event, organizer, serves } = entering.await?;
            if serves { Ok(Self { account, event, organizer }) } else { Err(wrong_role()) }
        })
    }
}

impl FromRequest for Volunteer {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let entering = enter(request.clone(), &[Role::Volunteer]);
        Box::pin(async move {
            let Entered { account, event, serves, .. } = entering.await?;
            if serves { Ok(Self { account, event }) } else { Err(wrong_role()) }
        })
    }
}

impl FromRequest for Guest {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let entering = enter(request.clone(), &[]);
        Box::pin(async move {
            let Entered { account, event, .. } = entering.await?;
            Ok(Self { account, event })
        })
    }
}

/// The id in a path, or 404: what is not an id names nothing.
///
/// # Errors
/// 404.
pub fn id_in_path(request: &HttpRequest, name: &str) -> Result<Uuid, Error> {
    let id = request.match_info().get(name).and_then(|id| id.parse().ok());
    id.ok_or_else(|| Refused::not_found().into())
}
