//! Who is asking: an argument of every handler that is not public. A program shows an access token,
//! a browser its session's cookie; the rooms need not know which.

use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest, dev};
use futures_util::future::LocalBoxFuture;
use sea_orm::{ColumnTrait, QueryFilter};
use uuid::Uuid;

use super::{access_token, account, cookie, same_site, session, sign_in};
use crate::app::{App, House};
use crate::error::{Error, Refused};
use crate::judging;
use crate::language::Language;

/// A person who proved who they are.
#[derive(Debug, Clone, Copy)]
pub struct SignedIn {
    pub account_id: Uuid,
    pub administrator: bool,
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
    /// 403 `cross_site` where a cookie came with another site's request.
    pub async fn of(request: &HttpRequest) -> Result<Self, Error> {
        let house = request.app_data::<House>().ok_or_else(Refused::not_signed_in)?;
        let shown = Credential::of(house, request)?;
        house.run(async move |app| shown.look_up(&app).await).await
    }

    /// As [`SignedIn::of`], for what a visitor may see too: None where nobody signed in.
    ///
    /// # Errors
    /// Only faults.
    pub async fn if_any(request: &HttpRequest) -> Result<Option<Self>, Error> {
        match Self::of(request).await {
            Ok(person) => Ok(Some(person)),
            Err(Error::Refused(_)) => Ok(None),
            Err(fault) => Err(fault),
        }
    }
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
        let db = app.database.reader();
        let (wanted, via) = match self {
            Self::Token(claims) if claims.exp <= app.now().timestamp() => {
                return Err(Refused::not_signed_in().into());
            }
            Self::Token(claims) => {
                let account = account::Entity::alive().filter(account::Column::Id.eq(claims.sub));
                let account = match claims.sid {
                    // One question rather than two: every request of a program asks it.
                    Some(sid) => account.filter(account::Column::Id.in_subquery(sign_in::whose(sid))),
                    None => account,
                };
                (account, Via::Token(claims.sid))
            }
            Self::Cookie(token) => {
                let wanted = session::Entity::shown(token, app.now()).ok_or_else(Refused::not_signed_in)?;
                let session = wanted.one(db).await?.filter(|session| session.is_bound(app));
                let session = session.ok_or_else(Refused::not_signed_in)?;
                let account = account::Entity::alive().filter(account::Column::Id.eq(session.account_id));
                (account, Via::Session(session.id))
            }
        };
        let account = wanted.one(db).await?.ok_or_else(Refused::not_signed_in)?;
        let administrator = account.is_administrator(app);
        Ok(SignedIn { account_id: account.id, administrator, language: account.language, via })
    }
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
        let asked = request.clone();
        judging::first(request, async move { Self::of(&asked).await })
    }
}
