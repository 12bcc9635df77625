//! Who is asking: an argument of every handler that is not public. A program shows an access token,
//! a browser its session's cookie; the rooms need not know which.

use std::sync::Arc;

use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest, dev};
use futures_util::future::LocalBoxFuture;
use sea_orm::{ColumnTrait, QueryFilter};
use uuid::Uuid;

use super::refusals::SECOND_FACTOR_REQUIRED;
use super::second_factor::{self, factor};
use super::session::Use;
use super::{access_token, account, cookie, idle, same_site, session, token, token_family};
use crate::app::{App, House};
use crate::authorize_first;
use crate::error::{Error, Refused};
use crate::language::Language;
use crate::remembered::{Memory, Table};

/// A person who proved who they are.
#[derive(Debug, Clone, Copy)]
pub struct SignedIn {
    pub account_id: Uuid,
    pub administrator: bool,
    /// Whether the house demands a second factor of them and they have none: until then they are no
    /// administrator, and see their own account and nothing else.
    pub lacks_factor: bool,
    pub language: Language,
    pub via: Via,
}

/// What the person showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// An access token, and the sign-in it belongs to.
    Token(Option<Uuid>),
    /// A cookie, of this session.
    Session(Uuid),
}

/// What a request shows, before anybody looked it up. Whoever goes on answering for long keeps it
/// and looks it up again: a session may have been revoked meanwhile.
#[derive(Clone)]
pub enum Credential {
    Token(access_token::Claims),
    Cookie(String),
}

impl SignedIn {
    /// Reads who is asking.
    ///
    /// # Errors
    /// 401 where nobody, or somebody whose token ran out or was revoked, or whose account is gone;
    /// 403 `cross_site` where a cookie came with another site's request, `second_factor_required`
    /// where they must take one first.
    pub async fn of(request: &HttpRequest) -> Result<Self, Error> {
        let person = Self::whoever(request).await?;
        if person.lacks_factor && !is_own_account(request.path()) {
            return Err(SECOND_FACTOR_REQUIRED.into());
        }
        Ok(person)
    }

    async fn whoever(request: &HttpRequest) -> Result<Self, Error> {
        let house = request.app_data::<House>().ok_or_else(Refused::not_signed_in)?;
        let credential = Credential::of(house, request)?;
        let known = match credential.recall(house) {
            Some(known) => known,
            None => house.run(async move |app| credential.find(&app).await).await?,
        };
        if let Some(session) = known.session {
            idle::note(house, session);
        }
        Ok(known.person)
    }

    /// As [`SignedIn::of`], for what a visitor may see too: None where nobody signed in.
    ///
    /// # Errors
    /// Only faults.
    pub async fn if_any(request: &HttpRequest) -> Result<Option<Self>, Error> {
        match Self::whoever(request).await {
            Ok(person) => Ok(Some(person)),
            Err(Error::Refused(_)) => Ok(None),
            Err(fault) => Err(fault),
        }
    }
}

/// Whether a path is one of what belongs to one's own account: the couples one looks after and the
/// employers one answers for are other people's.
fn is_own_account(path: &str) -> bool {
    let below = path.strip_prefix("/api/v1").unwrap_or(path);
    let is_of_others = ["/me/cases", "/me/units"].contains(&below);
    !is_of_others && (below == "/me" || below.starts_with("/me/") || below.starts_with("/auth/"))
}

impl Via {
    #[must_use]
    pub fn sign_in(self) -> Option<Uuid> {
        match self {
            Self::Token(sign_in) => sign_in,
            Self::Session(_) => None,
        }
    }

    #[must_use]
    pub fn session(self) -> Option<Uuid> {
        match self {
            Self::Token(_) => None,
            Self::Session(session) => Some(session),
        }
    }
}

impl Credential {
    /// # Errors
    /// 401 where nothing, or a token that is none of ours, is shown; 403 `cross_site`.
    pub fn of(house: &App, request: &HttpRequest) -> Result<Self, Error> {
        // Whoever sends this header is a program, and is not helped by a cookie it happens to carry.
        if let Some(header) = request.headers().get(AUTHORIZATION) {
            let token = header.to_str().ok().and_then(bearer).ok_or_else(Refused::not_signed_in)?;
            let claims = access_token::read(house, token).ok_or_else(Refused::not_signed_in)?;
            return Ok(Self::Token(claims));
        }
        let token = cookie::token(house, request).ok_or_else(Refused::not_signed_in)?;
        same_site::check(house, request)?;
        Ok(Self::Cookie(token))
    }

    /// Whose it is, now.
    ///
    /// # Errors
    /// 401 where it ran out or was revoked, or the account is gone.
    pub async fn look_up(&self, app: &App) -> Result<SignedIn, Error> {
        match self.recall(app) {
            Some(known) => Ok(known.person),
            None => Ok(self.find(app).await?.person),
        }
    }

