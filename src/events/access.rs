//! Who may do what at which event, as arguments: a handler that takes an [`Organizer`] cannot be
//! reached by anybody else, and is handed the event it may work on.

use actix_web::{FromRequest, HttpRequest, dev};
use chrono::{DateTime, Utc};
use futures_util::future::LocalBoxFuture;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::crew::{self, Role};
use super::refusals::{NOT_YOUR_NAME, WRONG_ROLE};
use super::{device, device_cookie, event};
use crate::accounts::{SignedIn, signed_in, token};
use crate::app::{App, House};
use crate::audit::{self, Deed};
use crate::authorize_first;
use crate::error::{Error, Refused};
use crate::organizations::access::OrganizationStaff;
use crate::organizations::staff::{self, Standing};

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
    /// Whose pages show the way to the rest of the office.
    pub organizer: bool,
}

/// 签到员 of the evening, a device that was paired with it, or an organizer.
#[derive(Debug, Clone)]
pub struct Desk {
    pub by: By,
    pub event: event::Model,
    /// Organizers may do at the desk what desks may not, such as undo another desk's scan.
    pub organizer: bool,
}

/// Who stands at the desk.
#[derive(Debug, Clone)]
pub enum By {
    Person(SignedIn),
    /// A paired device, whoever holds it: it may check in here and do nothing else anywhere.
    Device(Box<device::Model>),
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

/// An event as anybody may see it, asked of the database.
///
/// # Errors
/// 404 where there is none, or none that is published.
pub async fn find_published(db: &impl ConnectionTrait, slug: &str, now: DateTime<Utc>) -> Result<event::Model, Error> {
    let event = event::by_slug(db, slug).await?.filter(|event| event.is_published(now));
    Ok(event.ok_or_else(Refused::not_found)?)
}

/// The event a page is about, for whoever looks: a draft is its union's own business.
///
/// # Errors
/// 404 where there is none, or none this person may see.
pub async fn find_visible(app: &App, slug: &str, person: Option<&SignedIn>) -> Result<event::Model, Error> {
    let event = match event::recall(app, slug) {
        Some(known) => known,
        None => event::find_by_slug(app, slug).await?.ok_or_else(Refused::not_found)?,
    };
    if event.is_published(app.now()) {
        return Ok(event);
    }
    let Some(person) = person else { return Err(Refused::not_found().into()) };
    match Standing::of(app, person.account_id, event.organization_id).await? {
        Standing::Organizer => Ok(event),
        _ => Err(Refused::not_found().into()),
    }
}

struct EventAccess {
    account: SignedIn,
    event: event::Model,
    organizer: bool,
}

/// The event a request's path names, and whether the person may be there: everybody where no role is asked for.
async fn authorize_in_path(request: HttpRequest, role: Option<Role>) -> Result<EventAccess, Error> {
    let slug = slug_in_path(&request);
    enter_at(request, slug, role).await
}

fn slug_in_path(request: &HttpRequest) -> String {
    request.match_info().get("event").unwrap_or_default().to_owned()
}

async fn enter_at(request: HttpRequest, slug: String, role: Option<Role>) -> Result<EventAccess, Error> {
    let account = SignedIn::of(&request).await?;
    let house = request.app_data::<House>().ok_or_else(Refused::not_found)?;
    match AccessContext::recall(house, account, &slug, role) {
        Some(context) => context.judge(house, role),
        None => {
            house.run(async move |app| AccessContext::find(&app, account, &slug, role).await?.judge(&app, role)).await
        }
    }
}

/// Who asks, for what, and what they are there.
struct AccessContext {
    account: SignedIn,
    event: event::Model,
    standing: Standing,
    /// None where no role is asked for.
    roles: Option<Vec<Role>>,
}

impl AccessContext {
    /// Where all of it is remembered and still true.
    fn recall(app: &App, account: SignedIn, slug: &str, role: Option<Role>) -> Option<Self> {
        let event = event::recall(app, slug)?;
        let standing = Standing::recall(app, account.account_id, event.organization_id)?;
        let roles = match role {
            Some(_) if standing == Standing::Stranger => Some(crew::recall_roles(app, account.account_id, event.id)?),
            _ => None,
        };
        Some(Self { account, event, standing, roles })
    }

    async fn find(app: &App, account: SignedIn, slug: &str, role: Option<Role>) -> Result<Self, Error> {
        let event = event::find_by_slug(app, slug).await?.ok_or_else(Refused::not_found)?;
        let standing = Standing::of(app, account.account_id, event.organization_id).await?;
        let roles = match role {
            Some(_) if standing == Standing::Stranger => {
                Some(crew::find_roles(app, account.account_id, event.id).await?)
            }
            _ => None,
        };
        Ok(Self { account, event, standing, roles })
    }

    fn judge(self, app: &App, role: Option<Role>) -> Result<EventAccess, Error> {
        let Self { account, event, standing, roles } = self;
        let organizer = standing.admits()?;
        // A draft is its union's own business.
        if !event.is_published(app.now()) && !organizer {
            return Err(Refused::not_found().into());
        }
        let serves = organizer || role.is_none_or(|role| roles.is_some_and(|roles| roles.contains(&role)));
        if serves { Ok(EventAccess { account, event, organizer }) } else { Err(WRONG_ROLE.into()) }
    }
}

impl FromRequest for Organizer {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let entering = authorize_in_path(request.clone(), None);
        authorize_first::authorize(request, async move {
            let EventAccess { account, event, organizer } = entering.await?;
            if organizer { Ok(Self { account, event }) } else { Err(WRONG_ROLE.into()) }
        })
    }
}

