//! Somebody is let in, by a password (and a code, where a second factor is on) or by the link in a letter. What they are handed is made in the
//! very transaction that let them in.

use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::refusals::{SECOND_FACTOR_NEEDED, WRONG_CREDENTIALS};
use super::second_factor::{factor, pass};
use super::{access_token, account_lock, mark, refresh_token, session, token_family};
use crate::app::App;
use crate::audit::Deed;
use crate::database::Write;
use crate::error::{Error, Fault};

/// Somebody stands inside the door, with nothing in hand yet.
pub struct Authenticated {
    pub txn: Write,
    pub account: Uuid,
    /// The hash of their password as it is now.
    pub hash: String,
    pub by: By,
}

/// What let somebody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    Password,
    /// The link in one, and the password chosen with it.
    Letter,
    /// The password and a code.
    SecondFactor,
    /// The password and a code for recovery.
    RecoveryCode,
}

/// How it goes on for a browser.
pub enum Way {
    In(Handed<String>),
    /// To the page that asks for a code, with what it carries ([`pass`]).
    Asked(String),
}

impl Way {
    #[must_use]
    pub fn inside(self) -> Option<Handed<String>> {
        match self {
            Self::In(handed) => Some(handed),
            Self::Asked(_) => None,
        }
    }
}

/// What somebody who was let in is handed.
pub struct Handed<T> {
    /// Proof for the next requests.
    pub proof: T,
    /// What the device is known by from now on ([`mark::set`]).
    pub mark: String,
}

/// What a program shows from now on.
pub struct Tokens {
    pub access_token: String,
    pub refresh_token: String,
}

impl Authenticated {
    /// Opens a sign-in for a program.
    ///
    /// # Errors
    /// 401 `second_factor_needed` where a letter alone would let in, `wrong_credentials` where the account is locked.
    pub async fn program(self, app: &App) -> Result<Handed<Tokens>, Error> {
        self.record(app).await?;
        let Self { txn, account, hash, .. } = self;
        let sign_in = app.new_id();
        let row = token_family::ActiveModel {
            id: Set(sign_in),
            account_id: Set(account),
            at: Set(app.now()),
            revoked_at: Set(None),
            bond: Set(Some(token_family::bond(app, sign_in, account))),
        };
        token_family::Entity::insert(row).exec_without_returning(&txn).await?;
        let refresh_token = refresh_token::Entity::issue(&txn, app, sign_in).await?;
        txn.commit().await?;
        let access_token = access_token::issue_for(app, account, sign_in)?;
        Ok(Handed { proof: Tokens { access_token, refresh_token }, mark: mark::make(app, account, &hash)? })
    }

    /// Whether a letter alone let in where a code is asked for.
    async fn lacks_code(&self) -> Result<bool, Fault> {
        Ok(matches!(self.by, By::Password | By::Letter) && factor::is_on(&self.txn, self.account).await?)
    }

    /// That somebody signed in and how, for the owner to read; neither from where nor with what.
    ///
    /// # Errors
    /// 401 `wrong_credentials` where the account is locked: no letter lets in either.
    async fn record(&self, app: &App) -> Result<(), Error> {
        if account_lock::stands(&self.txn, self.account).await? {
            return Err(WRONG_CREDENTIALS.into());
        }
        if self.lacks_code().await? {
            return Err(SECOND_FACTOR_NEEDED.into());
        }
        let entry = Deed::SignedIn.by(self.account).about("account", self.account).with(json!({ "by": self.by }));
        Ok(entry.record(&self.txn, app).await?)
    }

    /// As [`Authenticated::browser`]; but where a letter was read and a code is asked for, what the letter did
    /// stands, and the next page asks.
    ///
    /// # Errors
    /// Only faults.
    pub async fn browser_or_page(self, app: &App) -> Result<Way, Error> {
        if self.lacks_code().await? {
            let pass = pass::give(app, self.account, &self.hash)?;
            self.txn.commit().await?;
            return Ok(Way::Asked(pass));
        }
        Ok(Way::In(self.browser(app).await?))
    }

    /// Opens a session for a browser: the text for its cookie ([`super::cookie::set`]).
    ///
    /// # Errors
    /// As [`Authenticated::program`].
    pub async fn browser(self, app: &App) -> Result<Handed<String>, Error> {
        self.record(app).await?;
        let Self { txn, account, hash, .. } = self;
        let proof = session::Entity::open(&txn, app, account).await?;
        txn.commit().await?;
        Ok(Handed { proof, mark: mark::make(app, account, &hash)? })
    }
}