    /// As [`Credential::look_up`], where it is remembered and still true: the database need not be asked.
    fn recall(&self, app: &App) -> Option<Known> {
        if matches!(self, Self::Token(claims) if claims.exp <= app.now().timestamp()) {
            return None;
        }
        let known = people(app).recall(app.database.changes(), &self.remembered_by()?)?;
        // Another process may know of a later use.
        let lasts = |session: Use| session.expires_at > app.now() && !idle::has_ended(app, session, known.appointed);
        known.session.is_none_or(lasts).then_some(known)
    }

    fn remembered_by(&self) -> Option<CredentialKey> {
        match self {
            Self::Token(claims) => Some(CredentialKey::Token(claims.sub, claims.sid)),
            Self::Cookie(token) => token::digest(token).map(CredentialKey::Cookie),
        }
    }

    /// Whose it is, asked of the database and remembered.
    async fn find(&self, app: &App) -> Result<Known, Error> {
        let before = app.database.changes().before();
        let known = self.ask(app).await?;
        if let Some(key) = self.remembered_by() {
            let account = known.person.account_id;
            let mut read_from =
                vec![Table::Account.rows(account.as_bytes()), Table::SecondFactor.rows(account.as_bytes())];
            match &key {
                CredentialKey::Token(_, None) => {}
                CredentialKey::Token(_, Some(sign_in)) => {
                    read_from.extend([account, *sign_in].map(|id| Table::TokenFamily.rows(id.as_bytes())));
                }
                CredentialKey::Cookie(digest) => {
                    read_from.push(Table::Session.rows(digest));
                    let ids = [Some(account), known.session.map(|session| session.id)];
                    read_from.extend(ids.into_iter().flatten().map(|id| Table::Session.rows(id.as_bytes())));
                }
            }
            people(app).keep(app.database.changes(), before, key, known, &read_from);
        }
        Ok(known)
    }

    async fn ask(&self, app: &App) -> Result<Known, Error> {
        let db = app.database.reader();
        let (wanted, via, session) = match self {
            Self::Token(claims) if claims.exp <= app.now().timestamp() => {
                return Err(Refused::not_signed_in().into());
            }
            Self::Token(claims) => {
                let account = account::Entity::alive().filter(account::Column::Id.eq(claims.sub));
                let account = match claims.sid {
                    // One question rather than two: every request of a program asks it.
                    Some(sid) => account.filter(account::Column::Id.in_subquery(token_family::whose(sid))),
                    None => account,
                };
                (account, Via::Token(claims.sid), None)
            }
            Self::Cookie(token) => {
                let wanted = session::Entity::find_by_token(token, app.now()).ok_or_else(Refused::not_signed_in)?;
                let session = wanted.one(db).await?.filter(|session| session.is_bound(app));
                let session = session.ok_or_else(Refused::not_signed_in)?;
                let account = account::Entity::alive().filter(account::Column::Id.eq(session.account_id));
                (account, Via::Session(session.id), Some(session))
            }
        };
        let account = wanted.one(db).await?.ok_or_else(Refused::not_signed_in)?;
        let appointed = account.is_administrator(app);
        let session = session.as_ref().map(Use::from);
        if session.is_some_and(|session| idle::has_ended(app, session, appointed)) {
            return Err(Refused::not_signed_in().into());
        }
        let lacks_factor = second_factor::is_demanded(app, &account) && !factor::is_on(db, account.id).await?;
        let administrator = appointed && !lacks_factor;
        let person = SignedIn { account_id: account.id, administrator, lacks_factor, language: account.language, via };
        Ok(Known { person, appointed, session })
    }
}

/// Whether a request shows nothing to tell by who asks.
#[must_use]
pub fn is_anonymous(app: &App, request: &HttpRequest) -> bool {
    !request.headers().contains_key(AUTHORIZATION) && cookie::token(app, request).is_none()
}

/// Whose a credential is, as it is remembered.
#[derive(Clone, Copy, Debug)]
struct Known {
    person: SignedIn,
    /// Administrator, also without the second factor that is demanded of one.
    appointed: bool,
    /// The one a cookie named.
    session: Option<Use>,
}

/// What that is remembered by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum CredentialKey {
    /// Whose a token says it is, and of which sign-in.
    Token(Uuid, Option<Uuid>),
    /// The digest of what a cookie carries.
    Cookie(Vec<u8>),
}

fn people(app: &App) -> Arc<Memory<CredentialKey, Known>> {
    app.extensions.get_or_default()
}

/// What a program shows as its bearer token, whatever it is.
#[must_use]
pub fn bearer_of(request: &HttpRequest) -> Option<&str> {
    request.headers().get(AUTHORIZATION)?.to_str().ok().and_then(bearer)
}

/// The scheme is compared without regard to case (RFC 9110, 11.1).
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

impl FromRequest for SignedIn {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let request_again = request.clone();
        authorize_first::authorize(request, async move { Self::of(&request_again).await })
    }
}