impl FromRequest for Host {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let entering = authorize_in_path(request.clone(), Some(Role::Host));
        authorize_first::authorize(request, async move {
            let EventAccess { account, event, organizer } = entering.await?;
            Ok(Self { account, event, organizer })
        })
    }
}

impl Organizer {
    /// Somebody as an organizer of an event that is at hand.
    ///
    /// # Errors
    /// 403 `wrong_role`, `second_factor_required`.
    pub async fn of(db: &impl ConnectionTrait, account: SignedIn, event: event::Model) -> Result<Self, Error> {
        let admitted = staff::admits(db, account.account_id, event.organization_id).await?;
        if admitted { Ok(Self { account, event }) } else { Err(WRONG_ROLE.into()) }
    }

    /// The same person as staff of the union that holds the event.
    ///
    /// # Errors
    /// 404 where they are not, any more.
    pub async fn for_union(&self, db: &impl ConnectionTrait) -> Result<OrganizationStaff, Error> {
        OrganizationStaff::of(db, self.account, &self.event.organization_id.to_string()).await
    }

    /// The record of what an organizer does here.
    pub fn records(&self, deed: Deed) -> audit::Entry<'static> {
        deed.by(self.account.account_id).at(self.event.organization_id, self.event.id)
    }
}

impl Host {
    /// The record of what a host does here.
    pub fn records(&self, deed: Deed) -> audit::Entry<'static> {
        deed.by(self.account.account_id).at(self.event.organization_id, self.event.id)
    }
}

impl Desk {
    /// The record of what a desk does here.
    pub fn records(&self, deed: Deed) -> audit::Entry<'static> {
        deed.by(self.accountable()).at(self.event.organization_id, self.event.id)
    }

    /// The desk that asks, at the event with this slug. A paired device speaks before whoever is
    /// signed in on it: its scans bear the name it was given.
    ///
    /// # Errors
    /// 401, 403 and 404 as for every role.
    pub async fn at(request: HttpRequest, slug: String) -> Result<Self, Error> {
        match Self::of_device(&request).await? {
            Some(desk) if desk.event.slug == slug => Ok(desk),
            _ => {
                let EventAccess { account, event, organizer } = enter_at(request, slug, Some(Role::Desk)).await?;
                Ok(Self { by: By::Person(account), event, organizer })
            }
        }
    }

    /// The paired device that asks, at its own event; None where it is none, or not any more.
    ///
    /// # Errors
    /// 403 `cross_site` where its cookie came with another site's request.
    pub async fn of_device(request: &HttpRequest) -> Result<Option<Self>, Error> {
        let Some(house) = request.app_data::<House>() else { return Ok(None) };
        let bearer = match signed_in::bearer_of(request) {
            Some(bearer) => Some(bearer.to_owned()),
            None => device_cookie::read_token(house, request)?,
        };
        // An access token is no device's, which can be seen without asking the database.
        let Some(bearer) = bearer.filter(|bearer| token::digest(bearer).is_some()) else { return Ok(None) };
        let found = match device::recall(house, &bearer) {
            Some(known) => Some(known),
            None => house.ask(async move |app| device::find_by_token(&app, &bearer).await).await?,
        };
        Ok(found.map(|(device, event)| Self { by: By::Device(Box::new(device)), event, organizer: false }))
    }

    /// Whose doing it is: the person at the desk, or of a device the organizer who let it in.
    #[must_use]
    pub fn accountable(&self) -> Uuid {
        match &self.by {
            By::Person(person) => person.account_id,
            By::Device(device) => device.invited_by,
        }
    }

    #[must_use]
    pub fn device(&self) -> Option<&device::Model> {
        match &self.by {
            By::Person(_) => None,
            By::Device(device) => Some(device.as_ref()),
        }
    }

    /// The board whose guests it admits; None: whoever has a seat on any of the day.
    #[must_use]
    pub fn board(&self) -> Option<&str> {
        self.device()?.board.as_deref()
    }

    /// Whether this desk may act under a name: a paired device has one of its own, and a person
    /// calls theirs as they like.
    ///
    /// # Errors
    /// 403 `not_your_name`.
    pub fn speaks_as(&self, name: &str) -> Result<(), Error> {
        match self.device() {
            Some(device) if device.name.as_deref() != Some(name) => Err(NOT_YOUR_NAME.into()),
            _ => Ok(()),
        }
    }
}

impl FromRequest for Desk {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        authorize_first::authorize(request, Self::at(request.clone(), slug_in_path(request)))
    }
}

impl FromRequest for Volunteer {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let entering = authorize_in_path(request.clone(), Some(Role::Volunteer));
        authorize_first::authorize(request, async move {
            let EventAccess { account, event, .. } = entering.await?;
            Ok(Self { account, event })
        })
    }
}

impl FromRequest for Guest {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let entering = authorize_in_path(request.clone(), None);
        authorize_first::authorize(request, async move {
            let EventAccess { account, event, .. } = entering.await?;
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
